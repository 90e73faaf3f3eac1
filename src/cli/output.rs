use std::io::{IsTerminal, Write};

use crate::cli::arguments::When;

/// Whether what goes to standard output is coloured: by the terminal and `NO_COLOR` (no-color.org), unless said otherwise.
#[must_use]
pub fn colour(when: When) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// Writes to standard output. A reader that has gone away (`| head`) is no error.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes to standard error what is a whole message already.
#[cfg(all(feature = "aws", feature = "kubernetes", feature = "http"))]
pub fn print_error(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(text.as_bytes());
}

/// Writes one error to standard error, with its help apart.
pub fn complain(message: &str, help: Option<&str>) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "error: {message}");
    if let Some(help) = help {
        let _ = writeln!(out, "  = help: {help}");
    }
}
