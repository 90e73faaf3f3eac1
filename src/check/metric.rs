//! `metric NAME : UNIT = SOURCE [empty is VALUE] [missing after D]`.

use promql_parser::parser::Expr;

use crate::check::checker::Checker;
use crate::check::constant::Length;
use crate::check::lints;
use crate::check::quantity;
use crate::check::scope::Names;
use crate::diagnostic::codes::{names as name_codes, units, values};
use crate::diagnostic::{Diagnostic, Fix};
use crate::rules::{Fact, Metric, Source, Unit};
use crate::syntax::tree;

impl Checker<'_> {
    pub fn metric(&mut self, names: Names<'_, '_>, metric: &tree::Metric<'_>) -> Option<Metric> {
        let unit = metric.unit.map(|mark| quantity::unit(mark.unit.node));
        if let Some(mark) = metric.unit
            && let Some(of_capacity) = mark.of_capacity
            && mark.unit.node != tree::Unit::Percent
        {
            let message = format!("a share of capacity is a percentage, not {}", quantity::a(quantity::unit(mark.unit.node)));
            self.report(
                Diagnostic::new(units::CAPACITY_UNIT, mark.unit.span.to(of_capacity), message)
                    .help("write `percent of capacity` for a share of the ready workers' capacity, else leave out `of capacity`"),
            );
        }
        let source = metric.source.as_ref().and_then(|source| self.source(source, unit));
        let empty_is = self.empty_is(names, metric, unit);
        let missing_after =
            metric.missing_after.as_ref().map(|clause| self.duration(names, &clause.node, "`missing after`", Length::Positive));
        let (source, query) = source?;
        let checked = Metric {
            name: metric.name.node.to_owned(),
            unit: unit?,
            of_capacity: metric.unit.is_some_and(|mark| mark.of_capacity.is_some()),
            source,
            empty_is: optional(empty_is)?,
            missing_after: optional(missing_after)?,
        };
        if let (Some(query), Some(tree::Source::Prometheus { query: text, .. })) = (query, &metric.source) {
            lints::query(&checked, &query, text, &mut self.query_warnings);
        }
        Some(checked)
    }

    fn source(&mut self, source: &tree::Source<'_>, unit: Option<Unit>) -> Option<(Source, Option<Expr>)> {
        match source {
            tree::Source::Prometheus { query, .. } => self.promql(query).map(|(query, expr)| (Source::Prometheus(query), Some(expr))),
            tree::Source::Kubernetes { name, span } => {
                let Some(fact) = Fact::ALL.into_iter().find(|fact| fact.name() == name.node) else {
                    let message = format!("the cluster knows nothing named `{}`", name.node);
                    let known = Fact::ALL.map(Fact::name);
                    let diagnostic = Diagnostic::new(name_codes::UNKNOWN_NAME, name.span, message);
                    let diagnostic = self.suggest(diagnostic, name.node, name.span, known.into_iter());
                    self.report(diagnostic.help(format!("it knows {}", known.map(|name| format!("`{name}`")).join(", "))));
                    return None;
                };
                match unit {
                    Some(unit) if !quantity::is_plain(unit) => {
                        let message = format!("`kubernetes.{}` is a count, not {}", name.node, quantity::a(unit));
                        self.report(Diagnostic::new(units::WRONG_UNIT, *span, message).help("declare the metric as `count`"));
                        None
                    }
                    _ => Some((Source::Kubernetes(fact), None)),
                }
            }
        }
    }

    fn empty_is(&mut self, names: Names<'_, '_>, metric: &tree::Metric<'_>, unit: Option<Unit>) -> Option<Option<crate::rules::Number>> {
        let clause = metric.empty_is.as_ref()?;
        let dropped = Fix::maybe("leave it out", clause.span, "");
        if let Some(of_capacity) = metric.unit.and_then(|mark| mark.of_capacity) {
            self.report(
                Diagnostic::new(units::EMPTY_CAPACITY, clause.span, "a share of capacity is never empty while workers run")
                    .also(of_capacity, "declared as a share of capacity here")
                    .help("without figures the metric is missing, and no worker is removed")
                    .fix(dropped),
            );
            return Some(None);
        }
        if let Some(tree::Source::Kubernetes { .. }) = metric.source {
            self.report(
                Diagnostic::new(values::EMPTY_SOURCE, clause.span, "what the cluster itself knows is never empty")
                    .help("only a query can have an empty result")
                    .fix(dropped),
            );
            return Some(None);
        }
        Some(self.constant(names, &clause.node, unit?, "`empty is`"))
    }
}

/// From "written, and right" to a value: `None` where it is written and wrong.
pub(super) fn optional<T>(written: Option<Option<T>>) -> Option<Option<T>> {
    match written {
        None => Some(None),
        Some(None) => None,
        Some(value) => Some(value),
    }
}
