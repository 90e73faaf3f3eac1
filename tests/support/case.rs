//! Cases of the corpus: their files and what they expect.
#![expect(clippy::expect_used, reason = "a test that fails says so by a panic")]

use std::fmt;
use std::path::{Path, PathBuf};

use smartscale::check::check_trees;
use smartscale::diagnostic::{Diagnostic, Edit};
use smartscale::source::{FileId, Sources};
use smartscale::syntax;

/// One case: one file or a folder of them, and the files that they ask for.
pub struct Case {
    pub sources: Sources,
    /// The first files are the case's own; the rest is what they ask for.
    own: usize,
}

/// One diagnostic that a case expects, or that was found.
#[derive(Debug, Default, Clone)]
pub struct Expected {
    file: String,
    pub code: String,
    line: u32,
    text: String,
    says: Vec<String>,
    also: Vec<(u32, String)>,
}

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");

impl Case {
    pub fn load(path: &Path) -> std::io::Result<Self> {
        let path = std::path::absolute(path)?;
        let folder = path.parent().unwrap_or(Path::new(CORPUS));
        let several = folder.parent().is_some_and(|parent| parent != Path::new(CORPUS));
        let mut files: Vec<PathBuf> = if several {
            std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?
        } else {
            vec![path]
        };
        files.retain(|file| file.extension().is_some_and(|extension| extension == "scale"));
        files.sort();
        let mut sources = Sources::new();
        for file in &files {
            // Bytes that are not UTF-8 are what a case may be about.
            let _ = sources.add(&name(file), std::fs::read(file)?);
        }
        let asked: Vec<String> =
            directives(&sources).filter_map(|(_, line)| line.strip_prefix("with ").map(|file| file.trim().to_owned())).collect();
        for file in asked {
            let path = Path::new(CORPUS).join(file);
            let _ = sources.add(&name(&path), std::fs::read(&path)?);
        }
        Ok(Self { sources, own: files.len() })
    }

    /// Whether a file is the case's own.
    pub fn owns(&self, file: FileId) -> bool {
        (file.0 as usize) < self.own
    }

    /// The same case with another text of one file.
    pub fn with_text(&self, changed: FileId, text: &str) -> Self {
        let mut sources = Sources::new();
        for (id, file) in self.sources.iter() {
            let text = if id == changed { text } else { file.text() };
            let _ = sources.add(file.name(), text.as_bytes().to_vec());
        }
        Self { sources, own: self.own }
    }

    /// All that is wrong with it.
    pub fn diagnose(&self) -> Vec<Diagnostic> {
        let mut again = Sources::new();
        let mut found = Vec::new();
        let mut trees = Vec::new();
        for (id, file) in self.sources.iter() {
            let raw = std::fs::read(Path::new(CORPUS).join(file.name())).unwrap_or_default();
            // Only the bytes on disk can tell that they were not UTF-8.
            if std::str::from_utf8(&raw).is_err()
                && let Err(error) = again.add(file.name(), raw)
            {
                let mut error = Diagnostic::from(error);
                error.primary.span.file = id;
                found.push(error);
            }
            let parsed = syntax::parse(id, file.text());
            found.extend(parsed.diagnostics);
            trees.push(parsed.tree);
        }
        check_trees(&self.sources, &trees, found).diagnostics
    }

    /// What the case's own files expect, in their order.
    pub fn expected(&self) -> Vec<Expected> {
        let mut expected: Vec<Expected> = Vec::new();
        for (id, line) in directives(&self.sources).filter(|(id, _)| self.owns(*id)) {
            let file = self.sources.get(id).map_or("", |file| file.name());
            let place = |text: &str| -> Option<(u32, String)> {
                let (line, text) = text.split_once(':')?;
                Some((line.trim().parse().ok()?, text.strip_prefix(' ').unwrap_or(text).to_owned()))
            };
            let last = expected.last_mut();
            if let Some(fragment) = line.trim_start().strip_prefix("says: ") {
                last.expect("`says` follows a code").says.push(fragment.to_owned());
            } else if let Some(text) = line.trim_start().strip_prefix("also ") {
                last.expect("`also` follows a code").also.push(place(text).expect("also LINE: TEXT"));
            } else if !line.starts_with("with ") {
                let (code, rest) = line.split_once(' ').expect("CODE LINE: TEXT");
                let (line, text) = place(rest).expect("CODE LINE: TEXT");
                expected.push(Expected { file: file.to_owned(), code: code.to_owned(), line, text, ..Expected::default() });
            }
        }
        expected
    }
}

/// The path below the corpus.
fn name(path: &Path) -> String {
    path.strip_prefix(CORPUS).unwrap_or(path).to_string_lossy().into_owned()
}

/// Every `#!` line, without its mark.
fn directives(sources: &Sources) -> impl Iterator<Item = (FileId, &str)> {
    sources
        .iter()
        .flat_map(|(id, file)| file.text().lines().filter_map(move |line| Some((id, line.strip_prefix("#!")?.strip_prefix(' ')?))))
}

impl Expected {
    /// What was found, as a case would expect it.
    pub fn of(sources: &Sources, found: &Diagnostic) -> Self {
        let (file, place) = sources.place(found.primary.span);
        let also = found.secondary.iter().map(|label| (sources.place(label.span).1.line, shown(sources.text(label.span))));
        Self {
            file: file.to_owned(),
            code: found.code.id().to_owned(),
            line: place.line,
            text: shown(sources.text(found.primary.span)),
            says: vec![found.message.clone()],
            also: also.collect(),
        }
    }

    /// Whether what was found is this.
    pub fn matches(&self, sources: &Sources, found: &Diagnostic) -> bool {
        let it = Self::of(sources, found);
        let labels = std::iter::once(&found.primary).chain(&found.secondary).map(|label| &label.text);
        let titles = found.fixes.iter().map(|fix| &fix.title);
        let said: Vec<&String> =
            std::iter::once(&found.message).chain(labels).chain(&found.notes).chain(&found.helps).chain(titles).collect();
        self.file == it.file
            && self.code == it.code
            && self.line == it.line
            && covers(&self.text, &it.text)
            && self.says.iter().all(|fragment| said.iter().any(|text| text.contains(fragment.as_str())))
            && self.also.iter().all(|(line, text)| it.also.iter().any(|(other, found)| line == other && covers(text, found)))
    }
}

/// Whether `pattern`, of which `…` may stand for anything, is `text`.
fn covers(pattern: &str, text: &str) -> bool {
    match pattern.split_once('…') {
        Some((start, end)) => text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end),
        None => pattern == text,
    }
}

fn shown(text: &str) -> String {
    text.replace("\r\n", "⏎").replace('\n', "⏎")
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#! {} {}: {}", self.code, self.line, self.text)?;
        for (line, text) in &self.also {
            write!(f, "\n#!   also {line}: {text}")?;
        }
        for fragment in &self.says {
            write!(f, "\n#!   says: {fragment}")?;
        }
        Ok(())
    }
}

/// `text` with the first fix of each diagnostic applied.
pub fn apply(text: &str, found: &[&Diagnostic]) -> String {
    let mut edits: Vec<&Edit> = found.iter().filter_map(|found| found.fixes.first()).flat_map(|fix| &fix.edits).collect();
    edits.sort();
    edits.dedup();
    let mut fixed = text.to_owned();
    let mut before = usize::MAX;
    for edit in edits.into_iter().rev() {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        // Of two that overlap, the first one is left to the next run.
        if end <= before {
            fixed.replace_range(start..end, &edit.replacement);
            before = start;
        }
    }
    fixed
}
