//! The command line: arguments in, exit code out.

#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
mod apply;
mod arguments;
mod ask_arguments;
mod asked;
mod check;
#[cfg(feature = "web")]
mod demo;
mod exit;
mod explain;
mod fix;
mod format;
mod history;
mod ledger;
mod moment;
mod output;
#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
mod plan;
#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
mod prices;
#[cfg(test)]
mod readme_tests;
#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
mod real;
#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
mod report;
#[cfg(all(feature = "aws", feature = "kubernetes", feature = "daemon"))]
mod run;
mod setting;
mod simulate;
#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
mod status;
mod test;
mod why;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Command};
use exit::Exit;

/// Runs the command that the process was started with.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let colour = output::colour(arguments.color);
    let exit = match &arguments.command {
        Command::Check(check) => check::check(check, colour),
        Command::Fmt(arguments) => format::fmt(arguments, colour),
        Command::Explain(explain) => match &explain.code {
            Some(code) => explain::explain(code),
            None => explain::all(),
        },
        #[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
        Command::Plan(arguments) => plan::plan(arguments, colour),
        #[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
        Command::Apply(arguments) => apply::apply(arguments, colour),
        #[cfg(all(feature = "aws", feature = "kubernetes", feature = "daemon"))]
        Command::Run(arguments) => run::run(arguments, colour),
        #[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
        Command::Status(arguments) => status::status(arguments),
        Command::Why(arguments) => why::why(arguments, colour),
        Command::History(arguments) => history::history(arguments, colour),
        Command::Ledger(command) => ledger::ledger(command),
        #[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
        Command::Prices(command) => prices::prices(command),
        Command::Test(arguments) => test::test(arguments),
        Command::Simulate(arguments) => simulate::simulate(arguments),
        #[cfg(feature = "web")]
        Command::Demo(arguments) => demo::demo(arguments, colour),
        Command::Completions { shell } => completions(*shell),
        Command::Manual => manual(),
    };
    exit.into()
}

/// Clap's own words and exit code 2, but for `plan`, whose 2 says that there are changes.
fn usage(error: &clap::Error) -> ExitCode {
    // Nothing is left to do where even the complaint cannot be written.
    let _ = error.print();
    let is_plan = std::env::args_os().nth(1).is_some_and(|command| command == "plan");
    match error.exit_code() {
        0 => ExitCode::SUCCESS,
        _ if is_plan => Exit::Failed.into(),
        _ => ExitCode::from(2),
    }
}

fn completions(shell: clap_complete::Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "smartscale", &mut script);
    output::print(&String::from_utf8_lossy(&script));
    Exit::Clean
}

fn manual() -> Exit {
    let mut page = Vec::new();
    match clap_mangen::Man::new(Arguments::command()).render(&mut page) {
        Ok(()) => {
            output::print(&String::from_utf8_lossy(&page));
            Exit::Clean
        }
        Err(error) => {
            output::complain(&format!("the manual page cannot be written: {error}"), None);
            Exit::Failed
        }
    }
}
