//! `test "…" { … }`.

use jiff::SignedDuration;

use crate::check::checker::Checker;
use crate::check::constant::{Length, MAX_NODES};
use crate::check::scope::{Names, Resolved};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{names as name_codes, tests, values};
use crate::rules::{Cluster, Example, Expectation, Expected, Fact, LoadStretch, MetricId, SeriesStretch, Shape, TestSeries, Unit};
use crate::source::Span;
use crate::syntax::tree::{self, Expect, ExpectKind, Name, Reason, Stretch, StretchKind, TestStep, Word};

/// The most evaluations that one test may run.
const MAX_EVALUATIONS: i128 = 100_000;

/// How long an added node takes to become ready, unless the test says so.
const JOIN: SignedDuration = SignedDuration::from_mins(2);

impl Checker<'_> {
    pub fn example(&mut self, names: Names<'_, '_>, test: &tree::Test<'_>, cluster: Option<&Cluster>) -> Option<Example> {
        let mut start: Option<(Span, Option<(u32, jiff::civil::DateTime)>)> = None;
        let mut join = None;
        let mut join_seen = None;
        let mut load = Vec::new();
        let mut load_seen = None;
        let mut series: Vec<TestSeries> = Vec::new();
        let mut series_seen: std::collections::BTreeMap<&str, Span> = std::collections::BTreeMap::new();
        let mut expectations = Vec::new();
        let mut right = !test.broken;
        for step in &test.steps {
            let done = match &step.node {
                TestStep::Start { nodes, date, time } => {
                    let nodes = self.whole(names, nodes, "the number of nodes at the start", 0, MAX_NODES);
                    let at = self.date(*date).and_then(|date| crate::check::window::moment(date, time.node));
                    let mut seen = start.map(|(span, _)| span);
                    let once = self.first_of(tests::DUPLICATE_STEP, &mut seen, step.span, "`start`", "a test begins once");
                    start = start.or(Some((step.span, nodes.zip(at))));
                    once.filter(|()| nodes.zip(at).is_some())
                }
                TestStep::Join(length) => {
                    let length = self.duration(names, length, "`join`", Length::OrZero);
                    let once = self.first_of(tests::DUPLICATE_STEP, &mut join_seen, step.span, "`join`", "keep one of them");
                    join = join.or(length);
                    once.and(length.map(drop))
                }
                TestStep::Series { name, stretches } => {
                    let mut seen = series_seen.get(name.node).copied();
                    let help = "a series goes on in its next stretch, after a comma";
                    let once = self.first_of(tests::DUPLICATE_STEP, &mut seen, name.span, "series of this metric", help);
                    series_seen.entry(name.node).or_insert(name.span);
                    let checked = self.series(names, *name, stretches);
                    once.and(checked).map(|checked| series.push(checked))
                }
                TestStep::Load(stretches) => {
                    let once = self.first_of(
                        tests::DUPLICATE_STEP,
                        &mut load_seen,
                        step.span,
                        "`load`",
                        "a load goes on in its next stretch, after a comma",
                    );
                    let checked = self.load(names, stretches);
                    once.and(checked).map(|checked| load = checked)
                }
                TestStep::Expect(expect) => self.expectation(names, expect, step.span).map(|checked| expectations.push(checked)),
            };
            right &= done.is_some();
        }
        if start.is_none() && !test.broken {
            self.report(
                Diagnostic::new(tests::NO_START, test.name.span, "the test has no start")
                    .help("say how many workers there are, and when: `start nodes 3 at 2026-11-25 12:00`"),
            );
            return None;
        }
        right &= self.short_enough(&expectations, test, cluster);
        expectations.sort_by_key(|(expectation, _)| expectation.at);
        let (start_nodes, start_at) = start?.1?;
        right.then(|| Example {
            name: test.name.value().into_owned(),
            location: self.location(test.span),
            start_nodes,
            start_at,
            join: join.unwrap_or(JOIN),
            series,
            load,
            expectations: expectations.into_iter().map(|(expectation, _)| expectation).collect(),
        })
    }

    fn location(&self, span: Span) -> String {
        let (file, position) = self.sources.place(span);
        format!("{file}:{}", position.line)
    }

    fn short_enough(&mut self, expectations: &[(Expectation, Span)], test: &tree::Test<'_>, cluster: Option<&Cluster>) -> bool {
        let Some(cluster) = cluster else { return true };
        let shortest = cluster.evaluate.quicker.iter().map(|quicker| quicker.every).fold(cluster.evaluate.every, SignedDuration::min);
        let Some((last, span)) = expectations.iter().max_by_key(|(expectation, _)| expectation.at) else { return true };
        let evaluations = last.at.as_millis() / shortest.as_millis().max(1);
        if evaluations <= MAX_EVALUATIONS {
            return true;
        }
        self.report(
            Diagnostic::new(
                tests::TOO_LONG,
                *span,
                format!("{evaluations} evaluations are needed to get here, more than {MAX_EVALUATIONS}"),
            )
            .also(test.name.span, "in this test"),
        );
        false
    }

    fn series(&mut self, names: Names<'_, '_>, name: Name<'_>, stretches: &[Stretch<'_>]) -> Option<TestSeries> {
        let (metric, unit) = match names.look_up(name.node) {
            Some(Resolved::Metric { id, unit, .. }) => (id, unit),
            Some(other) => {
                self.error(name_codes::WRONG_KIND, name.span, format!("`{}` is {}, and a metric is meant here", name.node, other.kind()));
                return None;
            }
            None => {
                let driven = [Fact::PendingPods, Fact::PendingNodes, Fact::UnreadyNodes].map(Fact::name);
                let known = names.metrics().map(|metric| metric.name.node).chain(driven);
                self.unknown_name("metric", name.node, name.span, known);
                return None;
            }
        };
        if let MetricId::Fact(fact) = metric
            && !matches!(fact, Fact::PendingPods | Fact::PendingNodes | Fact::UnreadyNodes)
        {
            let message = format!("the simulated cluster counts `{}` itself", name.node);
            self.report(
                Diagnostic::new(tests::COUNTED, name.span, message)
                    .help("only `pending-pods`, `pending-nodes` and `unready-nodes` can be driven"),
            );
            return None;
        }
        let unit = unit?;
        let what = format!("`{}`", name.node);
        let checked = self.stretches(names, stretches, unit, &what)?;
        Some(TestSeries { metric, stretches: checked.into_iter().map(|(shape, length)| SeriesStretch { shape, length }).collect() })
    }

    fn load(&mut self, names: Names<'_, '_>, stretches: &[Stretch<'_>]) -> Option<Vec<LoadStretch>> {
        let checked = self.stretches(names, stretches, Unit::Number, "a load in nodes of work")?;
        let mut load = Vec::new();
        for ((shape, length), stretch) in checked.into_iter().zip(stretches) {
            let below = match &shape {
                Some(Shape::Flat(value)) => value.is_negative(),
                Some(Shape::Ramp { from, to }) => from.is_negative() || to.is_negative(),
                None => true,
            };
            match shape {
                Some(shape) if !below => load.push(LoadStretch { shape, length }),
                Some(_) => {
                    self.error(values::OUT_OF_RANGE, stretch.span, "a load is never less than nothing");
                    return None;
                }
                None => {
                    self.report(
                        Diagnostic::new(values::OUT_OF_RANGE, stretch.span, "a load is never missing")
                            .help("for missing figures, write a `series` of the metric"),
                    );
                    return None;
                }
            }
        }
        Some(load)
    }

    fn stretches(
        &mut self,
        names: Names<'_, '_>,
        stretches: &[Stretch<'_>],
        unit: Unit,
        what: &str,
    ) -> Option<Vec<(Option<Shape>, SignedDuration)>> {
        let mut checked = Vec::new();
        let mut right = true;
        for (index, stretch) in stretches.iter().enumerate() {
            let shape = match &stretch.kind {
                StretchKind::Constant(value) => self.constant(names, value, unit, what).map(|value| Some(Shape::Flat(value))),
                StretchKind::Ramp { from, to } => {
                    let (from, to) = (self.constant(names, from, unit, what), self.constant(names, to, unit, what));
                    from.zip(to).map(|(from, to)| Some(Shape::Ramp { from, to }))
                }
                StretchKind::Missing => Some(None),
            };
            let last = index + 1 == stretches.len();
            let length = match &stretch.lasts {
                Some(length) => self.duration(names, length, "a stretch", Length::Positive),
                None if last && !matches!(stretch.kind, StretchKind::Ramp { .. }) => Some(SignedDuration::ZERO),
                None => {
                    let help = if matches!(stretch.kind, StretchKind::Ramp { .. }) {
                        "say how long the ramp takes: `40%..90% over 10m`"
                    } else {
                        "only the last stretch lasts: say how long this one does, `40% for 6m`"
                    };
                    self.report(Diagnostic::new(tests::NO_LENGTH, stretch.span, "a stretch without a length").help(help));
                    None
                }
            };
            match (shape, length) {
                (Some(shape), Some(length)) => checked.push((shape, length)),
                _ => right = false,
            }
        }
        right.then_some(checked)
    }

    fn expectation(&mut self, names: Names<'_, '_>, expect: &Expect<'_>, span: Span) -> Option<(Expectation, Span)> {
        let at = self.duration(names, &expect.at, "`at`", Length::OrZero);
        let (by, because) = match expect.reason.map(|reason| reason.node) {
            None => (None, None),
            Some(Reason::By(rule)) => (Some(self.rule_name(names, rule)?), None),
            Some(Reason::Because(guard)) => (None, Some(guard.node.as_str().to_owned())),
        };
        let expected = match &expect.kind.node {
            ExpectKind::Add(count) => Expected::Add { nodes: self.whole(names, count, "the addition", 1, MAX_NODES)?, by, because },
            ExpectKind::Remove(count) => Expected::Remove { nodes: self.whole(names, count, "the removal", 1, MAX_NODES)?, by, because },
            ExpectKind::Stay => Expected::Stay { by, because },
            ExpectKind::Nodes(count) => Expected::Nodes(self.whole(names, count, "the number of nodes", 0, MAX_NODES)?),
        };
        let location = self.location(span);
        Some((Expectation { at: at?, expected, location }, span))
    }

    fn rule_name(&mut self, names: Names<'_, '_>, name: Name<'_>) -> Option<String> {
        if let Some(Resolved::Rule) = names.resolve(name.node) {
            return Some(name.node.to_owned());
        }
        let message = format!("no rule is named `{}`", name.node);
        let mut diagnostic = Diagnostic::new(tests::UNKNOWN_RULE, name.span, message);
        if tree::Guard::parse(name.node).is_some() {
            diagnostic = diagnostic.help(format!("`{}` is a guard: write `because {}`", name.node, name.node));
        } else {
            diagnostic = self.suggest(diagnostic, name.node, name.span, names.rules().map(|rule| rule.name.node));
        }
        self.report(diagnostic);
        None
    }
}
