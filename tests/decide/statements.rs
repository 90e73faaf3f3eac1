use std::path::Path;

use smartscale::runtime::examples::{run_examples, text};
use smartscale::runtime::load_rules;

/// `statements.scale`: statements of the reference in the language itself, through the same tick on the sandbox.
#[test]
fn examples_in_the_language_come_out_as_the_reference_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/decide/statements.scale");
    let loaded = load_rules(&path).unwrap();
    let report = run_examples(&loaded.checked.ruleset.unwrap(), None);
    assert!(report.results.len() >= 30 && report.failed() == 0, "{}", text(&report));
}
