use std::fmt;

use serde::Serialize;

/// What there is to say, laid out in lines: every face prints the same ones, each in its own way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    pub lines: Vec<AccountLine>,
}

/// One line: cells of neighbouring lines of one depth stand below each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountLine {
    /// How far it is indented.
    pub depth: usize,
    pub tone: Tone,
    pub cells: Vec<String>,
}

/// What a line is about, for faces that have colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// The decision itself, by its direction.
    Add,
    Remove,
    Stay,
    Heading,
    Plain,
    /// A rule that fired, or a part of a condition that holds.
    Fired,
    Unknown,
    /// A rule that is idle, or a part of a condition that does not hold.
    Idle,
    /// Something that stands in the way.
    Held,
}

impl Account {
    pub(super) fn line(&mut self, depth: usize, tone: Tone, cells: impl IntoIterator<Item = String>) {
        let mut cells: Vec<String> = cells.into_iter().collect();
        while cells.len() > 1 && cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        self.lines.push(AccountLine { depth, tone, cells });
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.line(1, Tone::Heading, [text.to_owned()]);
    }

    /// The same without the rules that are idle, which are only counted: for news, which has little room.
    #[must_use]
    pub fn without_idle(&self) -> Self {
        let (idle, mut lines): (Vec<_>, Vec<_>) = self.lines.iter().cloned().partition(|line| line.tone == Tone::Idle);
        if !idle.is_empty() {
            let cells = vec![format!("{} idle", idle.len())];
            lines.push(AccountLine { depth: 2, tone: Tone::Idle, cells });
        }
        Self { lines }
    }

    /// Each line with its tone, its cells padded so that columns align: with the neighbours of the same depth, over what
    /// stands below them.
    #[must_use]
    pub fn aligned(&self) -> Vec<(Tone, String)> {
        let mut tables: Vec<Vec<usize>> = Vec::new();
        let mut open: Vec<Option<usize>> = Vec::new();
        let mut table_of = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            open.resize(line.depth + 1, None);
            let table = if line.cells.len() < 2 { None } else { open.last().copied().flatten().or(Some(tables.len())) };
            if table == Some(tables.len()) {
                tables.push(Vec::new());
            }
            if let Some(place) = open.last_mut() {
                *place = table;
            }
            if let Some(widths) = table.and_then(|table| tables.get_mut(table)) {
                widths.resize(widths.len().max(line.cells.len()), 0);
                for (width, cell) in widths.iter_mut().zip(&line.cells) {
                    *width = (*width).max(cell.chars().count());
                }
            }
            table_of.push(table);
        }
        let widths = |table: Option<usize>| table.and_then(|table| tables.get(table)).map_or(&[][..], Vec::as_slice);
        self.lines.iter().zip(table_of).map(|(line, table)| (line.tone, padded(line, widths(table)))).collect()
    }
}

/// Two spaces between columns; nothing after the last.
fn padded(line: &AccountLine, widths: &[usize]) -> String {
    let mut text = "  ".repeat(line.depth);
    for (index, cell) in line.cells.iter().enumerate() {
        text.push_str(cell);
        let width = widths.get(index).copied().unwrap_or(0);
        // A column in which no line has anything takes no room.
        if index + 1 < line.cells.len() && width > 0 {
            text.push_str(&" ".repeat(width - cell.chars().count() + 2));
        }
    }
    text
}

/// Plain text, without an end of line after the last.
impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (_, line)) in self.aligned().iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(formatter, "{end}{line}")?;
        }
        Ok(())
    }
}
