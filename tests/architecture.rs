#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test that fails says so by a panic")]
//! A folder is a stage, and the data flows one way: every import is read, and a direction that is not in the table of
//! ARCHITECTURE.md is refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which folders of `src/` each folder may import, beside itself. "Types" of the table are all that a stage shows.
const TABLE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("diagnostic", &["source"]),
    ("syntax", &["source", "diagnostic"]),
    ("rules", &[]),
    ("check", &["source", "syntax", "rules", "diagnostic"]),
    ("observe", &["rules"]),
    ("decide", &["rules", "observe"]),
    ("plan", &["rules", "observe", "decide"]),
    ("aws", &[]),
    ("act", &["aws", "rules", "observe", "plan"]),
    ("ledger", &["aws", "rules", "observe", "decide", "plan"]),
    ("announce", &["aws", "rules", "observe", "decide"]),
    ("sandbox", &["rules", "observe", "decide", "plan", "act", "ledger", "announce"]),
    ("backtest", &["rules", "observe", "decide", "plan", "act", "ledger", "announce", "sandbox"]),
    (
        "runtime",
        &[
            "source",
            "diagnostic",
            "syntax",
            "rules",
            "check",
            "observe",
            "decide",
            "plan",
            "aws",
            "act",
            "ledger",
            "announce",
            "sandbox",
            "backtest",
        ],
    ),
];

/// Faces: they may import anything, and only each other imports them.
const FACES: &[&str] = &["cli", "lsp", "web"];

#[test]
fn imports_follow_the_table() {
    let table: BTreeMap<&str, &[&str]> = TABLE.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut read = 0;
    for path in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let Some(folder) = folder_of(&path) else { continue };
        read += 1;
        if FACES.contains(&folder.as_str()) {
            continue;
        }
        let Some(allowed) = table.get(folder.as_str()) else {
            wrong.push(format!("{}: the folder `{folder}` is not in the table", path.display()));
            continue;
        };
        for (line, imported) in imports(&fs::read_to_string(&path).unwrap()) {
            if imported != folder && !allowed.contains(&imported.as_str()) {
                wrong.push(format!("{}:{line}: `{folder}` must not import `{imported}`", path.display()));
            }
        }
    }
    assert!(read > 100, "only {read} files were read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_direction_is_found_however_it_is_written() {
    let text = "use crate::plan::Step;\nuse crate::{\n    act,\n    decide::{Input, decide},\n};\nfn a() { crate::ledger::open(); }\n// crate::web::no\n/// [`crate::cli::no`]\n    pub use crate::rules::*;\n";
    let found: Vec<(usize, String)> = imports(text);
    let expected = [(1, "plan"), (3, "act"), (4, "decide"), (6, "ledger"), (9, "rules")];
    assert_eq!(found, expected.map(|(line, name)| (line, name.to_owned())));
}

#[test]
fn the_walk_of_one_tick_leads_through_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let named: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|code| code.ends_with(".rs") && code.contains('/')).collect();
    assert!(named.len() > 30, "{named:?}");
    let lost: Vec<&&str> = named.iter().filter(|name| !root.join("src").join(name).exists() && !root.join(name).exists()).collect();
    assert!(lost.is_empty(), "ARCHITECTURE.md names files that are not there: {lost:?}");
}

/// The folder under `src/` that a file belongs to; `None` for `lib.rs` and the binaries, which wire everything.
fn folder_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let mut parts = inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let first = parts.next()?;
    parts.next().map(|_| first).filter(|folder| folder != "bin")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Every `crate::NAME` outside comments, and the first names of `crate::{…}`, each with its line.
fn imports(text: &str) -> Vec<(usize, String)> {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let joined = code.join("\n");
    let mut found = Vec::new();
    for (start, _) in joined.match_indices("crate::") {
        let before = joined[..start].chars().next_back();
        if before.is_some_and(|character| character.is_alphanumeric() || character == '_') {
            continue;
        }
        let rest = &joined[start + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push((line_of(&joined, start), name(rest))),
            Some(group) => found.extend(first_names(group).map(|at| {
                let place = start + "crate::{".len() + at;
                (line_of(&joined, place), name(&joined[place..]))
            })),
        }
    }
    found.retain(|(_, name)| !name.is_empty());
    found
}

/// Where each entry of a `{…}` list begins, entries of inner lists left out.
fn first_names(group: &str) -> impl Iterator<Item = usize> + '_ {
    let (mut depth, mut fresh) = (0_i32, true);
    group
        .char_indices()
        .map_while(move |(at, character)| {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                return None;
            }
            let begins = fresh && depth == 0 && !character.is_whitespace();
            fresh = if begins { false } else { fresh || (character == ',' && depth == 0) };
            Some(begins.then_some(at))
        })
        .flatten()
}

fn name(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}
