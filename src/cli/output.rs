use std::io::{IsTerminal, Write};

use crate::cli::arguments::When;
use crate::decide::{Account, Tone};

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

/// An account for people, a line each, by its tones coloured or not.
#[must_use]
pub fn painted(account: &Account, colour: bool) -> String {
    let paint = |tone: Tone| match tone {
        Tone::Add => "\x1b[1;32m",
        Tone::Remove => "\x1b[1;35m",
        Tone::Stay | Tone::Heading => "\x1b[1m",
        Tone::Fired => "\x1b[32m",
        Tone::Unknown | Tone::Held => "\x1b[33m",
        Tone::Idle => "\x1b[2m",
        Tone::Plain => "",
    };
    let line = |(tone, text): (Tone, String)| match paint(tone) {
        _ if !colour => format!("{text}\n"),
        "" => format!("{text}\n"),
        start => format!("{start}{text}\x1b[0m\n"),
    };
    account.aligned().into_iter().map(line).collect()
}

/// Writes to standard error what is a whole message already.
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
