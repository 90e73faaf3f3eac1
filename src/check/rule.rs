//! `rule NAME [urgent] { … }`.

use crate::check::checker::Checker;
use crate::check::constant::Length;
use crate::check::scope::{Names, Resolved};
use crate::diagnostic::codes::{names as name_codes, units, values};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::{Action, Amount, Expression, Number, Rule, Unit, Veto};
use crate::source::Span;
use crate::syntax::tree::{self, Clause, ClauseKind, Hold, Name};

impl Checker<'_> {
    pub fn rule(&mut self, names: Names<'_, '_>, rule: &tree::Rule<'_>) -> Option<Rule> {
        let mut checked = Rule {
            name: rule.name.node.to_owned(),
            urgent: rule.urgent.is_some(),
            note: None,
            during: Vec::new(),
            outside: Vec::new(),
            when: None,
            cooldown: None,
            action: Action::Hold(Veto::Everything),
        };
        let mut seen = Seen::default();
        let mut right = !rule.broken;
        for clause in &rule.clauses {
            right &= self.clause(names, clause, &mut checked, &mut seen).is_some();
        }
        if seen.action.is_none() && !rule.broken {
            self.report(
                Diagnostic::new(values::NO_ACTION, rule.name.span, format!("the rule `{}` has no action", rule.name.node))
                    .help("say what it proposes: `then add 1 node`, `then remove 1 node`, `then set 5 nodes`, `track cpu at 60%`, `keep 2..5 nodes` or `hold`"),
            );
            return None;
        }
        right.then_some(checked)
    }

    fn clause(&mut self, names: Names<'_, '_>, clause: &Clause<'_>, rule: &mut Rule, seen: &mut Seen) -> Option<()> {
        match &clause.kind {
            ClauseKind::Note(text) => {
                self.once(&mut seen.note, clause.span, "note", "say it in one")?;
                rule.note = Some(text.value().into_owned());
            }
            ClauseKind::During { window, early } => rule.during.push(self.timing(names, *window, early.as_deref())?),
            ClauseKind::Outside { window, early } => rule.outside.push(self.timing(names, *window, early.as_deref())?),
            ClauseKind::When(condition) => {
                let once = self.once(&mut seen.when, clause.span, "condition", "join the conditions by `and` or `or`");
                let condition = self.condition(names, condition);
                once?;
                rule.when = Some(condition?);
            }
            ClauseKind::Cooldown(length) => {
                self.once(&mut seen.cooldown, clause.span, "cooldown", "keep one of them")?;
                rule.cooldown = Some(self.duration(names, length, "`cooldown`", Length::OrZero)?);
            }
            action => {
                let once = match seen.action {
                    Some(first) => {
                        self.report_several(first, clause.span);
                        None
                    }
                    None => {
                        seen.action = Some(clause.span);
                        Some(())
                    }
                };
                let action = self.action(names, action);
                once?;
                rule.action = action?;
            }
        }
        Some(())
    }

    fn report_several(&mut self, first: Span, second: Span) {
        self.report(
            Diagnostic::new(values::SEVERAL_ACTIONS, second, "the rule has an action already")
                .also(first, "its first action")
                .help("write a second rule for the second action"),
        );
    }

    /// Notes where a clause stands; reports a second one.
    fn once(&mut self, seen: &mut Option<Span>, span: Span, what: &str, help: &str) -> Option<()> {
        self.first_of(values::DUPLICATE_CLAUSE, seen, span, what, help)
    }

    /// Notes where something stands that may stand once; reports a second one, with both places.
    pub fn first_of(&mut self, code: Code, seen: &mut Option<Span>, span: Span, what: &str, help: &str) -> Option<()> {
        match *seen {
            None => {
                *seen = Some(span);
                Some(())
            }
            Some(first) => {
                self.report(Diagnostic::new(code, span, format!("a second {what}")).also(first, "the first stands here").help(help));
                None
            }
        }
    }

    fn action(&mut self, names: Names<'_, '_>, action: &ClauseKind<'_>) -> Option<Action> {
        match action {
            ClauseKind::Add(amount) => self.amount(names, amount, "`add`").map(Action::Add),
            ClauseKind::Remove(amount) => self.amount(names, amount, "`remove`").map(Action::Remove),
            ClauseKind::Set(amount) => {
                let (unit, value) = self.quantity_of(names, amount)?;
                if !crate::check::quantity::is_plain(unit) {
                    self.report_amount(amount, unit, "`set` takes a number of nodes", "a share of nodes can be added or removed, not set");
                    return None;
                }
                Some(Action::Set(value))
            }
            ClauseKind::Track { metric, target, within } => self.track(names, *metric, target, within.as_deref()),
            ClauseKind::Keep(range) => self.whole_range(names, range, "`keep`").map(Action::Keep),
            ClauseKind::Hold(hold) => Some(Action::Hold(match hold {
                Hold::All => Veto::Everything,
                Hold::Removals => Veto::Removals,
                Hold::Additions => Veto::Additions,
            })),
            // Not an action: the caller sorts those out.
            ClauseKind::Note(_)
            | ClauseKind::During { .. }
            | ClauseKind::Outside { .. }
            | ClauseKind::When(_)
            | ClauseKind::Cooldown(_) => None,
        }
    }

    fn amount(&mut self, names: Names<'_, '_>, amount: &tree::Expr<'_>, what: &str) -> Option<Amount> {
        match self.quantity_of(names, amount)? {
            (Unit::Percent, Expression::Literal(share)) => Some(Amount::Percent(share)),
            (Unit::Count | Unit::Number, value) => Some(Amount::Nodes(value)),
            (unit, _) => {
                self.report_amount(
                    amount,
                    unit,
                    &format!("{what} takes a number of nodes, or a percentage of them"),
                    "write `2 nodes` or `20% nodes`",
                );
                None
            }
        }
    }

    fn report_amount(&mut self, amount: &tree::Expr<'_>, unit: Unit, wanted: &str, help: &str) {
        let found = format!("{wanted}, and `{}` is {}", self.quote(amount.span), crate::check::quantity::a(unit));
        self.report(Diagnostic::new(units::WRONG_UNIT, amount.span, found).help(help));
    }

    fn track(
        &mut self,
        names: Names<'_, '_>,
        metric: Name<'_>,
        target: &tree::Expr<'_>,
        within: Option<&tree::Expr<'_>>,
    ) -> Option<Action> {
        let subject = match names.resolve(metric.node) {
            Some(Resolved::Metric { id, of_capacity: true, .. }) => Some(id),
            // Its unit is wrong and has been reported.
            Some(Resolved::Metric { unit: None, .. }) => None,
            Some(Resolved::Metric { .. }) => {
                let declared = names.metrics().find(|other| other.name.node == metric.node);
                let message = format!("`{}` is no share of capacity, and `track` needs one", metric.node);
                let mut diagnostic = Diagnostic::new(units::TRACK_CAPACITY, metric.span, message)
                    .help("`track` works out the nodes from a metric that halves when the workers double");
                if let Some(declared) = declared {
                    diagnostic = diagnostic.also(declared.name.span, "declared without `of capacity`");
                }
                self.report(diagnostic);
                None
            }
            Some(other) => {
                let message = format!("`{}` is {}, and a metric is meant here", metric.node, other.kind());
                self.error(name_codes::WRONG_KIND, metric.span, message);
                None
            }
            None => {
                self.unknown_name("metric", metric.node, metric.span, names.metrics().map(|metric| metric.name.node));
                None
            }
        };
        let subject = subject?;
        let at = self.percent(names, target, "the value to track", 0, 100);
        if let Some(zero) = &at
            && zero.is_zero()
        {
            self.error(values::OUT_OF_RANGE, target.span, "no number of nodes brings a metric to 0%");
            return None;
        }
        let within = match within {
            Some(within) => self.percent(names, within, "`within`", 0, 100),
            None => Some(Number::integer(10)),
        };
        Some(Action::Track { metric: subject, at: Box::new(at?), within: Box::new(within?) })
    }
}

/// Where the clauses stand that may stand once.
#[derive(Default)]
struct Seen {
    note: Option<Span>,
    when: Option<Span>,
    cooldown: Option<Span>,
    action: Option<Span>,
}
