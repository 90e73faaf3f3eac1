use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};

use crate::decide::Truth;
use crate::decide::aggregate::aggregate;
use crate::decide::forecast::{Forecast, NoForecast};
use crate::decide::lasting::Lasting;
use crate::decide::named::{forecasts_in, metrics_in};
use crate::decide::seen::Seen;
use crate::decide::tail::held_simply;
use crate::observe::Answer;
use crate::rules::{Aggregate, Arithmetic, Comparison, Condition, Expression, Fact, MetricId, Number, Rounding};

/// What a condition is asked of.
#[derive(Clone, Copy)]
pub(super) enum World<'w> {
    /// The samples that were seen.
    Seen(&'w Seen<'w>),
    /// Values that last for ever, as `rebound` projects them.
    Lasting(&'w Lasting),
}

/// What a condition is asked of, for which instant, and on which terms.
#[derive(Clone, Copy)]
pub(super) struct Scope<'w> {
    pub world: World<'w>,
    pub moment: Moment,
    /// Only settled samples exist.
    pub settled: bool,
    pub forecasts: Forecasts,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A value is what its source answers for this very instant.
    Now,
    /// Inside a `for`: short holes are bridged by the sample before them.
    Within(Timestamp),
}

/// What a forecast counts as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Forecasts {
    Expected,
    /// A forecast is no reason for a removal.
    Unknown,
    /// A comparison with a forecast that is not to be had yet is false: it is no observation (`blind`).
    FalseUntilKnown,
}

impl Truth {
    pub(super) const fn of(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }

