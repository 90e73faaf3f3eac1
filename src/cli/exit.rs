use std::process::ExitCode;

/// What a command tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well; for `plan`: nothing to do.
    Clean,
    /// Errors were found, or something failed.
    Failed,
    /// `plan` would change something.
    Changes,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Failed => Self::from(1),
            Exit::Changes => Self::from(2),
        }
    }
}
