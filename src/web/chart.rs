use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, PreEscaped, html};

use crate::runtime::board::{Board, Kind};

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 34.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 24.0;

/// Load as an area, workers as steps, and a mark for every change.
pub fn chart(board: &Board) -> Markup {
    let (Some(first), Some(last)) = (board.points.front(), board.points.back()) else {
        return html! { p.none { "the chart begins with the first evaluation" } };
    };
    let scale = Scale::new(first.at, last.at, board);
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label="workers and load over time" {
            (grid(&scale, board))
            path.load-area d=(load_area(&scale, board)) {}
            path.wanted-line d=(steps(&scale, board, |point| point.wanted)) {}
            path.ready-line d=(steps(&scale, board, |point| point.ready)) {}
            @for decision in board.decisions.iter().filter(|decision| decision.kind != Kind::Stay && decision.at >= first.at) {
                @let x = scale.x(decision.at);
                g class={ "mark " (if decision.kind == Kind::Add { "add" } else { "remove" }) } {
                    title { (decision.title) ": " (decision.reason) }
                    line x1=(round(x)) x2=(round(x)) y1=(TOP) y2=(HEIGHT - BOTTOM) {}
                    text x=(round(x)) y=(TOP - 8.0) text-anchor="middle" { (if decision.kind == Kind::Add { "▲" } else { "▼" }) }
                }
            }
        }
        p.legend {
            span.key.ready { "ready workers" } " " span.key.wanted { "workers wanted" } " " span.key.load { "load" } " "
            span.key.add { "▲ nodes added" } " " span.key.remove { "▼ nodes removed" }
        }
    }
}

struct Scale {
    start: Timestamp,
    seconds: f64,
    most_nodes: f64,
}

impl Scale {
    fn new(start: Timestamp, end: Timestamp, board: &Board) -> Self {
        let seconds = end.duration_since(start).max(SignedDuration::from_mins(30)).as_secs_f64();
        let most = board.points.iter().flat_map(|point| [point.ready, point.wanted]).flatten().max().unwrap_or(0);
        Self { start, seconds, most_nodes: f64::from(most.max(board.range.lower).saturating_add(1).max(4)) }
    }

    fn x(&self, at: Timestamp) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * at.duration_since(self.start).as_secs_f64() / self.seconds
    }

    fn node_y(&self, nodes: f64) -> f64 {
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * nodes / self.most_nodes
    }

    fn load_y(percent: f64) -> f64 {
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * percent.clamp(0.0, 100.0) / 100.0
    }
}

fn grid(scale: &Scale, board: &Board) -> Markup {
    let every = (scale.most_nodes / 6.0).ceil().max(1.0);
    let mut lines = Vec::new();
    let mut nodes = 0.0;
    while nodes <= scale.most_nodes {
        lines.push(nodes);
        nodes += every;
    }
    html! {
        @for nodes in lines {
            @let y = scale.node_y(nodes);
            line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(round(y)) y2=(round(y)) {}
            text.axis x=(LEFT - 6.0) y=(round(y + 4.0)) text-anchor="end" { (nodes) }
        }
        text.axis x=(LEFT - 6.0) y="11" text-anchor="start" { "workers" }
        @for percent in [0.0, 50.0, 100.0] {
            text.axis.of-load x=(WIDTH - RIGHT + 6.0) y=(round(Scale::load_y(percent) + 4.0)) { (percent) "%" }
        }
        @for (at, label) in hours(scale, board) {
            text.axis x=(round(scale.x(at))) y=(HEIGHT - 6.0) text-anchor="middle" { (label) }
        }
    }
}

/// Full hours of the cluster's zone, so many that they stay readable.
fn hours(scale: &Scale, board: &Board) -> Vec<(Timestamp, String)> {
    let every: i64 = match scale.seconds {
        seconds if seconds <= 2.0 * 3600.0 => 900,
        seconds if seconds <= 8.0 * 3600.0 => 3600,
        _ => 3 * 3600,
    };
    let offset = i64::from(board.timezone.to_offset(scale.start).seconds());
    let start = scale.start.as_second() + offset;
    let mut tick = start.div_euclid(every) * every + every;
    let mut labels = Vec::new();
    #[expect(clippy::cast_possible_truncation, reason = "a day in seconds")]
    let end = start + scale.seconds as i64;
    while tick <= end {
        if let Ok(at) = Timestamp::from_second(tick - offset) {
            labels.push((at, at.to_zoned(board.timezone.clone()).strftime("%H:%M").to_string()));
        }
        tick += every;
    }
    labels
}

/// Missing load leaves a gap: it is never drawn as zero.
fn load_area(scale: &Scale, board: &Board) -> String {
    let floor = HEIGHT - BOTTOM;
    let mut path = String::new();
    let mut last: Option<f64> = None;
    for point in &board.points {
        let x = scale.x(point.at);
        match (&point.load, last) {
            (Some(load), None) => write_to(&mut path, format_args!("M{x:.1},{floor:.1}L{x:.1},{:.1}", Scale::load_y(load.to_f64()))),
            (Some(load), Some(_)) => write_to(&mut path, format_args!("L{x:.1},{:.1}", Scale::load_y(load.to_f64()))),
            (None, Some(end)) => write_to(&mut path, format_args!("L{end:.1},{floor:.1}Z")),
            (None, None) => {}
        }
        last = point.load.is_some().then_some(x);
    }
    if let Some(end) = last {
        write_to(&mut path, format_args!("L{end:.1},{floor:.1}Z"));
    }
    path
}

fn steps(scale: &Scale, board: &Board, count: impl Fn(&crate::runtime::board::BoardPoint) -> Option<u32>) -> String {
    let mut path = String::new();
    let mut drawing = false;
    for point in &board.points {
        let Some(nodes) = count(point) else {
            drawing = false;
            continue;
        };
        let (x, y) = (scale.x(point.at), scale.node_y(f64::from(nodes)));
        if drawing {
            write_to(&mut path, format_args!("H{x:.1}V{y:.1}"));
        } else {
            write_to(&mut path, format_args!("M{x:.1},{y:.1}"));
        }
        drawing = true;
    }
    path
}

fn write_to(path: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = path.write_fmt(text);
}

fn round(value: f64) -> PreEscaped<String> {
    PreEscaped(format!("{value:.1}"))
}
