use std::fs::File;
use std::io::{BufReader, BufWriter, Write, stdout};

use crate::cli::arguments::LedgerCommand;
use crate::cli::ask_arguments::{ExportArguments, ImportArguments, LedgerArguments};
use crate::cli::asked::Asked;
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print, print_error};
use crate::cli::setting::in_runtime;
use crate::ledger::Ledger as _;
use crate::runtime::transfer::{self, Counted, Importing};
use crate::runtime::{Access, Clock as _, SystemClock, owner};

/// `smartscale ledger …`.
pub fn ledger(command: &LedgerCommand) -> Exit {
    match command {
        #[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
        LedgerCommand::Create(world) => create(world),
        LedgerCommand::Export(arguments) => in_runtime(async { export(arguments).await.unwrap_or(Exit::Failed) }),
        LedgerCommand::Import(arguments) => in_runtime(async { import(arguments).await.unwrap_or(Exit::Failed) }),
    }
}

#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
fn create(arguments: &crate::cli::arguments::WorldArguments) -> Exit {
    let Some(configuration) = crate::cli::setting::configuration(&arguments.config) else { return Exit::Failed };
    let Some(table) = &configuration.settings.ledger.table else {
        complain("`smartscale.toml` names no table", Some("set `table` under [ledger]; a ledger in a file is made by itself"));
        return Exit::Failed;
    };
    let region = configuration.settings.aws.as_ref().and_then(|aws| aws.region.clone());
    in_runtime(async {
        let connection = crate::aws::connect(region, crate::aws::CallLimits::default()).await;
        match crate::ledger::dynamodb::create_table(&connection, table).await {
            Ok(true) => print(&format!("table `{table}` is made\n")),
            Ok(false) => print(&format!("table `{table}` was there already, and is as it should be\n")),
            Err(error) => {
                complain(&error.to_string(), Some(error.help()));
                return Exit::Failed;
            }
        }
        Exit::Clean
    })
}

async fn export(arguments: &ExportArguments) -> Option<Exit> {
    let asked = Asked::open(&arguments.ledger, None, Access::Read).await?;
    let mut out: Box<dyn Write> = match &arguments.out {
        Some(file) => {
            let unwritten =
                |error| complain(&format!("`{}` cannot be made: {error}", file.display()), Some("name a file that is not there yet"));
            Box::new(BufWriter::new(File::create_new(file).map_err(unwritten).ok()?))
        }
        None => Box::new(stdout().lock()),
    };
    let counted = transfer::export(&asked.ledger, &asked.cluster, SystemClock.now(), &mut out).await;
    let counted = counted.map_err(|error| complain(&error.to_string(), None)).ok()?;
    print_error(&format!("exported `{}`: {}\n", asked.cluster, words(counted)));
    if let Ok(Some(lease)) = asked.ledger.read(&asked.cluster).await.map(|standing| standing.and_then(|standing| standing.lease)) {
        print_error(&format!(
            "a tick is under way (`{}`): before this is imported elsewhere, whatever runs on this ledger must be stopped\n",
            lease.owner
        ));
    }
    Some(Exit::Clean)
}

async fn import(arguments: &ImportArguments) -> Option<Exit> {
    let file = arguments.export.display();
    let open = || File::open(&arguments.export).map(BufReader::new);
    let refused = |error: transfer::ImportError| complain(&format!("`{file}` is not imported: {error}"), error.help());
    let unread = |error| complain(&format!("`{file}` cannot be read: {error}"), None);
    let checked = transfer::check(open().map_err(unread).ok()?).map_err(refused).ok()?;
    let found = checked.header.cluster.clone();
    let wanted = LedgerArguments { cluster: arguments.ledger.cluster.clone().or_else(|| Some(found.clone())), ..arguments.ledger.clone() };
    let asked = Asked::open(&wanted, None, Access::Write).await?;
    if asked.cluster != found {
        refused(transfer::ImportError::OtherCluster { found, wanted: asked.cluster });
        return None;
    }
    let how = Importing { owner: owner("import", SystemClock.now()), force: arguments.force };
    let export = open().map_err(unread).ok()?;
    transfer::import(&asked.ledger, export, &checked, &how, || SystemClock.now()).await.map_err(refused).ok()?;
    print(&format!("imported `{}`: {}\n", asked.cluster, words(checked.counted)));
    Some(Exit::Clean)
}

fn words(counted: Counted) -> String {
    format!("{} events, {} samples, {} rulesets", counted.events, counted.samples, counted.rulesets)
}
