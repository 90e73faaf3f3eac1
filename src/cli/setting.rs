use std::future::Future;
use std::path::Path;

use crate::cli::exit::Exit;
use crate::cli::output::{complain, print_error};
use crate::runtime::NoRules;
use crate::runtime::configuration::{Configuration, Environment};

/// Diagnostics are told as they are: each one is a message of its own, with its own help.
pub fn complain_of_rules(error: &NoRules) {
    if error.details.is_empty() {
        complain(&error.summary, error.help);
    } else {
        print_error(&format!("{error}\n"));
    }
}

/// Reads `smartscale.toml`, or says what is wrong with it.
pub fn configuration(file: &Path) -> Option<Configuration> {
    match Configuration::load(file, Environment::of_process()) {
        Ok(configuration) => Some(configuration),
        Err(error) => {
            complain(&error.to_string(), None);
            None
        }
    }
}

/// Runs a command that calls the world.
pub fn in_runtime(command: impl Future<Output = Exit>) -> Exit {
    #[cfg(any(feature = "aws", feature = "kubernetes", feature = "http"))]
    crate::runtime::install_crypto();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => {
            complain(&format!("no threads can be started: {error}"), None);
            Exit::Failed
        }
    }
}
