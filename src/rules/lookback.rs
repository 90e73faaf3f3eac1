use jiff::SignedDuration;

use crate::rules::{Action, Amount, Cluster, Condition, Expression, MetricId};

impl Cluster {
    /// How far back from an evaluation any rule looks at this metric; zero where only its value now is asked for.
    #[must_use]
    pub fn lookback(&self, metric: MetricId) -> SignedDuration {
        let of_rule = |rule: &crate::rules::Rule| {
            let condition = rule.when.as_ref().map_or(SignedDuration::ZERO, |condition| of_condition(condition, metric));
            let action = match &rule.action {
                Action::Add(Amount::Nodes(value)) | Action::Remove(Amount::Nodes(value)) | Action::Set(value) => {
                    of_expression(value, metric)
                }
                Action::Add(Amount::Percent(_))
                | Action::Remove(Amount::Percent(_))
                | Action::Track { .. }
                | Action::Keep(_)
                | Action::Hold(_) => SignedDuration::ZERO,
            };
            condition.max(action)
        };
        self.rules.iter().map(of_rule).fold(SignedDuration::ZERO, SignedDuration::max)
    }
}

fn of_condition(condition: &Condition, metric: MetricId) -> SignedDuration {
    match condition {
        Condition::Compare { left, right, .. } => of_expression(left, metric).max(of_expression(right, metric)),
        Condition::Within { value, low, high } => {
            of_expression(value, metric).max(of_expression(low, metric)).max(of_expression(high, metric))
        }
        Condition::Not(inner) => of_condition(inner, metric),
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().map(|part| of_condition(part, metric)).fold(SignedDuration::ZERO, SignedDuration::max)
        }
        // Each instant of the window looks back by itself.
        Condition::For { condition, over } => {
            if names(condition, metric) {
                over.saturating_add(of_condition(condition, metric))
            } else {
                SignedDuration::ZERO
            }
        }
        Condition::Missing(_) => SignedDuration::ZERO,
    }
}

fn of_expression(expression: &Expression, metric: MetricId) -> SignedDuration {
    match expression {
        Expression::Literal(_) | Expression::Metric(_) | Expression::Forecast { .. } => SignedDuration::ZERO,
        Expression::Negate(inner) | Expression::Absolute(inner) | Expression::Round { value: inner, .. } => of_expression(inner, metric),
        Expression::Binary { left, right, .. } => of_expression(left, metric).max(of_expression(right, metric)),
        Expression::Aggregate { metric: named, over: by, .. } | Expression::Ago { metric: named, by } => {
            if *named == metric {
                *by
            } else {
                SignedDuration::ZERO
            }
        }
    }
}

fn names(condition: &Condition, metric: MetricId) -> bool {
    match condition {
        Condition::Compare { left, right, .. } => reads(left, metric) || reads(right, metric),
        Condition::Within { value, low, high } => reads(value, metric) || reads(low, metric) || reads(high, metric),
        Condition::Not(inner) | Condition::For { condition: inner, .. } => names(inner, metric),
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(|part| names(part, metric)),
        Condition::Missing(named) => *named == metric,
    }
}

fn reads(expression: &Expression, metric: MetricId) -> bool {
    match expression {
        Expression::Literal(_) => false,
        Expression::Metric(named)
        | Expression::Aggregate { metric: named, .. }
        | Expression::Ago { metric: named, .. }
        | Expression::Forecast { metric: named, .. } => *named == metric,
        Expression::Negate(inner) | Expression::Absolute(inner) | Expression::Round { value: inner, .. } => reads(inner, metric),
        Expression::Binary { left, right, .. } => reads(left, metric) || reads(right, metric),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::rules::lookback::of_condition;
    use crate::rules::{Aggregate, Comparison, Condition, Expression, Fact, MetricId, Number};

    #[test]
    fn windows_within_windows_add_up() {
        let minutes = SignedDuration::from_mins;
        let [cpu, other] = [MetricId::Declared(0), MetricId::Declared(1)];
        let average = Expression::Aggregate { function: Aggregate::Average, metric: cpu, over: minutes(10) };
        let compare = |left| Condition::Compare { operator: Comparison::Greater, left, right: Expression::Literal(Number::integer(70)) };
        let condition = Condition::And(vec![
            Condition::For { condition: Box::new(compare(average)), over: minutes(3) },
            compare(Expression::Ago { metric: other, by: minutes(60) }),
        ]);
        assert_eq!(of_condition(&condition, cpu), minutes(13));
        assert_eq!(of_condition(&condition, other), minutes(60));
        assert_eq!(of_condition(&condition, MetricId::Fact(Fact::Nodes)), minutes(0));
    }
}
