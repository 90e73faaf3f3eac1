use jiff::{SignedDuration, Timestamp};

use crate::decide::evaluate::{Moment, Scope, Window, World};
use crate::decide::forecast::{NoForecast, Season};
use crate::decide::judge::{Judge, Judged};
use crate::decide::seen::Seen;
use crate::decide::written::{action, expression, name, unit};
use crate::decide::{Finding, GuardReason, Part, RuleReason, Term, TermValue, Truth, Uncovered, WindowReason};
use crate::observe::{Absence, Answer};
use crate::rules::{Action, Amount, Condition, Expression, MetricId, Rule, Timing, Unit};

impl Judge<'_> {
    /// One rule with its verdict and every number behind it.
    pub fn explain(self, rule: &Rule, judged: &Judged, held: Vec<GuardReason>) -> RuleReason {
        let scope = Scope::now(self.seen);
        let window = |timing: &Timing, wanted_open: bool| WindowReason {
            window: self.seen.cluster.windows.get(timing.window.0).map_or_else(String::new, |window| window.name.clone()),
            open: self.seen.is_open(*timing),
            wanted_open,
        };
        let during = rule.during.iter().map(|timing| window(timing, true));
        let amount = match &rule.action {
            Action::Add(Amount::Nodes(amount)) | Action::Remove(Amount::Nodes(amount)) | Action::Set(amount) => {
                (!matches!(amount, Expression::Literal(_))).then(|| scope.term(self.seen, amount, Unit::Count))
            }
            Action::Track { metric, .. } => Some(scope.term(self.seen, &Expression::Metric(*metric), Unit::Percent)),
            _ => None,
        };
        RuleReason {
            rule: rule.name.clone(),
            verdict: judged.verdict,
            windows: during.chain(rule.outside.iter().map(|timing| window(timing, false))).collect(),
            condition: rule.when.as_ref().map(|condition| scope.finding(self.seen, condition)),
            amount,
            proposal: judged.proposal,
            held,
            action: action(self.seen.cluster, &rule.action),
        }
    }
}

