//! Rules: on one line where they were and fit, else a line per clause.

use super::align::Group;
use super::expr::{amount, condition, condition_parts, expr, range, text};
use super::layout::Layout;
use crate::syntax::tree::{Clause, ClauseKind, Expr, Hold, Name, Rule, Word};

pub(super) fn lines(layout: &mut Layout<'_>, rule: &Rule<'_>) {
    let name = format!("rule {}", rule.name.node);
    let urgent = if rule.urgent.is_some() { "urgent " } else { "" };
    let clauses: Vec<String> = rule.clauses.iter().map(clause).collect();
    let width = name.chars().count() + urgent.len() + clauses.iter().map(|clause| clause.chars().count() + 1).sum::<usize>() + 4;
    if layout.on_one_line(rule.span) && layout.fits(width) {
        let split = rule.clauses.iter().position(|clause| clause.kind.is_action()).unwrap_or(clauses.len());
        let (before, after) = clauses.split_at_checked(split).unwrap_or((&clauses, &[]));
        let action = format!("{} }}", after.join(" "));
        let mut cells = vec![name];
        match (before, after) {
            ([], []) => cells.push(format!("{urgent}{{}}")),
            ([], _) => cells.push(format!("{urgent}{{ {action}")),
            (_, []) => cells.push(format!("{urgent}{{ {} }}", before.join(" "))),
            _ => {
                cells.push(format!("{urgent}{{ {}", before.join(" ")));
                cells.push(action);
            }
        }
        layout.line(rule.span, Group::Rule, cells);
        return;
    }
    let head = if rule.urgent.is_some() { format!("{name} urgent") } else { name };
    layout.open(rule.span, head);
    for (part, written) in rule.clauses.iter().zip(clauses) {
        clause_lines(layout, part, written);
    }
    layout.close(rule.span);
}

fn clause_lines(layout: &mut Layout<'_>, clause: &Clause<'_>, written: String) {
    if let ClauseKind::When(condition) = &clause.kind
        && !layout.fits(2 + written.chars().count())
    {
        let parts = condition_parts(condition).join(&layout.continuation());
        layout.line(clause.span, Group::None, vec![format!("when {parts}")]);
        return;
    }
    layout.line(clause.span, Group::None, vec![written]);
}

fn clause(clause: &Clause<'_>) -> String {
    match &clause.kind {
        ClauseKind::Note(note) => format!("note {}", text(note)),
        ClauseKind::During { window, early } => windowed("during", window, early.as_deref()),
        ClauseKind::Outside { window, early } => windowed("outside", window, early.as_deref()),
        ClauseKind::When(when) => format!("when {}", condition(when)),
        ClauseKind::Cooldown(duration) => format!("cooldown {}", expr(duration)),
        ClauseKind::Add(by) => format!("then add {}", amount(by)),
        ClauseKind::Remove(by) => format!("then remove {}", amount(by)),
        ClauseKind::Set(to) => format!("then set {}", amount(to)),
        ClauseKind::Track { metric, target, within } => {
            let within = within.as_ref().map_or_else(String::new, |within| format!(" within {}", expr(within)));
            format!("track {} at {}{within}", metric.node, expr(target))
        }
        ClauseKind::Keep(kept) => format!("keep {} nodes", range(kept)),
        ClauseKind::Hold(Hold::All) => "hold".to_owned(),
        ClauseKind::Hold(held) => format!("hold {}", held.as_str()),
    }
}

fn windowed(word: &str, window: &Name<'_>, early: Option<&Expr<'_>>) -> String {
    let early = early.map_or_else(String::new, |early| format!(" early {}", expr(early)));
    format!("{word} {}{early}", window.node)
}
