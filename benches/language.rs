//! How fast rulesets are read: parse, check and format, the parse by the grammar alone, a file of 30 lines from the start
//! of the process to its end, and beside it `promtool check rules` on as many rules.
//!
//!     cargo build --release --no-default-features
//!     cargo run --release --no-default-features --example language [MEGABYTES]
//!
//! Times are CPU time where the system tells it, so that a busy machine counts little; of short ones the least of many.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

use smartscale::check::check_trees;
use smartscale::source::{FileId, Sources};
use smartscale::syntax;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let megabytes: f64 = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10.0);
    let (text, rules) = ruleset(megabytes * 1e6);
    let size = text.len() as f64 / 1e6;
    println!("{size:.1} MB, {rules} rules");

    let before = resident();
    let sources = Sources::single("bench.scale", &text);
    let Some(file) = sources.get(FileId(0)) else { return };
    let (parsed, parse) = timed(|| syntax::parse(FileId(0), file.text()));
    let trees = [parsed.tree];
    let (checked, check) = timed(|| check_trees(&sources, &trees, parsed.diagnostics));
    let peak = peak().saturating_sub(before) as f64 / 1e6;
    println!("parse          {:>7.1} MB/s", size / parse);
    println!("check          {:>7.1} MB/s", size / check);
    println!("parse + check  {:>7.1} MB/s, {peak:.0} MB of memory, {:.1} times the text", size / (parse + check), peak / size);
    println!("diagnostics    {:>7}", checked.diagnostics.len());
    drop((checked, trees));

    let (_, grammar) = timed(|| syntax::parse_by_grammar(FileId(0), file.text()));
    println!("by the grammar {:>7.1} MB/s", size / grammar);
    let (formatted, format) = timed(|| syntax::format(FileId(0), file.text()));
    if let Ok(formatted) = formatted {
        println!("format         {:>7.1} MB/s", formatted.len() as f64 / 1e6 / format);
    }
    small_file();
    promtool(rules);
}

/// A ruleset of about so many bytes, of items like those of the reference, and how many rules are in it.
fn ruleset(bytes: f64) -> (String, usize) {
    let mut text = String::from("cluster \"prod\" {\n  nodes 2..10\n  evaluate every 1m\n}\n\n");
    let mut rules = 0;
    while (text.len() as f64) < bytes {
        let n = rules;
        let _ = write!(
            text,
            "metric cpu-{n}   : percent of capacity = prometheus `100 * (1 - avg(rate(node_cpu_seconds_total{{mode=\"idle\",pool=\"{n}\"}}[5m])))`\n\
             metric queue-{n} : count = prometheus `sum(app_queue_depth{{pool=\"{n}\"}})` missing after 2m\n\n\
             window peak-{n} = daily 09:00..21:00\n\n\
             # pool {n}\n\
             rule busy-cpu-{n} {{\n  note \"t3 instances run out of CPU credits above this\"\n  when cpu-{n} > 70% for 3m\n  then add 1 node\n}}\n\n\
             rule overload-{n}  {{ when cpu-{n} > 85% or queue-{n} > 200 then add 2 nodes }}\n\
             rule proactive-{n} {{ during peak-{n} when forecast(cpu-{n}, 10m) > 70% then add 1 node }}\n\
             rule quiet-{n}     {{ when cpu-{n} < 30% and queue-{n} < 50 and pending-pods == 0 for 10m then remove 1 node }}\n\n"
        );
        rules += 4;
    }
    (text, rules)
}

/// The answer, and the seconds that it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let answer = work();
    let spent = cpu_seconds().zip(cpu).map(|(after, before)| after - before);
    (answer, spent.unwrap_or_else(|| wall.elapsed().as_secs_f64()))
}

fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn resident() -> u64 {
    status("VmRSS:")
}

fn peak() -> u64 {
    status("VmHWM:")
}

/// A line of the process's status, in bytes; 0 where the system does not tell.
fn status(line: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = text.lines().find_map(|found| found.strip_prefix(line)?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// A file as people have them, checked by the program itself: its start and its end are part of it.
fn small_file() {
    let path = std::env::temp_dir().join(format!("smartscale-bench-{}.scale", std::process::id()));
    if std::fs::write(&path, SMALL).is_err() {
        return;
    }
    let lines = SMALL.lines().count();
    let mut runs: Vec<(f64, f64)> = Vec::new();
    for _ in 0..50 {
        let (start, cpu) = (Instant::now(), children_seconds());
        let run = Command::new(program()).args(["check", "--deny", "warnings"]).arg(&path).output();
        if run.is_ok_and(|run| run.status.success()) {
            runs.push((start.elapsed().as_secs_f64() * 1e3, (children_seconds() - cpu) * 1e3));
        }
    }
    let least = runs.iter().map(|(wall, _)| *wall).min_by(f64::total_cmp);
    let mean = runs.iter().map(|(_, cpu)| cpu).sum::<f64>() / runs.len() as f64;
    match least {
        Some(least) => {
            println!(
                "{lines} lines      {least:>7.1} ms at least from start to end, {mean:.1} ms of CPU time on average of {} runs",
                runs.len()
            );
        }
        None => println!("{lines} lines       were not checked: build the program first"),
    }
    let _ = std::fs::remove_file(&path);
}

/// The program, which stands in the folder above that of the examples.
fn program() -> std::path::PathBuf {
    let here = std::env::current_exe().unwrap_or_default();
    here.ancestors().nth(2).map(|folder| folder.join("smartscale")).unwrap_or_default()
}

const SMALL: &str = include_str!("small.scale");

/// The CPU time of child processes that have ended; 0 where the system does not tell.
fn children_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(") ").next().unwrap_or("");
    let ticks = after.split_whitespace().skip(13).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// Where promtool is: among the tests' counterparts, or wherever the system finds it.
fn find_promtool() -> std::path::PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(Into::into);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| std::path::PathBuf::from(home).join(".cache")));
    let installed = cache.map(|cache: std::path::PathBuf| cache.join("smartscale/counterparts/prometheus/promtool"));
    installed.filter(|path| path.exists()).unwrap_or_else(|| "promtool".into())
}

/// Prometheus' own checker on as many alerting rules, where it is installed.
fn promtool(rules: usize) {
    let mut text = String::from("groups:\n- name: bench\n  rules:\n");
    for n in 0..rules {
        let _ = write!(
            text,
            "  - alert: Busy{n}\n    expr: 100 * (1 - avg(rate(node_cpu_seconds_total{{mode=\"idle\",pool=\"{n}\"}}[5m]))) > 70\n    for: 3m\n    annotations:\n      summary: t3 instances run out of CPU credits above this\n"
        );
    }
    let path = std::env::temp_dir().join(format!("smartscale-bench-{}.yaml", std::process::id()));
    if std::fs::write(&path, &text).is_ok() {
        let (start, cpu) = (Instant::now(), children_seconds());
        match Command::new(find_promtool()).args(["check", "rules"]).arg(&path).output() {
            Ok(_) => {
                let (wall, cpu) = (start.elapsed().as_secs_f64(), children_seconds() - cpu);
                let speed = text.len() as f64 / 1e6 / cpu;
                println!("promtool       {speed:>7.1} MB/s, {rules} rules in {cpu:.1} s of CPU time, {wall:.1} s of wall clock");
            }
            Err(_) => println!("promtool       is not installed"),
        }
    }
    let _ = std::fs::remove_file(&path);
}
