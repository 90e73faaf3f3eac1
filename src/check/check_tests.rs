use super::{Checked, check};
use crate::diagnostic::codes;
use crate::rules::{Action, Amount, Bounds, Expected, Expression, Number};
use crate::source::Sources;

fn check_text(text: &str) -> Checked {
    check(&Sources::single("a.scale", text))
}

fn ids(checked: &Checked) -> Vec<&'static str> {
    checked.diagnostics.iter().map(|found| found.code.id()).collect()
}

#[test]
fn every_example_draws_its_code_and_its_fix_does_not() {
    let mut wrong = Vec::new();
    for code in codes::all() {
        let entry = code.entry();
        if entry.example.is_empty() {
            continue;
        }
        let (example, fix) = (check_text(entry.example), check_text(entry.fix));
        if !ids(&example).contains(&entry.id) {
            wrong.push(format!("{code}: the example draws {:?} instead", ids(&example)));
        }
        if ids(&fix).contains(&entry.id) || fix.has_errors() {
            wrong.push(format!(
                "{code}: the fix draws {:?}",
                fix.diagnostics.iter().map(|found| (found.code, found.message.clone())).collect::<Vec<_>>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_mistake_draws_one_diagnostic() {
    let mut wrong = Vec::new();
    for code in codes::all().into_iter().filter(|code| code.id() >= "E0200" && code.id().starts_with('E')) {
        let entry = code.entry();
        if entry.example.is_empty() {
            continue;
        }
        let found = check_text(entry.example);
        if ids(&found) != [entry.id] {
            wrong.push(format!("{code}: {:?}", ids(&found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_are_in_order_of_name_whatever_the_order_of_files() {
    let one = "cluster \"prod\" { nodes 2..10 }\nmetric cpu : percent of capacity = prometheus `cpu`";
    let two = "rule b { when cpu > 70% then add 1 node }\nrule a { when cpu > 90% then add 2 nodes }";
    let ruleset = |files: [&str; 2]| {
        let mut sources = Sources::new();
        for (index, text) in files.iter().enumerate() {
            sources.add(&format!("{index}.scale"), text.as_bytes().to_vec()).unwrap();
        }
        check(&sources).ruleset.unwrap()
    };
    let (first, second) = (ruleset([one, two]), ruleset([two, one]));
    assert_eq!(first, second);
    let names: Vec<&str> = first.clusters[0].rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn what_the_top_level_shares_belongs_to_each_cluster() {
    let text = "
        metric cpu : percent of capacity = prometheus `cpu`
        rule busy { when cpu > limit then add 1 node }
        let limit = 35% * 2
        cluster \"b\" { nodes 1..3 rule own { during night keep 1..2 nodes } window night = daily 22:00..06:00 }
        cluster \"a\" { nodes 1..3 metric other : count = prometheus `sum(x)` rule own { when other > 1 then add 20% nodes } }
    ";
    let ruleset = check(&Sources::single("a.scale", text)).ruleset.unwrap();
    let [a, b] = &ruleset.clusters[..] else { panic!("{ruleset:?}") };
    assert_eq!((a.name.as_str(), b.name.as_str()), ("a", "b"));
    assert_eq!(a.metrics.iter().map(|metric| metric.name.as_str()).collect::<Vec<_>>(), ["cpu", "other"]);
    assert_eq!(a.rules[1].action, Action::Add(Amount::Percent(Number::integer(20))));
    assert_eq!(b.rules[1].action, Action::Keep(Bounds { lower: 1, upper: 2 }));
    let Some(crate::rules::Condition::Compare { right: Expression::Literal(limit), .. }) = &b.rules[0].when else { panic!() };
    assert_eq!(*limit, Number::integer(70));
}

#[test]
fn the_reference_s_own_file_is_right() {
    let text = include_str!("../../tests/data/reference.scale");
    let checked = check(&Sources::single("reference.scale", text));
    let ruleset = checked.ruleset.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    let cluster = &ruleset.clusters[0];
    assert_eq!(cluster.rules.len(), 7);
    assert_eq!(cluster.budget, Some("0.6".parse().unwrap()));
    assert_eq!(cluster.examples[0].expectations[0].expected, Expected::Add { nodes: 2, by: Some("overload".to_owned()), because: None });
}