    const fn negated(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

impl<'w> Scope<'w> {
    /// As it stands now, on all samples.
    pub const fn now(seen: &'w Seen<'w>) -> Self {
        Self { world: World::Seen(seen), moment: Moment::Now, settled: false, forecasts: Forecasts::Expected }
    }

    pub const fn lasting(lasting: &'w Lasting) -> Self {
        Self { world: World::Lasting(lasting), moment: Moment::Now, settled: false, forecasts: Forecasts::Expected }
    }

    pub const fn on_settled_samples(self) -> Self {
        Self { settled: true, ..self }
    }

    pub const fn with_forecasts(self, forecasts: Forecasts) -> Self {
        Self { forecasts, ..self }
    }

    /// Kleene's logic: an unknown part matters only where the others do not decide.
    pub fn truth(self, condition: &Condition) -> Truth {
        match condition {
            Condition::Compare { operator, left, right } => {
                self.compared(&[left, right], self.comparison(*operator, left, right).map(Truth::of))
            }
            Condition::Within { value, low, high } => {
                let within = self.comparison(Comparison::GreaterOrEqual, value, low).map(Truth::of);
                let within = [within, self.comparison(Comparison::LessOrEqual, value, high).map(Truth::of)];
                let both = within.iter().map(|truth| truth.unwrap_or(Truth::Unknown)).min();
                self.compared(&[value, low, high], both.filter(|truth| *truth != Truth::Unknown))
            }
            Condition::Not(inner) => self.truth(inner).negated(),
            Condition::And(parts) => {
                let mut all = Truth::True;
                for part in parts {
                    all = all.min(self.truth(part));
                    if all == Truth::False {
                        break;
                    }
                }
                all
            }
            Condition::Or(parts) => {
                let mut any = Truth::False;
                for part in parts {
                    any = any.max(self.truth(part));
                    if any == Truth::True {
                        break;
                    }
                }
                any
            }
            Condition::For { condition, over } => self.held(condition, *over),
            Condition::Missing(metric) => self.is_missing(*metric),
        }
    }

    /// The value of an expression; `None`: missing.
    pub fn quantity(self, expression: &Expression) -> Option<Number> {
        match expression {
            Expression::Literal(number) => Some(number.clone()),
            Expression::Metric(metric) => self.value(*metric).cloned(),
            Expression::Negate(inner) => Some(self.quantity(inner)?.negate()),
            Expression::Binary { operator, left, right } => {
                let (left, right) = (self.quantity(left)?, self.quantity(right)?);
                match operator {
                    Arithmetic::Add => Some(left.add(&right)),
                    Arithmetic::Subtract => Some(left.subtract(&right)),
                    Arithmetic::Multiply => Some(left.multiply(&right)),
                    Arithmetic::Divide => left.divide(&right),
                }
            }
            Expression::Round { how, value } => {
                let value = self.quantity(value)?;
                Some(match how {
                    Rounding::Ceil => value.ceil(),
                    Rounding::Floor => value.floor(),
                    Rounding::Round => value.round(),
                })
            }
            Expression::Absolute(inner) => Some(self.quantity(inner)?.absolute()),
            Expression::Aggregate { function, metric, over } => match self.world {
                World::Seen(seen) if self.moment == Moment::Now => seen.aggregate(*function, *metric, self.settled, *over),
                World::Seen(seen) => aggregate(*function, seen.view(*metric, self.settled), self.instant(seen), *over),
                World::Lasting(lasting) => {
                    let value = lasting.value(*metric)?;
                    Some(if matches!(function, Aggregate::Delta | Aggregate::Slope) { Number::ZERO } else { value.clone() })
                }
            },
            Expression::Ago { metric, by } => match self.world {
                World::Seen(seen) => {
                    let then = self.instant(seen).saturating_sub(*by).ok()?;
                    seen.view(*metric, self.settled).bridged(then).cloned()
                }
                World::Lasting(lasting) => lasting.value(*metric).cloned(),
            },
            Expression::Forecast { metric, ahead } => match self.world {
                World::Seen(_) if self.forecasts == Forecasts::Unknown => None,
                World::Seen(seen) => self.forecast(seen, *metric, *ahead).ok(),
                World::Lasting(lasting) => lasting.value(*metric).cloned(),
            },
        }
    }

    fn forecast(self, seen: &Seen<'_>, metric: MetricId, ahead: SignedDuration) -> Result<Number, NoForecast> {
        let (forecast, scale) = self.forecast_with_scale(seen, metric, ahead)?;
        Number::from_f64(forecast.value * scale).ok_or(NoForecast::Missing)
    }

    /// The forecast of what was recorded, and the factor that turns it into the metric. Of an `of capacity` metric the
    /// work is forecast (value × ready workers) and shared out over the workers that are wanted now.
    pub fn forecast_with_scale(self, seen: &Seen<'_>, metric: MetricId, ahead: SignedDuration) -> Result<(Forecast, f64), NoForecast> {
        let at = self.instant(seen);
        let value_of = |metric| seen.view(metric, self.settled).bridged(at).map(Number::to_f64).ok_or(NoForecast::Missing);
        let history = seen.history(metric).ok_or(NoForecast::NotYet)?;
        let weights = seen.weights(metric, history, at, ahead)?;
        if !seen.is_of_capacity(metric) {
            return Ok((Forecast::with(weights, history, value_of(metric)?, at, ahead)?, 1.0));
        }
        let ready = value_of(MetricId::Fact(Fact::ReadyNodes))?;
        let nodes = value_of(MetricId::Fact(Fact::Nodes))?;
        let forecast = Forecast::with(weights, history, value_of(metric)? * ready, at, ahead)?;
        if nodes > 0.0 { Ok((forecast, 1.0 / nodes)) } else { Err(NoForecast::Missing) }
    }

    fn value(self, metric: MetricId) -> Option<&'w Number> {
        match (self.world, self.moment) {
            (World::Seen(seen), Moment::Now) => match &seen.view(metric, self.settled).exactly_at(seen.now)?.answer {
                Answer::Value(number) => Some(number),
                Answer::Missing(_) => None,
            },
            (World::Seen(seen), Moment::Within(at)) => seen.view(metric, self.settled).bridged(at),
            (World::Lasting(lasting), _) => lasting.value(metric),
        }
    }

    fn instant(self, seen: &Seen<'_>) -> Timestamp {
        match self.moment {
            Moment::Now => seen.now,
            Moment::Within(at) => at,
        }
    }

    fn comparison(self, operator: Comparison, left: &Expression, right: &Expression) -> Option<bool> {
        // Most comparisons are of a metric with a constant: nothing is copied for them.
        if let (Expression::Metric(metric), Expression::Literal(limit)) = (left, right) {
            return Some(holds(operator, self.value(*metric)?.cmp(limit)));
        }
        Some(holds(operator, self.quantity(left)?.cmp(&self.quantity(right)?)))
    }

    /// What an undecided comparison counts as.
    fn compared(self, terms: &[&Expression], truth: Option<Truth>) -> Truth {
        truth.unwrap_or_else(|| {
            let counts_as_false = self.forecasts == Forecasts::FalseUntilKnown && terms.iter().any(|term| self.names_no_forecast_yet(term));
            if counts_as_false { Truth::False } else { Truth::Unknown }
        })
    }

    fn names_no_forecast_yet(self, expression: &Expression) -> bool {
        let World::Seen(seen) = self.world else { return false };
        let mut not_yet = false;
        forecasts_in(expression, &mut |metric, ahead| not_yet |= self.forecast(seen, metric, ahead) == Err(NoForecast::NotYet));
        not_yet
    }

    fn is_missing(self, metric: MetricId) -> Truth {
        let seen = match self.world {
            World::Seen(seen) => seen,
            World::Lasting(lasting) => return Truth::of(lasting.value(metric).is_none()),
        };
        let at = self.instant(seen);
        if self.settled && !seen.is_settled_for(metric, at) {
            return Truth::Unknown;
        }
        let view = seen.view(metric, false);
        let answered = if at == seen.now { view.exactly_at(at) } else { view.newest_answer(at) };
        match answered.map(|sample| &sample.answer) {
            Some(Answer::Value(_)) => Truth::of(at != seen.now && view.bridged(at).is_none()),
            Some(Answer::Missing(_)) => Truth::True,
            // Nothing came now; of an instant before the first answer nothing is known.
            None => {
                if at == seen.now {
                    Truth::True
                } else {
                    Truth::Unknown
                }
            }
        }
    }

    /// Kleene's `and` over every instant of the closed window, which must be covered for each metric that is named.
    fn held(self, condition: &Condition, over: SignedDuration) -> Truth {
        let World::Seen(seen) = self.world else { return self.truth(condition) };
        if self.moment == Moment::Now
            && let Some(truth) = held_simply(condition, over, self.settled, seen)
        {
            return truth;
        }
        let window = Window::of(condition, over, self, seen);
        let mut all = if window.uncovered(self.settled, seen).is_some() { Truth::Unknown } else { Truth::True };
        for at in window.instants(seen) {
            all = all.min(Self { moment: Moment::Within(at), ..self }.truth(condition));
            if all == Truth::False {
                break;
            }
        }
        all
    }
}

/// The closed window of a `for`, with the metrics that its condition names.
pub(super) struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
    /// Each with whether it needs coverage: `missing(m)` does not.
    metrics: Vec<(MetricId, bool)>,
}

