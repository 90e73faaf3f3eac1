use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::source::Sources;

/// A ruleset could not even be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesFilesError {
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable { path: PathBuf, reason: String },
    #[error("`{path}` has no `.scale` file")]
    Empty { path: PathBuf },
}

/// Reads a ruleset: a file, or the `*.scale` files of a folder in order of name. What is wrong with a file's bytes comes as
/// diagnostics.
///
/// # Errors
///
/// Where the path, or a file in it, cannot be read, or there is none.
pub fn read_rules_files(path: &Path) -> Result<(Sources, Vec<Diagnostic>), RulesFilesError> {
    let mut sources = Sources::new();
    let mut diagnostics = Vec::new();
    for file in rules_files(path)? {
        let bytes = std::fs::read(&file).map_err(|error| unreadable(&file, &error))?;
        if let Err(error) = sources.add(&file.display().to_string(), bytes) {
            diagnostics.push(error.into());
        }
    }
    Ok((sources, diagnostics))
}

/// The files of a ruleset, in order of name.
///
/// # Errors
///
/// Where the path cannot be read, or has no `.scale` file.
pub fn rules_files(path: &Path) -> Result<Vec<PathBuf>, RulesFilesError> {
    let kind = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !kind.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
        let file = entry.map_err(|error| unreadable(path, &error))?.path();
        // A link is followed: that is how a ConfigMap shows its files.
        if file.extension().is_some_and(|extension| extension == "scale") && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() { Err(RulesFilesError::Empty { path: path.to_owned() }) } else { Ok(files) }
}

fn unreadable(path: &Path, error: &std::io::Error) -> RulesFilesError {
    RulesFilesError::Unreadable { path: path.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use crate::runtime::rules_files::{RulesFilesError, read_rules_files, rules_files};

    #[test]
    fn a_folder_is_its_scale_files_in_order_of_name() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.scale", "a.scale", "notes.md", ".a.scale.swp"] {
            std::fs::write(folder.path().join(name), "# empty\n").unwrap();
        }
        std::fs::create_dir(folder.path().join("c.scale")).unwrap();
        let files = rules_files(folder.path()).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.scale", "b.scale"]);
    }

    #[test]
    fn a_folder_without_rules_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(rules_files(folder.path()), Err(RulesFilesError::Empty { .. })));
        assert!(matches!(rules_files(&folder.path().join("none")), Err(RulesFilesError::Unreadable { .. })));
    }

    #[test]
    fn a_file_that_is_not_utf8_is_a_diagnostic() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.scale");
        std::fs::write(&file, b"cluster \xff").unwrap();
        let (sources, diagnostics) = read_rules_files(&file).unwrap();
        assert_eq!((sources.len(), diagnostics.len()), (1, 1));
    }
}
