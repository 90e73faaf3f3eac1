//! The pass over the bytes.

use super::lexeme::{self, Class, byte};
use super::piece::{Piece, PieceKind, Scan, Trouble};
use super::start::{self, ItemWord, Start};
use super::{MAX_ITEM_BYTES, MAX_NESTING, lexical};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::syntax::tree::Comment;

/// Scans `text`. With `resync`, items that begin where none can end the blocks and texts that are open.
pub(super) fn run(file: FileId, text: &str, resync: bool) -> Scanner<'_> {
    let mut scanner = Scanner {
        file,
        text,
        bytes: text.as_bytes(),
        resync,
        // Room for one item on each line or two: memory that is not needed is never touched.
        scan: Scan { pieces: Vec::with_capacity(text.len() / 64), comments: Vec::new() },
        lexical: lexical::Findings::default(),
        open: None,
        cluster: None,
        braces: Vec::new(),
        first: true,
        pending_blank: false,
        headless: false,
        unbalanced: false,
        suspicious: false,
    };
    scanner.pass();
    scanner
}

/// How much of a word is underlined at most.
const MOST_UNDERLINED: usize = 64;

pub(super) struct Scanner<'s> {
    file: FileId,
    text: &'s str,
    bytes: &'s [u8],
    resync: bool,
    scan: Scan<'s>,
    lexical: lexical::Findings,
    /// The piece that is being collected.
    open: Option<Piece>,
    /// The cluster that is open.
    cluster: Option<OpenCluster>,
    /// The `{` that are open above the cluster's.
    braces: Vec<usize>,
    /// Whether nothing but white space was seen on this line.
    first: bool,
    /// Whether a comment or odd white space was seen since the last token.
    pending_blank: bool,
    /// Whether a cluster had no `{`.
    headless: bool,
    /// Whether a brace or a backtick has no partner.
    pub unbalanced: bool,
    /// Whether an item begins inside a text, as far as its shape tells: a backtick may be missing before.
    pub suspicious: bool,
}

struct OpenCluster {
    brace: usize,
    /// Whether its entries stand further right than itself.
    indented: Option<bool>,
}

impl<'s> Scanner<'s> {
    /// The pieces and what was wrong.
    pub fn finish(self) -> (Scan<'s>, Vec<Diagnostic>) {
        (self.scan, self.lexical.into_diagnostics())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span::new(self.file, at(start), at(end))
    }

    fn pass(&mut self) {
        let mut at = 0;
        let mut parens = 0u32;
        while let Some(found) = self.bytes.get(at) {
            at = match lexeme::class(*found) {
                Class::Plain => self.token(at, at + 1),
                Class::Space => at + 1,
                Class::Newline => {
                    self.first = true;
                    at + 1
                }
                Class::Word => self.word(at, &mut parens),
                Class::Digit => self.token(at, lexeme::number_end(self.bytes, at)),
                Class::Hash => self.comment(at, 1),
                Class::Slash if byte(self.bytes, at + 1) == b'/' => {
                    self.lexical.slashes.push(self.span(at, at + 2));
                    self.comment(at, 2)
                }
                Class::Slash => self.token(at, at + 1),
                Class::Quote => self.quoted(at, b'"'),
                Class::Apostrophe => self.quoted(at, b'\''),
                Class::Backtick => self.raw(at),
                Class::BraceOpen => self.brace_open(at),
                Class::BraceClose => self.brace_close(at),
                Class::ParenOpen => {
                    parens += 1;
                    let next = self.token(at, at + 1);
                    if parens > MAX_NESTING {
                        self.too_deep(at);
                    }
                    next
                }
                Class::ParenClose => {
                    parens = parens.saturating_sub(1);
                    self.token(at, at + 1)
                }
                Class::Semicolon => {
                    self.lexical.semicolons.push(self.span(at, at + 1));
                    self.pending_blank = true;
                    at + 1
                }
                Class::Wide => self.wide(at),
            };
        }
        self.end_of_file();
    }

    /// Adds a token to the open piece, or opens one for it. Returns its end.
    fn token(&mut self, start: usize, end: usize) -> usize {
        let place = self.span(start, end);
        if let Some(open) = &mut self.open {
            open.end = place.end;
            open.blank |= self.pending_blank;
        } else {
            let kind = if self.cluster.is_some() { PieceKind::Settings } else { PieceKind::Stray };
            self.open = Some(Piece { kind, start: place.start, end: place.end, blank: false, trouble: Trouble::None });
        }
        self.pending_blank = false;
        self.first = false;
        end
    }

