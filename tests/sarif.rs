//! What is written as SARIF is SARIF, by OASIS' own schema.

#![expect(clippy::unwrap_used, reason = "a test that fails says so by a panic")]

use boon::{Compiler, Schemas};
use smartscale::check::check_trees;
use smartscale::diagnostic::render::render_sarif;
use smartscale::source::Sources;
use smartscale::syntax;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Errors, warnings, fixes of one and several edits, related places, and a file name that needs escaping.
const TEXT: &str = "cluster \"prod\" { nodes 2-10 }\nmetric CPU : percent of capacity = prometheus `cpu`\nmetric unused : count = prometheus `é`\nrule a { when CPU = 70 % then add 1 }\nrule a { when CPU > 80% for 1s then add 2 nodes }\n";

fn sarif(text: &str) -> serde_json::Value {
    let sources = Sources::single("rules/a b#é.scale", text);
    let mut trees = Vec::new();
    let mut found = Vec::new();
    for (id, file) in sources.iter() {
        let parsed = syntax::parse(id, file.text());
        found.extend(parsed.diagnostics);
        trees.push(parsed.tree);
    }
    let found = check_trees(&sources, &trees, found).diagnostics;
    serde_json::from_str(&render_sarif(&sources, &found)).unwrap()
}

#[test]
fn sarif_is_valid_by_its_schema() {
    let schema = serde_json::from_str(include_str!("schemas/sarif-2.1.0.json")).unwrap();
    let mut compiler = Compiler::new();
    compiler.add_resource(SCHEMA, schema).unwrap();
    let mut schemas = Schemas::new();
    let index = compiler.compile(SCHEMA, &mut schemas).unwrap();

    let found = sarif(TEXT);
    assert!(found["runs"][0]["results"].as_array().is_some_and(|results| results.len() > 4), "{found:#}");
    for log in [found, sarif("cluster \"prod\" { nodes 2..10 }")] {
        if let Err(error) = schemas.validate(&log, index) {
            panic!("{error:#}\n{log:#}");
        }
    }
    let mut wrong = sarif(TEXT);
    wrong["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(schemas.validate(&wrong, index).is_err(), "the schema was not looked at");
}
