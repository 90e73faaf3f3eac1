//! How good `forecast` is, against what it must beat, on recorded traces:
//! `cargo run --release --manifest-path benches/forecast/Cargo.toml -- FOLDER [--write]`.
//!
//! FOLDER holds the traces; `--write` puts the tables into `docs/forecast.md`, between its markers.

mod baselines;
mod score;
mod trace;

use std::fmt::Write as _;
use std::path::Path;

use crate::score::{Method, score};
use crate::trace::Trace;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/forecast.md");
const MARKERS: [&str; 2] = ["<!-- tables begin -->\n", "<!-- tables end -->\n"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(folder) = arguments.first() else {
        eprintln!("usage: smartscale-forecast FOLDER [--write], FOLDER with the traces as CSV");
        std::process::exit(2);
    };
    let mut tables = String::new();
    for (name, file, ahead) in [
        ("taxi: passengers in New York, each half hour, 2014", "nyc-taxi-2014.csv", [30, 60, 120]),
        ("web: requests a second to a web server, 1995", "nasa-http-1995-07.csv", [10, 30, 60]),
        ("cpu: an Auto Scaling group's CPU, 2014", "aws-asg-cpu-2014.csv", [10, 30, 60]),
    ] {
        let trace = match Trace::read(&Path::new(folder).join(file)) {
            Ok(trace) => trace,
            Err(error) => {
                eprintln!("{error}");
                std::process::exit(1);
            }
        };
        let mut table = String::new();
        let scores = score(&trace, &ahead);
        let _ = writeln!(table, "### {name}\n");
        let _ = writeln!(table, "{} forecasts from {} on, for each horizon.\n", scores.origins, trace.first_origin());
        let _ = writeln!(table, "| horizon | method | MAE | RMSE | MASE | within the interval | its half width |");
        let _ = writeln!(table, "|---|---|---:|---:|---:|---:|---:|");
        for (minutes, by_method) in &scores.by_horizon {
            for (method, errors) in Method::ALL.iter().zip(by_method) {
                let interval = match errors.interval() {
                    Some((covered, width)) => format!("{covered:.0}% | {}", figure(width)),
                    None => "– | –".to_owned(),
                };
                let mean = errors.mean_absolute();
                let _ = writeln!(
                    table,
                    "| {minutes} min | {} | {} | {} | {:.2} | {interval} |",
                    method.name(),
                    figure(mean),
                    figure(errors.root_mean_square()),
                    mean / scores.scale,
                );
            }
        }
        table.push('\n');
        print!("{table}");
        tables.push_str(&table);
    }
    if arguments.iter().any(|argument| argument == "--write") {
        write(&tables);
    }
}

fn figure(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

fn write(tables: &str) {
    let document = std::fs::read_to_string(DOCUMENT).expect("docs/forecast.md is there");
    let [begin, end] = MARKERS;
    let (before, rest) = document.split_once(begin).expect("the document has the marker that begins the tables");
    let (_, after) = rest.split_once(end).expect("the document has the marker that ends the tables");
    std::fs::write(DOCUMENT, format!("{before}{begin}\n{tables}{end}{after}")).expect("docs/forecast.md can be written");
}