    fn begin(&mut self, kind: PieceKind, start: usize) {
        self.close(Trouble::None);
        let place = self.span(start, start);
        self.open = Some(Piece { kind, start: place.start, end: place.end, blank: false, trouble: Trouble::None });
        self.pending_blank = false;
    }

    fn close(&mut self, trouble: Trouble) {
        let Some(mut piece) = self.open.take() else { return };
        piece.trouble = piece.trouble.max(trouble);
        if piece.kind == PieceKind::ClusterHead {
            piece.kind = PieceKind::Headless;
            self.headless = true;
        }
        if (piece.end - piece.start) as usize > MAX_ITEM_BYTES {
            let start = Span::new(self.file, piece.start, piece.start + 1);
            let word = lexeme::word_end(self.bytes, piece.start as usize).min(piece.start as usize + MOST_UNDERLINED);
            self.lexical.too_long(Span { end: self.span(0, self.text.floor_char_boundary(word)).end, ..start });
            piece.trouble = Trouble::Reported;
        }
        self.scan.pieces.push(piece);
    }

    fn reported(&mut self) {
        if let Some(open) = &mut self.open {
            open.trouble = Trouble::Reported;
        }
    }

    fn too_deep(&mut self, at: usize) {
        if self.open.is_some_and(|open| open.trouble != Trouble::Reported) {
            self.lexical.too_deep(self.span(at, at + 1));
        }
        self.reported();
    }

    fn comment(&mut self, at: usize, marker: usize) -> usize {
        let end = lexeme::line_end(self.bytes, at);
        let text = self.text.get(at + marker..end).unwrap_or("").trim_end();
        let span = self.span(at, at + marker + text.len());
        self.scan.comments.push(Comment { text, span, own_line: self.first });
        self.pending_blank = true;
        end
    }

    fn word(&mut self, at: usize, parens: &mut u32) -> usize {
        let end = lexeme::word_end(self.bytes, at);
        if self.braces.is_empty() || (self.resync && self.first) {
            match start::at(self.bytes, at, end, self.first) {
                Start::Item(item) if self.braces.is_empty() || self.resync => {
                    *parens = 0;
                    self.item(item, at);
                }
                Start::Unknown if self.braces.is_empty() => {
                    *parens = 0;
                    self.begin(PieceKind::Unknown, at);
                }
                _ => {}
            }
        }
        if let Some(cluster) = &mut self.cluster
            && cluster.indented.is_none()
        {
            cluster.indented = Some(!at_line_start(self.bytes, at));
        }
        self.token(at, end)
    }

    fn item(&mut self, item: ItemWord, at: usize) {
        if self.resync {
            self.resync_at(at);
        }
        let kind = match (item, &self.cluster) {
            (ItemWord::Cluster, None) => PieceKind::ClusterHead,
            (ItemWord::Cluster, Some(_)) => PieceKind::NestedCluster,
            _ => PieceKind::Item(item),
        };
        self.begin(kind, at);
    }

    /// An item begins at `at`: closes blocks in which none can begin, and the cluster where the layout says so.
    fn resync_at(&mut self, at: usize) {
        let mut known = false;
        if let Some(brace) = self.braces.pop() {
            self.unclosed(brace);
            self.close(Trouble::Unclosed);
            self.braces.clear();
            known = true;
        }
        let outside = at_line_start(self.bytes, at);
        if let Some(cluster) = self.cluster.take_if(|cluster| outside && cluster.indented == Some(true)) {
            if !known {
                self.unclosed(cluster.brace);
            }
            self.end_cluster(at, 0);
        }
    }

    fn end_cluster(&mut self, at: usize, length: usize) {
        self.close(Trouble::None);
        self.cluster = None;
        let place = self.span(at, at + length);
        self.scan.pieces.push(Piece {
            kind: PieceKind::ClusterEnd,
            start: place.start,
            end: place.end,
            blank: false,
            trouble: Trouble::None,
        });
    }

    fn unclosed(&mut self, brace: usize) {
        let end = self.open.or(self.scan.pieces.last().copied()).map_or_else(|| self.span(brace, brace + 1).end, |piece| piece.end);
        self.lexical.unclosed(self.span(brace, brace + 1), Span::new(self.file, end, end));
    }

    fn brace_open(&mut self, at: usize) -> usize {
        let heads = self.braces.is_empty() && self.open.is_some_and(|open| open.kind == PieceKind::ClusterHead);
        if heads {
            self.scan.pieces.extend(self.open.take());
            self.cluster = Some(OpenCluster { brace: at, indented: None });
            self.first = false;
            return at + 1;
        }
        let next = self.token(at, at + 1);
        self.braces.push(at);
        if self.braces.len() > MAX_NESTING as usize {
            self.too_deep(at);
        }
        next
    }

