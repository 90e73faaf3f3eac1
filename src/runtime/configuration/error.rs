use std::fmt;
use std::path::PathBuf;

/// `smartscale.toml` cannot be used: where, what was found, what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationError {
    pub path: PathBuf,
    /// Line and column, both from 1; `None` where it concerns the file as a whole.
    pub position: Option<(usize, usize)>,
    /// The line found there, unless it may hold a secret.
    pub excerpt: Option<String>,
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl std::error::Error for ConfigurationError {}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.message)?;
        write!(formatter, "\n  --> {}", self.path.display())?;
        if let Some((line, column)) = self.position {
            write!(formatter, ":{line}:{column}")?;
            if let Some(excerpt) = &self.excerpt {
                let margin = " ".repeat(line.to_string().len());
                write!(formatter, "\n {margin} |\n {line} | {excerpt}\n {margin} | {}^", " ".repeat(column.saturating_sub(1)))?;
            }
        }
        if let Some(help) = &self.help {
            write!(formatter, "\n  = help: {help}")?;
        }
        Ok(())
    }
}
