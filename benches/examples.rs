//! How many tests in the language run in a second: `cargo bench --no-default-features --bench examples`.

use std::time::Instant;

use smartscale::check::check;
use smartscale::runtime::examples::run_examples;
use smartscale::source::Sources;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let rules = include_str!("../src/runtime/examples/whole_file.scale");
    let block = rules.split_once("test \"").map_or("", |(_, block)| block);
    let many: String = (0..1000).map(|number| format!("test \"{number} {block}")).collect();
    let sources = Sources::single("many.scale", &format!("{rules}\n{many}"));
    let started = Instant::now();
    let checked = check(&sources);
    let Some(ruleset) = checked.ruleset else {
        eprintln!("{:#?}", checked.diagnostics);
        std::process::exit(1);
    };
    let read = started.elapsed();
    let started = Instant::now();
    let report = run_examples(&ruleset, None);
    let took = started.elapsed();
    let evaluations: usize = report.results.iter().map(|result| result.evaluations).sum();
    println!(
        "{} tests ({} failed, {evaluations} evaluations) in {took:.2?}: {:.0} tests a second, {:.1} µs an evaluation; read and checked in {read:.2?}",
        report.results.len(),
        report.failed(),
        report.results.len() as f64 / took.as_secs_f64(),
        took.as_secs_f64() * 1e6 / evaluations as f64
    );
}