impl Scope<'_> {
    fn finding(self, seen: &Seen<'_>, condition: &Condition) -> Finding {
        let all = |parts: &[Condition]| parts.iter().map(|part| self.finding(seen, part)).collect();
        let part = match condition {
            Condition::Compare { operator, left, right } => {
                let unit = self.common_unit(seen, &[left, right]);
                Part::Compare { left: self.term(seen, left, unit), operator: *operator, right: self.term(seen, right, unit) }
            }
            Condition::Within { value, low, high } => {
                let unit = self.common_unit(seen, &[value, low, high]);
                Part::Within { value: self.term(seen, value, unit), low: self.term(seen, low, unit), high: self.term(seen, high, unit) }
            }
            Condition::Not(inner) => Part::Not(Box::new(self.finding(seen, inner))),
            Condition::And(parts) => Part::And(all(parts)),
            Condition::Or(parts) => Part::Or(all(parts)),
            Condition::For { condition, over } => self.sustained(seen, condition, *over),
            Condition::Missing(metric) => {
                Part::Missing { metric: name(seen.cluster, *metric).to_owned(), absence: absence(seen, *metric, self.at(seen)) }
            }
        };
        Finding { truth: self.truth(condition), part }
    }

    fn sustained(self, seen: &Seen<'_>, condition: &Condition, over: SignedDuration) -> Part {
        let window = Window::of(condition, over, self, seen);
        let within = |at: Timestamp| Self { moment: Moment::Within(at), ..self };
        let mut since = None;
        let mut last_failed = None;
        for at in window.instants(seen).into_iter().rev() {
            if within(at).truth(condition) != Truth::True {
                last_failed = Some(at);
                break;
            }
            since = Some(at);
        }
        let uncovered =
            window.uncovered(self.settled, seen).map(|(metric, from)| Uncovered { metric: name(seen.cluster, metric).to_owned(), from });
        let held = since.map_or(SignedDuration::ZERO, |since| window.to.duration_since(since));
        Part::For { over, held, last_failed, uncovered, now: Box::new(within(window.to).finding(seen, condition)) }
    }

    fn common_unit(self, seen: &Seen<'_>, terms: &[&Expression]) -> Unit {
        terms.iter().find_map(|term| unit(seen.cluster, term)).unwrap_or(Unit::Number)
    }

    fn term(self, seen: &Seen<'_>, of: &Expression, constants: Unit) -> Term {
        let value = match self.quantity(of) {
            Some(number) => TermValue::Known(number),
            None => TermValue::Missing(self.why_missing(seen, of)),
        };
        let mut text = expression(seen.cluster, of, constants);
        if let Expression::Forecast { metric, ahead } = of
            && let Ok((forecast, scale)) = self.forecast_with_scale(seen, *metric, *ahead)
        {
            let season = if forecast.season() == Season::Day { "day" } else { "week" };
            let spread = forecast.spread().map_or_else(String::new, |spread| format!(" ± {:.1}, four times in five", spread * scale));
            text = format!("{text} (by the {season}{spread})");
        }
        Term { text, unit: unit(seen.cluster, of).unwrap_or(constants), value }
    }

    fn at(self, seen: &Seen<'_>) -> Timestamp {
        match self.moment {
            Moment::Now => seen.now,
            Moment::Within(at) => at,
        }
    }

    /// Why an expression has no value: the first part that has none.
    fn why_missing(self, seen: &Seen<'_>, of: &Expression) -> String {
        let World::Seen(_) = self.world else { return "missing".to_owned() };
        match of {
            Expression::Literal(_) => "missing".to_owned(),
            Expression::Metric(metric) => {
                let absence = absence(seen, *metric, self.at(seen)).unwrap_or(Absence::NeverSeen);
                format!("`{}` is missing: {}", name(seen.cluster, *metric), told(&absence))
            }
            Expression::Negate(inner) | Expression::Absolute(inner) | Expression::Round { value: inner, .. } => {
                self.why_missing(seen, inner)
            }
            Expression::Binary { left, right, .. } => match (self.quantity(left), self.quantity(right)) {
                (None, _) => self.why_missing(seen, left),
                (_, None) => self.why_missing(seen, right),
                (Some(_), Some(_)) => format!("`{}` is zero", expression(seen.cluster, right, Unit::Number)),
            },
            Expression::Aggregate { metric, over, .. } => {
                let at = self.at(seen);
                let from = at.saturating_sub(*over).unwrap_or(Timestamp::MIN);
                let metric_name = name(seen.cluster, *metric);
                match seen.view(*metric, self.settled).uncovered(from, at) {
                    Some(hole) => format!("`{metric_name}` has no sample that is young enough at {}", clock(seen, hole)),
                    None => format!("`{metric_name}` has too few samples in the window"),
                }
            }
            Expression::Ago { metric, by } => {
                let then = self.at(seen).saturating_sub(*by).unwrap_or(Timestamp::MIN);
                format!("`{}` has no sample that is young enough at {}", name(seen.cluster, *metric), clock(seen, then))
            }
            Expression::Forecast { metric, ahead } => match self.forecast_with_scale(seen, *metric, *ahead).err() {
                Some(NoForecast::NotYet) => format!("two days of `{}` are not known yet", name(seen.cluster, *metric)),
                _ => self.why_missing(seen, &Expression::Metric(*metric)),
            },
        }
    }
}

/// A local time for people.
pub(super) fn clock(seen: &Seen<'_>, at: Timestamp) -> String {
    at.to_zoned(seen.cluster.timezone.clone()).strftime("%H:%M:%S").to_string()
}

/// Why there is no value at an instant; `None`: there is one.
fn absence(seen: &Seen<'_>, metric: MetricId, at: Timestamp) -> Option<Absence> {
    match seen.view(metric, false).newest_answer(at) {
        None => Some(Absence::NeverSeen),
        Some(sample) => match &sample.answer {
            Answer::Missing(absence) => Some(absence.clone()),
            Answer::Value(_) if sample.at == at => None,
            Answer::Value(_) => Some(Absence::Stale { age: at.duration_since(sample.at) }),
        },
    }
}

/// The reason of an absence, in words.
pub(super) fn told(absence: &Absence) -> String {
    match absence {
        Absence::Stale { age } => format!("its newest sample is {} old", crate::decide::because::quantity::span(*age)),
        Absence::NotANumber => "the query yields NaN".to_owned(),
        Absence::Infinite => "the query yields an infinity".to_owned(),
        Absence::Empty => "the query yields nothing".to_owned(),
        Absence::Several(series) => format!("the query yields several series: {}", series.join(", ")),
        Absence::Failed(reason) => reason.clone(),
        Absence::NeverSeen => "nothing was answered yet".to_owned(),
        Absence::NoWorkers => "there are no workers to measure".to_owned(),
    }
}
