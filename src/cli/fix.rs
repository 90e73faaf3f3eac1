use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::diagnostic::{Applicability, Edit};
use crate::runtime::LoadedRules;
use crate::source::FileId;

/// Writes the fixes that may be applied unasked; of overlapping ones the first. Says whether a file was changed.
///
/// # Errors
///
/// Where a file cannot be written.
pub fn apply_fixes(loaded: &LoadedRules) -> io::Result<bool> {
    let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for diagnostic in &loaded.checked.diagnostics {
        let Some(fix) = diagnostic.fixes.iter().find(|fix| fix.applicability == Applicability::Always) else { continue };
        let taken = |edit: &Edit| edits.get(&edit.span.file).is_some_and(|others| others.iter().any(|other| overlap(other, edit)));
        if !fix.edits.iter().any(taken) {
            for edit in &fix.edits {
                edits.entry(edit.span.file).or_default().push(edit);
            }
        }
    }
    for (file, edits) in &mut edits {
        let Some(source) = loaded.sources.get(*file) else { continue };
        // From the end, so that earlier spans stay true.
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
        let mut text = source.text().to_owned();
        for edit in edits {
            let range = edit.span.start as usize..edit.span.end as usize;
            if text.get(range.clone()).is_some() {
                text.replace_range(range, &edit.replacement);
            }
        }
        std::fs::write(Path::new(source.name()), text)?;
    }
    Ok(!edits.is_empty())
}

fn overlap(a: &Edit, b: &Edit) -> bool {
    a.span.file == b.span.file && a.span.start <= b.span.end && b.span.start <= a.span.end
}
