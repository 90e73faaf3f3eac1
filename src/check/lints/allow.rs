//! `# allow W0301: reason`: silences one warning on one item. The item is the innermost one that the comment stands
//! in, ends the line of, or stands above.

use std::collections::BTreeMap;

use crate::check::lints::Model;
use crate::diagnostic::codes::{self, lint_names};
use crate::diagnostic::{Code, Diagnostic, Fix, Severity};
use crate::source::Span;
use crate::syntax::tree::{ClusterEntry, Comment, Item, Tree};

/// One comment that allows something.
struct Allow {
    code: Code,
    comment: Span,
    used: bool,
}

/// The items and settings of a file.
struct Places {
    /// In the order in which they start, a cluster before its entries.
    all: Vec<Span>,
    clusters: Vec<Span>,
}

pub(super) fn apply(model: &Model<'_>, found: &mut Vec<Diagnostic>) {
    let mut allows: BTreeMap<Span, Vec<Allow>> = BTreeMap::new();
    let mut mistakes = Vec::new();
    let mut files = BTreeMap::new();
    for tree in model.trees {
        let comments: Vec<_> = tree.comments.iter().filter_map(|comment| allowed(comment).map(|allowed| (comment, allowed))).collect();
        let Some((first, _)) = comments.first() else { continue };
        let file = first.span.file;
        let places = Places::of(tree);
        for (comment, (code, reason)) in comments {
            let Some(allow) = read(comment, (code, reason), &mut mistakes) else { continue };
            let item = places.item_of(model, comment).unwrap_or(comment.span);
            allows.entry(item).or_default().push(allow);
        }
        files.insert(file, places);
    }
    found.retain(|diagnostic| {
        let Some(places) = files.get(&diagnostic.primary.span.file) else { return true };
        let mut silenced = false;
        for item in places.around(diagnostic.primary.span).into_iter().flatten() {
            for allow in allows.get_mut(&item).into_iter().flatten().filter(|allow| allow.code == diagnostic.code) {
                allow.used = true;
                silenced = true;
            }
        }
        !silenced
    });
    for allow in allows.values().flatten().filter(|allow| !allow.used) {
        let message = format!("`{}` is allowed here, and nothing here draws it", allow.code);
        let fix = Fix::always("remove the comment", allow.comment, "");
        mistakes.push(Diagnostic::new(lint_names::ALLOW_NOTHING, allow.comment, message).fix(fix));
    }
    found.append(&mut mistakes);
}

/// The code and the reason of a comment that allows something.
fn allowed<'s>(comment: &Comment<'s>) -> Option<(&'s str, &'s str)> {
    let rest = comment.text.trim_start().strip_prefix("allow ")?.trim_start();
    let end = rest.find(|letter: char| letter == ':' || letter.is_whitespace()).unwrap_or(rest.len());
    let (code, reason) = rest.split_at_checked(end)?;
    // Prose that begins with this word is no allow: a code has a digit.
    let is_code = code.starts_with(['W', 'w', 'E', 'e']) && code.bytes().any(|byte| byte.is_ascii_digit());
    is_code.then(|| (code, reason.trim_start_matches(':').trim()))
}

fn read(comment: &Comment<'_>, (id, reason): (&str, &str), mistakes: &mut Vec<Diagnostic>) -> Option<Allow> {
    let Some(code) = codes::find(id).filter(|code| code.severity() == Severity::Warning) else {
        let what = if codes::find(id).is_some() { "an error, and errors cannot be allowed" } else { "no code" };
        let diagnostic = Diagnostic::new(lint_names::ALLOW_CODE, comment.span, format!("`{id}` is {what}"));
        mistakes.push(diagnostic.help("write the code of a warning, as in `# allow W0304: batch nodes never hold pods that wait`"));
        return None;
    };
    if reason.is_empty() {
        let message = format!("`{code}` is allowed without a reason");
        let diagnostic = Diagnostic::new(lint_names::ALLOW_REASON, comment.span, message);
        mistakes.push(diagnostic.help(format!("say why: `# allow {code}: …`")));
    }
    Some(Allow { code, comment: comment.span, used: false })
}

impl Places {
    fn of(tree: &Tree<'_>) -> Self {
        let mut places = Self { all: Vec::new(), clusters: Vec::new() };
        for item in &tree.items {
            places.all.push(item.span());
            if let Item::Cluster(cluster) = item {
                places.clusters.push(cluster.span);
                places.all.extend(cluster.entries.iter().map(|entry| match entry {
                    ClusterEntry::Setting(setting) => setting.span,
                    ClusterEntry::Item(item) => item.span(),
                }));
            }
        }
        places
    }

    /// The innermost item and the cluster that hold the span.
    fn around(&self, span: Span) -> [Option<Span>; 2] {
        let last = |spans: &[Span]| {
            let after = spans.partition_point(|item| item.start <= span.start);
            spans.get(after.checked_sub(1)?).copied().filter(|item| item.contains(span))
        };
        let (inner, cluster) = (last(&self.all), last(&self.clusters));
        [inner, cluster.filter(|cluster| Some(*cluster) != inner)]
    }

    fn item_of(&self, model: &Model<'_>, comment: &Comment<'_>) -> Option<Span> {
        let after = self.all.partition_point(|item| item.start <= comment.span.start);
        let [inner, cluster] = self.around(comment.span);
        let cluster = cluster.or_else(|| inner.filter(|inner| self.clusters.binary_search(inner).is_ok()));
        if let Some(inner) = inner
            && Some(inner) != cluster
        {
            return Some(inner);
        }
        if !comment.own_line {
            let line = |span: Span| model.sources.place(span).1.line;
            let last = after.checked_sub(1).and_then(|index| self.all.get(index)).copied();
            return last.filter(|item| item.end <= comment.span.start && line(item.after()) == line(comment.span)).or(cluster);
        }
        self.all.get(after).copied().filter(|next| cluster.is_none_or(|cluster| cluster.contains(*next)))
    }
}
