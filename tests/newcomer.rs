//! First-time errors, as somebody makes them who has never seen the language: each is answered by one message, and what
//! it says to write mends the text. The rendered messages are a snapshot beside this file, to be read as a user would.

use smartscale::check::check;
use smartscale::diagnostic::render::render_text;
use smartscale::diagnostic::{Diagnostic, Severity};
use smartscale::source::Sources;

/// What stands around each mistake.
const AROUND: &str = "cluster \"prod\" { nodes 2..10 }
metric cpu : percent of capacity = prometheus `cpu`
metric cpu-usage-5m : percent of capacity = prometheus `cpu5`
metric p95 : duration = prometheus `p95`
window lunch = daily 12:00..13:00
";

/// A mistake, and the text that its message leads to: by its fix, in which case the whole text is here, or by advice, of
/// which a part is here after `…`.
const MISTAKES: &[(&str, &str)] = &[
    // Operators and words of other languages.
    ("rule r { when cpu = 70% then add 1 node }", "rule r { when cpu == 70% then add 1 node }"),
    ("rule r { when cpu > 70% && p95 > 2s then add 1 node }", "rule r { when cpu > 70% and p95 > 2s then add 1 node }"),
    ("rule r { when cpu > 70% || p95 > 2s then add 1 node }", "rule r { when cpu > 70% or p95 > 2s then add 1 node }"),
    ("rule r { when !(cpu > 70%) then add 1 node }", "rule r { when not (cpu > 70%) then add 1 node }"),
    ("rule r { when cpu => 70% then add 1 node }", "rule r { when cpu >= 70% then add 1 node }"),
    ("rule r { when cpu above 70% then add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu is greater than 70% then add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu between 30% and 70% then add 1 node }", "rule r { when cpu in 30%..70% then add 1 node }"),
    ("rule r { when 30% < cpu < 70% then add 1 node }", "rule r { when 30% < cpu and cpu < 70% then add 1 node }"),
    ("rule r { if cpu > 70% then add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu > 70% unless p95 < 1s then add 1 node }", "…write `and not (…)`"),
    ("rule r { when cpu > 70% then add 1 node else remove 1 node }", "…write a second rule"),
    ("rule r { when cpu > 70% then add 1 node and hold removals }", "…write a second rule"),
    ("rule r { when cpu > 70% add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu > 70% then scale up by 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu > 70% then increase 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { in lunch keep 3..5 nodes }", "rule r { during lunch keep 3..5 nodes }"),
    ("rule r { track cpu to 60% }", "rule r { track cpu at 60% }"),
    ("rule r { then keep 3..5 nodes }", "rule r { keep 3..5 nodes }"),
    // Amounts and units.
    ("rule r { when cpu > 70 then add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu > 0.7 then add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu > 70 % then add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when p95 > 2 s then add 1 node }", "rule r { when p95 > 2s then add 1 node }"),
    ("rule r { when p95 > 2 then add 1 node }", "rule r { when p95 > 2s then add 1 node }"),
    ("rule r { when cpu > 70% for 5 min then add 1 node }", "rule r { when cpu > 70% for 5m then add 1 node }"),
    ("rule r { when cpu > 70% for 3 minutes then add 1 node }", "rule r { when cpu > 70% for 3m then add 1 node }"),
    ("rule r { when cpu > 70% over 5m then add 1 node }", "rule r { when cpu > 70% for 5m then add 1 node }"),
    ("rule r { when cpu > 500ms then add 1 node }", "…`cpu` is a percentage"),
    ("rule r { when cpu > 70% then add 1 }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu > 70% then add 1 pod }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu > 70% then add one node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu > 70% then add 10% }", "rule r { when cpu > 70% then add 10% nodes }"),
    ("rule r { when avg(cpu) > 70% then add 1 node }", "…write `avg(m, D)`"),
    ("rule r { when cpu > -5% then add 1 node }", "rule r { when cpu > (0% - 5%) then add 1 node }"),
    // Names.
    ("rule r { when cpuu > 70% then add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when CPU > 70% then add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule busy_cpu { when cpu > 70% then add 1 node }", "rule busy-cpu { when cpu > 70% then add 1 node }"),
    ("rule \"busy\" { when cpu > 70% then add 1 node }", "rule busy { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu-5% > 60% then add 1 node }", "rule r { when cpu - 5% > 60% then add 1 node }"),
    ("rule r { when cpu-usage-5m-5% > 60% then add 1 node }", "rule r { when cpu-usage-5m - 5% > 60% then add 1 node }"),
    ("rule r { when cpu- 5% > 60% then add 1 node }", "rule r { when cpu - 5% > 60% then add 1 node }"),
    ("rule r { when averge(cpu, 5m) > 70% then add 1 node }", "rule r { when avg(cpu, 5m) > 70% then add 1 node }"),
    // Windows.
    ("window w = mon-fri 09:00..21:00", "window w = mon..fri 09:00..21:00"),
    ("window w = daily 9:00-21:00", "window w = daily 09:00..21:00"),
    ("window w = daily from 9 to 17", "window w = daily 09:00..17:00"),
    ("window w = 9am..5pm", "window w = daily 09:00..17:00"),
    ("window w = monday 09:00..17:00", "window w = mon 09:00..17:00"),
    ("window w = mon..fri", "window w = mon..fri 00:00..24:00"),
    ("window w = 2026/11/27..2026-11-30", "window w = 2026-11-27..2026-11-30"),
    // Metrics and constants.
    ("metric q : count = prometheus \"sum(rate(x{job=\"api\"}[5m]))\"", "metric q : count = prometheus `sum(rate(x{job=\"api\"}[5m]))`"),
    ("metric q : count = `sum(x)`", "metric q : count = prometheus `sum(x)`"),
    ("metric q = prometheus `sum(x)`", "…this metric has no unit"),
    ("metric q : integer = prometheus `sum(x)`", "metric q : count = prometheus `sum(x)`"),
    ("metric q : count = prometheus `sum(x`", "…add the `)` that belongs to it"),
    ("metric q : count = prometheus `sum(x)", "metric q : count = prometheus `sum(x)`"),
    ("metric q : count = prometheus `sum(x)` empty 0", "metric q : count = prometheus `sum(x)` empty is 0"),
    ("let limit : percent = 70%", "let limit = 70%"),
    ("let limit 70%", "let limit = 70%"),
    // Layout, blocks and comments.
    ("rule r when cpu > 70% then add 1 node", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when cpu > 70% then add 1 node", "rule r { when cpu > 70% then add 1 node\n}"),
    ("rule r { when cpu > 70%; then add 1 node }", "rule r { when cpu > 70%  then add 1 node }"),
    ("rule r { when cpu > 70%, then add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("rule r { when: cpu > 70% then add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
    ("// nights are calm", "# nights are calm"),
    ("nodes 3..5", "…stands inside a block"),
    ("alert r { when cpu > 70% then add 1 node }", "rule r { when cpu > 70% then add 1 node }"),
];

fn errors(text: &str) -> (Sources, Vec<Diagnostic>) {
    let sources = Sources::single("first.scale", text);
    let mut found = check(&sources).diagnostics;
    found.retain(|found| found.code.severity() == Severity::Error);
    (sources, found)
}

#[test]
fn each_mistake_draws_one_message_that_leads_to_the_fix() {
    for (wrong, right) in MISTAKES {
        let (sources, found) = errors(&format!("{AROUND}{wrong}\n"));
        let shown = render_text(&sources, &found, false);
        let [only] = found.as_slice() else { panic!("{} messages for `{wrong}`:\n{shown}", found.len()) };
        if let Some(advice) = right.strip_prefix('…') {
            assert!(shown.contains(advice), "`{wrong}` does not lead to `{advice}`:\n{shown}");
            continue;
        }
        let fix = only.fixes.first().unwrap_or_else(|| panic!("no fix for `{wrong}`:\n{shown}"));
        let mut text = format!("{AROUND}{wrong}\n");
        let mut edits = fix.edits.clone();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
        for edit in edits {
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.replacement);
        }
        assert_eq!(text, format!("{AROUND}{right}\n"), "the fix for `{wrong}`");
        let (sources, left) = errors(&text);
        assert!(left.is_empty(), "still wrong after the fix:\n{}", render_text(&sources, &left, false));
    }
}

#[test]
fn the_messages_read_well() {
    let mut all = String::new();
    for (wrong, _) in MISTAKES {
        let (sources, found) = errors(&format!("{AROUND}{wrong}\n"));
        all.push_str(&render_text(&sources, &found, false));
        all.push('\n');
    }
    insta::assert_snapshot!(all);
}

#[test]
fn five_mistakes_are_five_messages() {
    let text = format!(
        "{AROUND}
rule a {{ when cpu = 70% then add 1 node }}
rule b {{ when cpu > 70 then add 1 node }}
window w = mon-fri 09:00..21:00
metric q : count = prometheus `sum(x`
rule c {{ when cpuu > 70% for 5 m then add 1 node }}
"
    );
    let (_, found) = errors(&text);
    let codes: Vec<&str> = found.iter().map(|found| found.code.id()).collect();
    assert_eq!(codes, ["E0110", "E0302", "E0118", "E0601", "E0201", "E0116"], "{found:#?}");
}
