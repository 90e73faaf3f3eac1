//! Columns: consecutive lines of the same kind have their cells one below the other.

use super::layout::Line;

/// Lines that are aligned with one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// With nothing; it ends what stands before it.
    None,
    /// A comment: it neither ends a group nor belongs to one.
    Comment,
    /// `let NAME = …` and `window NAME = …`.
    Definition,
    /// Metrics; those of capacity have longer units and align theirs among themselves.
    Metric {
        /// Whether it is of capacity.
        of_capacity: bool,
    },
    /// Rules on one line.
    Rule,
    /// A cluster's settings.
    Setting,
    /// Settings of `capacity` or `drain`.
    Inner,
    /// What a test starts with.
    Setup,
    /// What a test expects.
    Expect,
}

/// The widest start of a rule that moves the actions of its neighbours.
const FARTHEST_ACTION: usize = 72;

/// Pads the cells of all lines.
pub(super) fn align(lines: &mut [Line]) {
    let mut start = 0;
    while start < lines.len() {
        let end = run_end(lines, start);
        if let Some(run) = lines.get_mut(start..end) {
            let mut run: Vec<&mut Line> = run.iter_mut().filter(|line| line.group != Group::Comment).collect();
            align_run(&mut run);
        }
        start = end;
    }
}

/// Where the lines that align with the one at `start` end.
fn run_end(lines: &[Line], start: usize) -> usize {
    let mut kind = None;
    for (index, line) in lines.iter().enumerate().skip(start) {
        let ends = index > start && line.blank;
        let this = std::mem::discriminant(&line.group);
        match kind {
            _ if ends => return index,
            _ if line.group == Group::Comment => {}
            None => kind = Some((this, line.indent)),
            Some(kind) if kind != (this, line.indent) || line.group == Group::None => return index,
            Some(_) => {}
        }
    }
    lines.len()
}

fn align_run(run: &mut [&mut Line]) {
    match run.first().map(|line| line.group) {
        Some(Group::Definition | Group::Setting | Group::Setup) => pad(run, 0, 1),
        Some(Group::Inner | Group::Expect) => pad(run, 0, 2),
        Some(Group::Metric { .. }) => {
            pad(run, 0, 1);
            for part in run.chunk_by_mut(|one, next| one.group == next.group) {
                pad(part, 1, 1);
            }
        }
        Some(Group::Rule) => {
            pad(run, 0, 1);
            actions(run);
        }
        _ => {}
    }
    channels(run);
}

/// Pads one column to its widest cell and a gap. A last cell is not padded.
fn pad(run: &mut [&mut Line], column: usize, gap: usize) {
    let padded = |line: &Line| line.cells.len() > column + 1;
    let cells = run.iter().filter(|line| padded(line)).filter_map(|line| line.cells.get(column));
    let widest = cells.map(|cell| width(cell)).max().unwrap_or(0);
    for line in run.iter_mut().filter(|line| padded(line)) {
        if let Some(cell) = line.cells.get_mut(column) {
            extend(cell, widest + gap);
        }
    }
}

/// Pads what stands before the actions of rules; a very long start stands out and is left alone.
fn actions(run: &mut [&mut Line]) {
    let start = |line: &Line| line.cells.iter().take(2).map(|cell| width(cell)).sum::<usize>();
    let common = run.iter().map(|line| start(line)).filter(|start| *start <= FARTHEST_ACTION).max().unwrap_or(0);
    let alone = run.len() == 1;
    for line in run.iter_mut().filter(|line| line.cells.len() > 2) {
        let before = start(line);
        let gap = if before <= common { common - before + 1 } else { 1 + usize::from(!alone) };
        if let Some(cell) = line.cells.get_mut(1) {
            let wide = width(cell) + gap;
            extend(cell, wide);
        }
    }
}

/// The second column of consecutive `notify` settings.
fn channels(run: &mut [&mut Line]) {
    let notify = |line: &Line| line.group == Group::Setting && line.cells.len() > 2;
    for part in run.chunk_by_mut(|one, next| notify(one) == notify(next)) {
        if part.first().is_some_and(|line| notify(line)) {
            pad(part, 1, 1);
        }
    }
}

fn extend(cell: &mut String, to: usize) {
    let missing = to.saturating_sub(width(cell));
    cell.extend(std::iter::repeat_n(' ', missing));
}

/// Columns that a cell takes, roughly: one per character.
fn width(cell: &str) -> usize {
    cell.chars().count()
}
