use super::Reader;
use crate::source::FileId;
use crate::syntax::parser::{parse, parse_by_grammar};
use crate::syntax::scan::{PieceKind, scan};

/// How many items of the text the reader takes, of all; what is read is always what the grammar reads.
fn read(text: &str) -> (usize, usize) {
    assert_eq!(parse(FileId(0), text), parse_by_grammar(FileId(0), text), "{text}");
    let pieces = scan(FileId(0), text, false).0.pieces;
    let mut reader = Reader::new(FileId(0), text);
    let items = pieces.iter().filter_map(|piece| match piece.kind {
        PieceKind::Item(word) => Some(reader.item(*piece, word).is_some()),
        _ => None,
    });
    let read: Vec<bool> = items.collect();
    (read.iter().filter(|read| **read).count(), read.len())
}

#[test]
fn items_as_the_language_has_them_are_read() {
    for item in [
        "metric a : percent of capacity = prometheus `100 * up{x=\"y\"}` empty is 0% missing after 2m",
        "metric a:count=kubernetes.pods missing after d # a comment\n empty is 1_000",
        "metric a : money = prometheus \"sum(up)\"",
        "let a = 5",
        "let a = ceil(b / 2 + c * (d - 1)) # why",
        "let urgent = $0.60/h",
        "window a = daily 09:00..21:00",
        "window a = weekdays 09:00 .. 24:00 or sat, sun 10:00..12:00 or fri..mon 22:00..06:00",
        "rule a {}",
        "rule urgent urgent { hold }",
        "rule a {\n  note \"it's # ours\"\n  # why\n  when a > 70% for 3m\n  then add 1 node\n}",
        "rule a { when not ( a>b for 3m ) and not b <= 2 and avg(a, 5m) == 1000/s then remove max(1, nodes / 2) nodes cooldown 1h30m }",
        "rule a { during peak early 10m outside early when a in 2..5 or missing(b) then set nodes nodes }",
        "rule a { keep 2..n nodes } rule b { track a at 60% within 5% } rule c { track a at b } rule d { hold additions }",
    ] {
        let (read, all) = read(item);
        assert!(read == all && all > 0, "{read} of {all}: {item}");
    }
}

#[test]
fn what_is_not_written_so_is_left_for_the_grammar() {
    for item in [
        "metric a = prometheus `up`",
        "metric a : percents = prometheus `up`",
        "metric a : count = prometheus \"up{a=\"b\"}\"",
        "metric a : count = prometheus \"a\\tb\"",
        "metric a : count = `up`",
        "metric a : count = prometheus `up` missing 2m",
        "metric a : count = prometheus `up` empty is 0 empty is 1",
        "metric A : count = prometheus `up`",
        "metric a : count = kubernetes.and",
        "let not = 5",
        "let a = -5",
        "let a = 5 m",
        "let a = 5min",
        "let a = b -c",
        "let a = b-5 - 5-3",
        "let a = (b)- 3",
        "let a = b +- 3",
        "let a = 5 /s",
        "let a = 1h 30m",
        "let a = 5é",
        "let a = 3 > 2 > 1",
        "let a = 3 in 1..5 in 2..3",
        "let a = 1 + not b",
        "let a = mean(b, 5m)",
        "let a = max(1, 2,)",
        "let a = \"5\"",
        "let a = 5 é",
        "window a = daily 9:00..21:00",
        "window a = daily 24:00..21:00",
        "window a = daily 09:00..21:00pm",
        "window a = mon-fri 09:00..21:00",
        "window a = mon..fri",
        "window a = 09:00..21:00",
        "window a = daily 09:00...21:00",
        "window a = 2026-11-27..2026-11-30",
        "window a = daily 09:00..21:00 except 2026-12-25",
        "rule a { when b = 5 then add 1 node }",
        "rule a { when b > 5 && c > 5 then add 1 node }",
        "rule a { when b > 5 over 5m then add 1 node }",
        "rule a { when b > 5 for 5m and c > 5 then add 1 node }",
        "rule a { when: b > 5 then add 1 node }",
        "rule a { when b is 5 then add 1 node }",
        "rule a { when b > 5 add 1 node }",
        "rule a { then add1 node }",
        "rule a { then add 5/snode }",
        "rule a { then add 1 }",
        "rule a { then add 1 instance }",
        "rule a { then keep 2..5 nodes }",
        "rule a { keep 2-5 nodes }",
        "rule a { note 'b' }",
        "rule a { when b > 5; then add 1 node }",
        "rule a { when b\u{a0}> 5 then add 1 node }",
        "rule \"a\" { hold }",
        "test \"a\" { start nodes 2 at 2026-11-25 09:00 }",
    ] {
        assert_eq!(read(item).0, 0, "{item}");
    }
}

#[test]
fn expressions_are_bounded_as_the_grammar_bounds_them() {
    let chain = |operators: usize| format!("let a = 1{}", " + 1".repeat(operators));
    assert_eq!((read(&chain(256)), read(&chain(257))), ((1, 1), (0, 1)));
    let split = |operators: usize| format!("let a = {}1", "not ".repeat(operators));
    assert_eq!((read(&split(256)), read(&split(257))), ((1, 1), (0, 1)));
    let nested = format!("let a = {}1{}", "(1 + ".repeat(32), ")".repeat(32));
    assert_eq!(read(&nested), (1, 1));
}

#[test]
fn what_follows_an_item_of_a_cluster_is_left_for_the_grammar() {
    let text = "cluster \"a\" {\n  let b = 5\n  metric c : count = kubernetes.pods\n  nodes 2..10\n}\n";
    assert_eq!(read(text), (1, 2));
}
