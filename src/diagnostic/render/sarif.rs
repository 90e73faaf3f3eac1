//! Diagnostics as SARIF 2.1.0, for code scanning.

use serde::Serialize;

use crate::diagnostic::{Code, Diagnostic, Fix, Label, Severity};
use crate::source::{Sources, Span};

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message<'static>,
    full_description: Message<'static>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Change<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    description: Message<'a>,
    artifact_changes: [ArtifactChange<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Message<'a>,
}

/// All diagnostics as one SARIF document, with a line break at its end.
#[must_use]
pub fn render_sarif(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let results = diagnostics.iter().map(|diagnostic| outcome(sources, diagnostic, &codes)).collect();
    let rules = codes.iter().map(|code| rule(*code)).collect();
    let driver = Driver { name: "smartscale", version: env!("CARGO_PKG_VERSION"), rules };
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    let log = Log { schema, version: "2.1.0", runs: [run] };
    // Strings and numbers alone: there is nothing in it that JSON could not hold.
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn rule(code: Code) -> Rule {
    Rule {
        id: code.id(),
        short_description: message(code.entry().title),
        full_description: message(code.entry().why),
        default_configuration: Configuration { level: level(code.severity()) },
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn message<'a>(text: impl Into<std::borrow::Cow<'a, str>>) -> Message<'a> {
    Message { text: text.into() }
}

fn outcome<'a>(sources: &Sources, diagnostic: &'a Diagnostic, codes: &[Code]) -> Outcome<'a> {
    let mut text = diagnostic.message.clone();
    for more in diagnostic.notes.iter().chain(&diagnostic.helps) {
        text.push('\n');
        text.push_str(more);
    }
    Outcome {
        rule_id: diagnostic.code.id(),
        rule_index: codes.binary_search(&diagnostic.code).unwrap_or_default(),
        level: level(diagnostic.severity),
        message: message(text),
        locations: [location(sources, &diagnostic.primary)],
        related_locations: diagnostic.secondary.iter().map(|label| location(sources, label)).collect(),
        fixes: diagnostic.fixes.iter().filter_map(|fix| change(sources, fix)).collect(),
    }
}

fn location<'a>(sources: &Sources, label: &'a Label) -> Location<'a> {
    let text = (!label.text.is_empty()).then(|| message(label.text.as_str()));
    Location {
        physical_location: PhysicalLocation { artifact_location: artifact(sources, label.span), region: region(sources, label.span) },
        message: text,
    }
}

fn change<'a>(sources: &Sources, fix: &'a Fix) -> Option<Change<'a>> {
    let first = fix.edits.first()?;
    let replacements = fix
        .edits
        .iter()
        .map(|edit| Replacement { deleted_region: region(sources, edit.span), inserted_content: message(edit.replacement.as_str()) })
        .collect();
    let changes = ArtifactChange { artifact_location: artifact(sources, first.span), replacements };
    Some(Change { description: message(fix.title.as_str()), artifact_changes: [changes] })
}

fn region(sources: &Sources, span: Span) -> Region {
    let (_, start) = sources.place(span);
    let (_, end) = sources.place(span.after());
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

/// The file's name as a URI reference: everything but unreserved characters and `/` is escaped.
fn artifact(sources: &Sources, span: Span) -> Artifact {
    let mut uri = String::new();
    for byte in sources.place(span).0.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    Artifact { uri }
}
