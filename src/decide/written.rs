use crate::decide::because::quantity::{shown, span};
use crate::decide::seen::fact_behind;
use crate::rules::{Action, Aggregate, Amount, Arithmetic, Cluster, Comparison, Expression, MetricId, Number, Rounding, Unit, Veto};

/// The name of a metric.
pub(super) fn name(cluster: &Cluster, metric: MetricId) -> &str {
    match metric {
        MetricId::Declared(index) => cluster.metrics.get(index).map_or("?", |metric| &metric.name),
        MetricId::Fact(fact) => fact.name(),
    }
}

/// The unit of an expression; `None` for constants, which take the unit of what they are compared with.
pub(super) fn unit(cluster: &Cluster, expression: &Expression) -> Option<Unit> {
    match expression {
        Expression::Literal(_) => None,
        Expression::Metric(metric)
        | Expression::Aggregate { metric, .. }
        | Expression::Ago { metric, .. }
        | Expression::Forecast { metric, .. } => match metric {
            MetricId::Declared(index) => cluster.metrics.get(*index).map(|metric| metric.unit),
            MetricId::Fact(_) => fact_behind(cluster, *metric).map(|_| Unit::Count),
        },
        Expression::Negate(inner) | Expression::Absolute(inner) | Expression::Round { value: inner, .. } => unit(cluster, inner),
        Expression::Binary { operator, left, right } => match (unit(cluster, left), operator, unit(cluster, right)) {
            // A quotient of two alike is a number.
            (Some(left), Arithmetic::Divide, Some(right)) if left == right => Some(Unit::Number),
            (Some(Unit::Number) | None, Arithmetic::Multiply, Some(unit)) => Some(unit),
            (left, _, right) => left.or(right),
        },
    }
}

/// An expression as a rule writes it, its constants in that unit.
pub(super) fn expression(cluster: &Cluster, of: &Expression, constants: Unit) -> String {
    let part = |part: &Expression| match part {
        Expression::Binary { .. } => format!("({})", expression(cluster, part, constants)),
        _ => expression(cluster, part, constants),
    };
    match of {
        Expression::Literal(number) => shown(number, constants),
        Expression::Metric(metric) => name(cluster, *metric).to_owned(),
        Expression::Negate(inner) => format!("-{}", part(inner)),
        Expression::Binary { operator, left, right } => {
            let sign = match operator {
                Arithmetic::Add => "+",
                Arithmetic::Subtract => "-",
                Arithmetic::Multiply => "*",
                Arithmetic::Divide => "/",
            };
            // Of a product or a quotient the constant factor is a plain number.
            let plain = matches!(operator, Arithmetic::Multiply | Arithmetic::Divide);
            let side = |side: &Expression| match side {
                Expression::Literal(number) if plain => shown(number, Unit::Number),
                _ => part(side),
            };
            format!("{} {sign} {}", side(left), side(right))
        }
        Expression::Round { how, value } => {
            let function = match how {
                Rounding::Ceil => "ceil",
                Rounding::Floor => "floor",
                Rounding::Round => "round",
            };
            format!("{function}({})", expression(cluster, value, constants))
        }
        Expression::Absolute(inner) => format!("abs({})", expression(cluster, inner, constants)),
        Expression::Aggregate { function, metric, over } => {
            let function = match function {
                Aggregate::Average => "avg",
                Aggregate::Minimum => "min",
                Aggregate::Maximum => "max",
                Aggregate::P50 => "p50",
                Aggregate::P90 => "p90",
                Aggregate::P95 => "p95",
                Aggregate::P99 => "p99",
                Aggregate::Delta => "delta",
                Aggregate::Slope => "slope",
            };
            format!("{function}({}, {})", name(cluster, *metric), span(*over))
        }
        Expression::Ago { metric, by } => format!("ago({}, {})", name(cluster, *metric), span(*by)),
        Expression::Forecast { metric, ahead } => format!("forecast({}, {})", name(cluster, *metric), span(*ahead)),
    }
}

pub(super) const fn comparison(operator: Comparison) -> &'static str {
    match operator {
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
    }
}

/// The same comparison with its sides exchanged.
pub(super) const fn mirrored(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        same => same,
    }
}

/// An action as a rule writes it.
pub(super) fn action(cluster: &Cluster, action: &Action) -> String {
    match action {
        Action::Add(amount) => format!("add {}", self::amount(cluster, amount)),
        Action::Remove(amount) => format!("remove {}", self::amount(cluster, amount)),
        Action::Set(wanted) => format!("set {}", nodes(&expression(cluster, wanted, Unit::Count))),
        Action::Track { metric, at, within } => {
            let unit = unit(cluster, &Expression::Metric(*metric)).unwrap_or(Unit::Percent);
            let within = if **within == Number::integer(10) { String::new() } else { format!(" within {}", shown(within, Unit::Percent)) };
            format!("track {} at {}{within}", name(cluster, *metric), shown(at, unit))
        }
        Action::Keep(keep) => format!("keep {}..{} nodes", keep.lower, keep.upper),
        Action::Hold(Veto::Everything) => "hold".to_owned(),
        Action::Hold(Veto::Removals) => "hold removals".to_owned(),
        Action::Hold(Veto::Additions) => "hold additions".to_owned(),
    }
}

fn amount(cluster: &Cluster, amount: &Amount) -> String {
    match amount {
        Amount::Nodes(number) => nodes(&expression(cluster, number, Unit::Count)),
        Amount::Percent(percent) => format!("{} nodes", shown(percent, Unit::Percent)),
    }
}

fn nodes(amount: &str) -> String {
    format!("{amount} node{}", if amount == "1" { "" } else { "s" })
}