    fn brace_close(&mut self, at: usize) -> usize {
        self.first = false;
        if self.braces.pop().is_some() {
            self.token(at, at + 1);
            let ends = |kind| match kind {
                PieceKind::Item(item) => item.has_braces(),
                PieceKind::NestedCluster | PieceKind::Unknown => true,
                _ => false,
            };
            if self.braces.is_empty() && self.open.is_some_and(|open| ends(open.kind)) {
                self.close(Trouble::None);
            }
        } else if self.open.is_some_and(|open| braceless(open, self.text)) {
            // The `{` is missing: that is for the grammar to say.
            self.token(at, at + 1);
            self.close(Trouble::None);
        } else if self.cluster.is_some() {
            self.end_cluster(at, 1);
        } else {
            self.close(Trouble::None);
            // That of a cluster whose `{` is missing is no second mistake.
            if !std::mem::take(&mut self.headless) {
                self.lexical.unmatched(self.span(at, at + 1));
            }
        }
        at + 1
    }

    fn quoted(&mut self, at: usize, close: u8) -> usize {
        match lexeme::quoted_end(self.bytes, at, close) {
            Ok(end) => self.token(at, end),
            Err(_) if close == b'\'' => self.token(at, at + 1),
            Err(end) => {
                self.token(at, end);
                self.lexical.unterminated(self.span(at, end), "\"");
                self.reported();
                end
            }
        }
    }

    fn raw(&mut self, at: usize) -> usize {
        let end = lexeme::raw_end(self.bytes, at);
        let within = item_within(self.bytes, at, end.unwrap_or(self.bytes.len()));
        self.suspicious |= within;
        let swallowed = self.resync && within;
        if let Some(end) = end.filter(|_| !swallowed) {
            return self.token(at, end);
        }
        self.unbalanced = true;
        let end = if self.resync { lexeme::line_end(self.bytes, at) } else { self.bytes.len() };
        self.token(at, end);
        let text = self.text.get(at..end).unwrap_or("").trim_end();
        self.lexical.unterminated(self.span(at, at + text.len()), "`");
        self.reported();
        end
    }

    fn wide(&mut self, at: usize) -> usize {
        let Some(found) = self.text.get(at..).and_then(|rest| rest.chars().next()) else { return at + 1 };
        let end = at + found.len_utf8();
        if found.is_whitespace() || matches!(found, '\u{200b}' | '\u{2060}' | '\u{feff}') {
            self.lexical.spaces.push(self.span(at, end));
            self.pending_blank = true;
            return end;
        }
        self.token(at, end);
        if !matches!(found, '“' | '”' | '„') {
            return end;
        }
        // No further than to the end of the text: a line of many of them is long.
        let mut line = self.text.get(end..).unwrap_or("").char_indices().take_while(|(_, next)| *next != '\n');
        let close = line.find(|(_, next)| matches!(next, '“' | '”' | '"'));
        close.map_or(end, |(offset, next)| self.token(at, end + offset + next.len_utf8()))
    }

    fn end_of_file(&mut self) {
        if let Some(brace) = self.braces.pop() {
            self.unbalanced = true;
            self.unclosed(brace);
            self.close(Trouble::Unclosed);
        } else if let Some(cluster) = self.cluster.take() {
            self.unbalanced = true;
            self.unclosed(cluster.brace);
        }
        self.close(Trouble::None);
    }
}

/// Whether the piece is one with braces and has had none.
fn braceless(piece: Piece, text: &str) -> bool {
    let braced = matches!(piece.kind, PieceKind::Item(item) if item.has_braces());
    braced && !text.get(piece.start as usize..piece.end as usize).is_some_and(|text| text.contains('{'))
}

/// Whether `at` is the first byte of its line.
fn at_line_start(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| byte(bytes, before) == b'\n')
}

/// Whether an item begins on a line inside `start..end`.
fn item_within(bytes: &[u8], start: usize, end: usize) -> bool {
    let within = bytes.get(..end).unwrap_or(bytes);
    let mut at = lexeme::line_end(within, start);
    while at < end {
        let first = at + 1 + bytes.get(at + 1..).map_or(0, |rest| rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count());
        if first < end && matches!(start::at(bytes, first, lexeme::word_end(bytes, first), false), Start::Item(_)) {
            return true;
        }
        at = lexeme::line_end(within, at + 1);
    }
    false
}
