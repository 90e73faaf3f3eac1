//! Tests: a line per step.

use super::align::Group;
use super::expr::{amount, expr, list, text};
use super::layout::Layout;
use crate::syntax::tree::{Expect, ExpectKind, Reason, Stretch, StretchKind, Test, TestStep, Word};

pub(super) fn lines(layout: &mut Layout<'_>, test: &Test<'_>) {
    let head = format!("test {}", text(&test.name));
    if test.steps.is_empty() && layout.on_one_line(test.span) {
        layout.line(test.span, Group::None, vec![format!("{head} {{}}")]);
        return;
    }
    layout.open(test.span, head);
    for step in &test.steps {
        let group = if matches!(step.node, TestStep::Expect(_)) { Group::Expect } else { Group::Setup };
        layout.line(step.span, group, cells(&step.node));
    }
    layout.close(test.span);
}

fn cells(step: &TestStep<'_>) -> Vec<String> {
    match step {
        TestStep::Start { nodes, date, time } => {
            vec!["start".to_owned(), format!("nodes {} at {} {}", expr(nodes), date.node, time.node)]
        }
        TestStep::Join(duration) => vec!["join".to_owned(), expr(duration)],
        TestStep::Series { name, stretches } => {
            vec!["series".to_owned(), format!("{} {}", name.node, list(stretches.iter().map(stretch)))]
        }
        TestStep::Load(stretches) => vec!["load".to_owned(), list(stretches.iter().map(stretch))],
        TestStep::Expect(expect) => vec![format!("at {}", expr(&expect.at)), expected(expect)],
    }
}

fn stretch(stretch: &Stretch<'_>) -> String {
    let lasts = |word: &str| stretch.lasts.as_ref().map_or_else(String::new, |lasts| format!(" {word} {}", expr(lasts)));
    match &stretch.kind {
        StretchKind::Constant(value) => format!("{}{}", expr(value), lasts("for")),
        StretchKind::Ramp { from, to } => format!("{}..{}{}", expr(from), expr(to), lasts("over")),
        StretchKind::Missing => format!("missing{}", lasts("for")),
    }
}

fn expected(expect: &Expect<'_>) -> String {
    let kind = match &expect.kind.node {
        ExpectKind::Add(value) => format!("add {}", amount(value)),
        ExpectKind::Remove(value) => format!("remove {}", amount(value)),
        ExpectKind::Stay => "stay".to_owned(),
        ExpectKind::Nodes(value) => format!("nodes {}", expr(value)),
    };
    match expect.reason.map(|reason| reason.node) {
        Some(Reason::By(rule)) => format!("expect {kind} by {}", rule.node),
        Some(Reason::Because(guard)) => format!("expect {kind} because {}", guard.node.as_str()),
        None => format!("expect {kind}"),
    }
}
