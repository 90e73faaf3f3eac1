//! How fast a large ruleset is parsed and checked, and in how much memory.
//!
//! ```sh
//! cargo run --release --no-default-features --example check_speed [megabytes]
//! ```

use std::time::Duration;

use smartscale::check::check;
use smartscale::source::{FileId, Sources};
use smartscale::syntax;

/// One cluster with metrics, windows and rules as people write them.
fn ruleset(bytes: usize) -> String {
    let mut text = String::from("cluster \"prod\" {\n  nodes 2..10\n  cooldown up 5m, down 10m\n}\n\nwindow peak = daily 09:00..21:00\n");
    let mut number = 0;
    while text.len() < bytes {
        text.push_str(&format!(
            "
metric cpu-{number} : percent of capacity = prometheus `100 * (1 - avg(rate(node_cpu_seconds_total{{mode=\"idle\",pool=\"p{number}\"}}[5m])))`
let limit-{number} = {}%

rule busy-{number} {{
  note \"these instances run out of credits above this\"
  when cpu-{number} > limit-{number} for 3m
  then add 1 node
}}
rule overload-{number}  {{ when cpu-{number} > 95% or avg(cpu-{number}, 10m) > 88%                  then add 2 nodes }}
rule rush-{number}      {{ during peak early 10m when cpu-{number} > 50%                  then add 1 node }}
rule waiting-{number}   urgent {{ when pending-nodes > {number} for 4m                    then add pending-nodes nodes }}
rule quiet-{number}     {{ when cpu-{number} < 20% and pending-pods == 0 for 10m          then remove 1 node }}
",
            60 + number % 20
        ));
        number += 1;
    }
    text
}

/// The most memory that the process has held, in bytes, where the system tells.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|number| number.parse::<usize>().ok()).map_or(0, |kilobytes| kilobytes * 1024)
}

/// The processor time that the process has spent in its own code: other work on the machine is not in it.
fn spent() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(") ").next().unwrap_or("");
    let ticks = after.split_whitespace().nth(11).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis(ticks * 10)
}

fn main() {
    let megabytes = std::env::args().nth(1).and_then(|argument| argument.parse().ok()).unwrap_or(10_usize);
    let text = ruleset(megabytes * 1_000_000);
    let size = text.len();
    let sources = Sources::single("large.scale", &text);
    drop(text);
    let before = peak();

    let start = spent();
    let parsed = sources.iter().map(|(_, file)| syntax::parse(FileId(0), file.text()).tree.items.len()).sum::<usize>();
    let parse = spent() - start;

    let start = spent();
    let checked = check(&sources);
    let all = spent() - start;
    let rules: usize = checked.ruleset.iter().flat_map(|ruleset| &ruleset.clusters).map(|cluster| cluster.rules.len()).sum();
    let speed = |time: Duration| size as f64 / 1e6 / time.as_secs_f64();
    println!("{parsed} items in a file of {size} bytes, {rules} rules, {} diagnostics", checked.diagnostics.len());
    println!("parse          {parse:>8.0?}  {:>6.1} MB/s (processor time)", speed(parse));
    println!("parse + check  {all:>8.0?}  {:>6.1} MB/s", speed(all));
    println!(
        "peak memory    {} MB more than the text, {:.1} times the input",
        (peak() - before) / 1_000_000,
        (peak() - before) as f64 / size as f64
    );
    for found in checked.diagnostics.iter().take(3) {
        println!("{} {}", found.code, found.message);
    }
}
