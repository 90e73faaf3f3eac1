use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};

use crate::decide::Tone;
use crate::runtime::board::{Board, BoardDecision, Kind};
use crate::web::chart::chart;

/// The whole page.
pub fn page(board: &Board) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (board.cluster) " · SmartScale" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/style.css";
                script src="/live.js" defer {}
            }
            body {
                main id="live" { (live(board)) }
            }
        }
    }
}

/// The part that changes: asked for again every second.
pub fn live(board: &Board) -> Markup {
    html! {
        header {
            h1 { (board.cluster) }
            p.clock {
                @match board.now {
                    Some(now) => { time datetime=(now) { (show(board, now, "%a %-d %b %Y, %H:%M:%S")) } " " span.zone { (show(board, now, "%Z")) } }
                    None => { "waiting for the first tick" }
                }
            }
        }
        section.tiles aria-label="now" {
            (tile("workers wanted", board.wanted.map(|n| n.to_string()), &format!("of {}..{}", board.range.lower, board.range.upper), "wanted"))
            (tile("ready", board.ready.map(|n| n.to_string()), &under_way(board), "ready"))
            @match &board.load {
                Some((name, value)) => { (tile(name, Some(format!("{:.0}%", value.to_f64())), "of the ready workers' capacity", "load")) }
                None => { (tile("load", None, "no metric of capacity has a value", "load")) }
            }
            (tile("draining", board.draining.map(|n| n.to_string()), "being retired", "draining"))
        }
        @if !board.missing.is_empty() {
            section.missing role="status" {
                h2 { "Not seen at the last tick" }
                ul { @for line in &board.missing { li { (line) } } }
            }
        }
        @if let Some(rules) = &board.rules { p.rules { (rules) } }
        section.chart-box { (chart(board)) }
        section {
            h2 { "Decisions" }
            @if board.decisions.is_empty() { p.none { "none yet" } }
            ol.decisions { @for decision in board.decisions.iter().rev() { (decision_item(board, decision)) } }
        }
        @if !board.operations.is_empty() {
            section {
                h2 { "Operations in flight" }
                ul.operations {
                    @for operation in &board.operations {
                        li { time { (show(board, operation.since, "%H:%M:%S")) } " " (operation.title) " " code { (operation.id) } }
                    }
                }
            }
        }
    }
}

fn tile(label: &str, value: Option<String>, note: &str, class: &str) -> Markup {
    html! {
        div class={ "tile " (class) } {
            p.label { (label) }
            p.value { @match value { Some(value) => (value), None => { span.unknown title="nobody could say" { "unknown" } } } }
            p.note { (note) }
        }
    }
}

fn under_way(board: &Board) -> String {
    let mut parts = Vec::new();
    for (count, word) in [(board.launching, "launching"), (board.unready, "unready")] {
        if let Some(count @ 1..) = count {
            parts.push(format!("{count} {word}"));
        }
    }
    if parts.is_empty() { "none on the way".to_owned() } else { parts.join(", ") }
}

fn decision_item(board: &Board, decision: &BoardDecision) -> Markup {
    let class = match decision.kind {
        Kind::Add => "add",
        Kind::Remove => "remove",
        Kind::Stay => "stay",
    };
    html! {
        li class=(class) {
            details {
                summary {
                    time datetime=(decision.at) { (show(board, decision.at, "%H:%M")) }
                    strong { (decision.title) }
                    span.reason { (decision.reason) }
                }
                pre { (because(board, decision)) }
            }
        }
    }
}

/// Every line of the because by its tone.
fn because(board: &Board, decision: &BoardDecision) -> Markup {
    let class = |tone| match tone {
        Tone::Add | Tone::Remove | Tone::Stay | Tone::Heading => "heading",
        Tone::Plain => "plain",
        Tone::Fired => "fired",
        Tone::Unknown => "unknown-rule",
        Tone::Idle => "idle",
        Tone::Held => "held",
    };
    html! {
        @for (tone, line) in decision.decision.account(&board.timezone).aligned() { span class=(class(tone)) { (line) } "\n" }
    }
}

fn show(board: &Board, at: Timestamp, format: &str) -> String {
    at.to_zoned(board.timezone.clone()).strftime(format).to_string()
}