impl Window {
    pub fn of(condition: &Condition, over: SignedDuration, scope: Scope<'_>, seen: &Seen<'_>) -> Self {
        let to = scope.instant(seen);
        let mut metrics = Vec::new();
        metrics_in(condition, &mut |metric, needs_coverage| metrics.push((metric, needs_coverage)));
        // A metric that is named twice, once by a value, needs coverage.
        metrics.sort_unstable_by_key(|(metric, needs_coverage)| (*metric, !needs_coverage));
        metrics.dedup_by_key(|(metric, _)| *metric);
        Self { from: to.saturating_sub(over).unwrap_or(Timestamp::MIN), to, metrics }
    }

    /// The first metric without coverage, and from when on.
    pub fn uncovered(&self, settled: bool, seen: &Seen<'_>) -> Option<(MetricId, Timestamp)> {
        self.metrics
            .iter()
            .filter(|(_, needs_coverage)| *needs_coverage)
            .find_map(|(metric, _)| Some((*metric, seen.view(*metric, settled).uncovered(self.from, self.to)?)))
    }

    /// Every evaluation, or step of a range, at which one of the metrics was answered; and the end of the window.
    pub fn instants(&self, seen: &Seen<'_>) -> Vec<Timestamp> {
        let views = self.metrics.iter().map(|(metric, _)| seen.view(*metric, false));
        let mut instants: Vec<Timestamp> =
            views.flat_map(|view| view.answers_in(self.from, self.to)).map(|sample| sample.at).chain([self.to]).collect();
        instants.sort_unstable();
        instants.dedup();
        instants
    }
}

pub(super) const fn holds(operator: Comparison, ordering: Ordering) -> bool {
    match operator {
        Comparison::Greater => ordering.is_gt(),
        Comparison::GreaterOrEqual => ordering.is_ge(),
        Comparison::Less => ordering.is_lt(),
        Comparison::LessOrEqual => ordering.is_le(),
        Comparison::Equal => ordering.is_eq(),
        Comparison::NotEqual => ordering.is_ne(),
    }
}
