//! Metrics and constants.

use super::align::Group;
use super::expr::{expr, text};
use super::layout::Layout;
use crate::syntax::tree::{Let, Metric, Source, Word};

pub(super) fn metric(layout: &mut Layout<'_>, metric: &Metric<'_>) {
    let mark = metric.unit;
    let of_capacity = mark.is_some_and(|mark| mark.of_capacity.is_some());
    let unit = mark.map_or("", |mark| mark.unit.node.as_str());
    let mut value = match &metric.source {
        Some(Source::Prometheus { query, .. }) => format!("= prometheus {}", text(query)),
        Some(Source::Kubernetes { name, .. }) => format!("= kubernetes.{}", name.node),
        None => String::new(),
    };
    let several = value.contains('\n');
    if let Some(empty) = &metric.empty_is {
        value.push_str(&format!(" empty is {}", expr(&empty.node)));
    }
    if let Some(missing) = &metric.missing_after {
        value.push_str(&format!(" missing after {}", expr(&missing.node)));
    }
    let unit = if of_capacity { format!(": {unit} of capacity") } else { format!(": {unit}") };
    let name = format!("metric {}", metric.name.node);
    if several {
        layout.line(metric.span, Group::None, vec![format!("{name} {unit} {value}")]);
    } else {
        layout.line(metric.span, Group::Metric { of_capacity }, vec![name, unit, value]);
    }
}

pub(super) fn constant(layout: &mut Layout<'_>, constant: &Let<'_>) {
    let value = constant.value.as_ref().map(expr).unwrap_or_default();
    layout.line(constant.span, Group::Definition, vec![format!("let {}", constant.name.node), format!("= {value}")]);
}
