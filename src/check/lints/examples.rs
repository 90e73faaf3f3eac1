//! W0102 to W0104: tests that share a name, expect nothing, or load nothing.

use std::collections::BTreeMap;

use crate::check::lints::Subject;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_names::{TEST_EXPECTS, TEST_LOAD, TEST_NAMES};
use crate::rules::MetricId;
use crate::syntax::tree::TestStep;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut names = BTreeMap::new();
    for (example, test) in subject.cluster.examples.iter().zip(&subject.tests) {
        if let Some(first) = names.insert(example.name.as_str(), test.name.span) {
            names.insert(example.name.as_str(), first);
            let message = format!("another test is named `{}`", example.name);
            found.push(Diagnostic::new(TEST_NAMES, test.name.span, message).also(first, "the first of them"));
        }
        if example.expectations.is_empty() {
            let diagnostic = Diagnostic::new(TEST_EXPECTS, test.name.span, "the test expects nothing, so it always passes");
            found.push(diagnostic.help("say what the rules should do: `at 6m expect add 1 node by busy`"));
        }
        let driven = |index: usize| example.series.iter().any(|series| series.metric == MetricId::Declared(index));
        let loaded = subject.cluster.metrics.iter().enumerate().any(|(index, metric)| metric.of_capacity && !driven(index));
        let load = test.steps.iter().find(|step| matches!(step.node, TestStep::Load(_)));
        if let (false, Some(load)) = (loaded, load) {
            let any = subject.cluster.metrics.iter().any(|metric| metric.of_capacity);
            let why = if any { "every metric `of capacity` has a series" } else { "no metric is `of capacity`" };
            let diagnostic = Diagnostic::new(TEST_LOAD, load.span, format!("{why}, so the load drives nothing"));
            found.push(diagnostic.help("remove the load, or drive the metrics by `series`"));
        }
    }
}
