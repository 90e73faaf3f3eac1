use super::{render_summary, render_text};
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::render::{render_github, render_json, render_sarif};
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{FileId, Sources, Span};

fn sources() -> Sources {
    Sources::single("rules/a b.scale", "\u{feff}# é\nrule busy { when cpu = 70% }\n")
}

fn found() -> Vec<Diagnostic> {
    let at = |start, end| Span::new(FileId(0), start, end);
    vec![Diagnostic::new(code::OPERATOR, at(26, 27), "`=` is no operator").also(at(22, 25), "compared").note("a fact").fix(Fix::always(
        "write `==`",
        at(26, 27),
        "==",
    ))]
}

#[test]
fn text_shows_the_source_and_the_fix() {
    let text = render_text(&sources(), &found(), false);
    for part in ["error[E0110]: `=` is no operator", "rules/a b.scale:2:22", "compared", "note: a fact", "help: write `==`", "+"] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    assert!(!text.contains('\u{1b}'));
    assert!(render_text(&sources(), &found(), true).contains('\u{1b}'));
    assert_eq!(render_summary(&found()), "1 error");
}

#[test]
fn json_counts_lines_columns_and_the_offset_on_disk() {
    let json: serde_json::Value = serde_json::from_str(&render_json(&sources(), &found())).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["errors"], 1);
    let entry = &json["diagnostics"][0];
    assert_eq!(entry["start"], serde_json::json!({"line": 2, "column": 22, "offset": 29}));
    assert_eq!(entry["related"][0]["label"], "compared");
    assert_eq!(entry["fixes"][0]["edits"][0]["replacement"], "==");
}

#[test]
fn github_commands_stay_on_their_line() {
    let commands = render_github(&sources(), &found());
    assert_eq!(
        commands,
        "::error file=rules/a b.scale,line=2,col=22,endLine=2,endColumn=23,title=E0110::`=` is no operator%0Aa fact%0Awrite `==`\n"
    );
}

#[test]
fn sarif_names_rules_places_and_fixes() {
    let log: serde_json::Value = serde_json::from_str(&render_sarif(&sources(), &found())).unwrap();
    let run = &log["runs"][0];
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "E0110");
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "rules/a%20b.scale");
    assert_eq!(place["region"]["startColumn"], 22);
    assert_eq!(run["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "==");
}

#[test]
fn of_a_very_long_line_only_the_part_is_shown() {
    let text = format!("{}rule busy {{ when cpu = 70% }}{}", "é ".repeat(10_000), " x".repeat(10_000));
    let sources = Sources::single("long.scale", &text);
    let at = u32::try_from(text.find('=').unwrap()).unwrap();
    let found = Diagnostic::new(code::OPERATOR, Span::new(FileId(0), at, at + 1), "`=` is no operator");
    let text = render_text(&sources, &[found.fix(Fix::always("write `==`", Span::new(FileId(0), at, at + 1), "=="))], false);
    assert!(text.contains("long.scale:1:20022") && text.contains("cpu = 70%"), "{text}");
    assert!(text.len() < 3000, "{text}");
}
