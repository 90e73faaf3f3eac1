use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::ask_arguments::HistoryArguments;
use crate::cli::asked::{Asked, told};
use crate::cli::exit::Exit;
use crate::cli::moment::{self, Repeated, moment};
use crate::cli::output::{complain, print};
use crate::cli::setting::in_runtime;
use crate::ledger::{Event, EventKind, Span};
use crate::runtime::answers::{self, Chronicle, Wanted};
use crate::runtime::{Access, Clock as _, SystemClock};

/// `smartscale history`.
pub fn history(arguments: &HistoryArguments, colour: bool) -> Exit {
    in_runtime(async { list(arguments, colour).await.unwrap_or(Exit::Failed) })
}

async fn list(arguments: &HistoryArguments, colour: bool) -> Option<Exit> {
    let asked = Asked::open(&arguments.ledger, None, Access::Read).await?;
    let zone = told(asked.zone().await)?;
    let wanted = wanted(arguments, &zone)?;
    let chronicle = told(answers::history(&asked.ledger, &asked.cluster, &wanted).await)?;
    if arguments.json {
        let document = json!({ "version": 1, "cluster": asked.cluster, "more": chronicle.more, "events": chronicle.events });
        print(&format!("{document:#}\n"));
    } else {
        print(&as_text(&chronicle, &zone, colour));
    }
    Some(Exit::Clean)
}

fn wanted(arguments: &HistoryArguments, zone: &TimeZone) -> Option<Wanted> {
    let now = SystemClock.now();
    let read = |text: &Option<String>, none: Timestamp, repeated| match text {
        None => Some(none),
        Some(text) => moment(text, now, zone, repeated).map_err(|error| complain(&error, Some(moment::HELP))).ok(),
    };
    let from = read(&arguments.since, Timestamp::MIN, Repeated::First)?;
    let to = read(&arguments.until, Timestamp::MAX, Repeated::Last)?;
    Some(Wanted {
        span: Span { from, to },
        kinds: arguments.kind.clone(),
        all: arguments.all,
        operation: arguments.operation.clone(),
        at_most: usize::try_from(arguments.limit).unwrap_or(usize::MAX),
    })
}

/// A line each, with a line for each new day, and what was left out below.
fn as_text(chronicle: &Chronicle, zone: &TimeZone, colour: bool) -> String {
    let mut text = String::new();
    let mut day = None;
    for event in &chronicle.events {
        let local = event.at.to_zoned(zone.clone());
        if day != Some(local.date()) {
            day = Some(local.date());
            text.push_str(&painted("1", &local.strftime("%a %-d %b %Y (%Z)").to_string(), colour));
            text.push('\n');
        }
        let line = format!("  {}  {:<15}  {}", local.strftime("%H:%M:%S"), event.kind.word(), event.text);
        text.push_str(&painted(paint(event), &line, colour));
        text.push('\n');
    }
    let mut left_out = Vec::new();
    if chronicle.events.is_empty() {
        left_out.push("no such event".to_owned());
    }
    if chronicle.stays > 0 {
        left_out.push(format!("{} decisions to stay are left out: --all shows them", chronicle.stays));
    }
    if chronicle.more {
        left_out.push("there are older events: --limit N shows more".to_owned());
    }
    left_out.iter().for_each(|line| text.push_str(&format!("{}\n", painted("2", line, colour))));
    text
}

/// What went wrong stands out, and what changed the number of nodes.
fn paint(event: &Event) -> &'static str {
    match &event.kind {
        EventKind::Decided(decided) => match decided.decision.action {
            crate::decide::Action::Add(_) => "32",
            crate::decide::Action::Remove(_) => "35",
            crate::decide::Action::Stay => "2",
        },
        EventKind::Failed { .. } | EventKind::ReloadRefused { .. } => "31",
        EventKind::Repaired { .. } | EventKind::Noticed { .. } => "33",
        EventKind::Acted(outcome) if outcome.result.is_err() => "33",
        EventKind::Intended { .. } => "2",
        _ => "",
    }
}

fn painted(paint: &str, text: &str, colour: bool) -> String {
    if colour && !paint.is_empty() { format!("\x1b[{paint}m{text}\x1b[0m") } else { text.to_owned() }
}
