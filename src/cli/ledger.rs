use crate::aws::{CallLimits, connect};
use crate::cli::arguments::{LedgerCommand, WorldArguments};
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::cli::setting::{configuration, in_runtime};
use crate::ledger::dynamodb::create_table;

/// `smartscale ledger …`.
pub fn ledger(command: &LedgerCommand) -> Exit {
    match command {
        LedgerCommand::Create(world) => create(world),
    }
}

fn create(arguments: &WorldArguments) -> Exit {
    let Some(configuration) = configuration(&arguments.config) else { return Exit::Failed };
    let Some(table) = &configuration.settings.ledger.table else {
        complain("`smartscale.toml` names no table", Some("set `table` under [ledger]; a ledger in a file is made by itself"));
        return Exit::Failed;
    };
    let region = configuration.settings.aws.as_ref().and_then(|aws| aws.region.clone());
    in_runtime(async {
        let connection = connect(region, CallLimits::default()).await;
        match create_table(&connection, table).await {
            Ok(true) => print(&format!("table `{table}` is made\n")),
            Ok(false) => print(&format!("table `{table}` was there already, and is as it should be\n")),
            Err(error) => {
                complain(&error.to_string(), None);
                return Exit::Failed;
            }
        }
        Exit::Clean
    })
}
