//! W0101: metrics, constants and windows that nothing uses.

use std::collections::HashSet;

use crate::check::lints::Model;
use crate::check::scope::Scope;
use crate::diagnostic::codes::lint_names::UNUSED;
use crate::diagnostic::{Diagnostic, Fix};
use crate::syntax::tree::{
    Amount, CapacitySetting, ClauseKind, ClusterEntry, Condition, DrainSetting, Expr, ExprKind, Range, SettingKind, StretchKind, TestStep,
};

/// The names that something uses; for look-ups alone, its order is never used.
type Used<'a> = HashSet<&'a str>;

pub(super) fn check(model: &Model<'_>, found: &mut Vec<Diagnostic>) {
    let mut shared = Used::new();
    scope(model.shared, &mut shared);
    let mut everywhere = vec![shared];
    for subject in &model.subjects {
        let mut own = Used::new();
        scope(&subject.block.scope, &mut own);
        for entry in &subject.block.tree.entries {
            if let ClusterEntry::Setting(entry) = entry {
                setting(&entry.kind, &mut own);
            }
        }
        report(&subject.block.scope, std::slice::from_ref(&own), found);
        everywhere.push(own);
    }
    report(model.shared, &everywhere, found);
}

fn report(scope: &Scope<'_>, used: &[Used<'_>], found: &mut Vec<Diagnostic>) {
    let metrics = scope.metrics.iter().map(|item| (item.name, item.span, "metric"));
    let constants = scope.constants.iter().map(|item| (item.name, item.span, "constant"));
    let windows = scope.windows.iter().map(|item| (item.name, item.span, "window"));
    for (name, whole, kind) in metrics.chain(constants).chain(windows) {
        if !used.iter().any(|used| used.contains(name.node)) {
            let message = format!("the {kind} `{}` is not used by any rule or setting", name.node);
            let diagnostic = Diagnostic::new(UNUSED, name.span, message).help("remove it, or use it in a rule");
            found.push(diagnostic.fix(Fix::maybe("remove it", whole, "")));
        }
    }
}

fn scope<'a>(scope: &Scope<'a>, used: &mut Used<'a>) {
    for constant in &scope.constants {
        constant.value.iter().for_each(|value| expr(value, used));
    }
    for metric in &scope.metrics {
        [&metric.empty_is, &metric.missing_after].into_iter().flatten().for_each(|clause| expr(&clause.node, used));
    }
    for rule in &scope.rules {
        rule.clauses.iter().for_each(|clause| self::clause(&clause.kind, used));
    }
    for test in &scope.tests {
        test.steps.iter().for_each(|step| self::step(&step.node, used));
    }
}

fn clause<'a>(kind: &'a ClauseKind<'a>, used: &mut Used<'a>) {
    match kind {
        ClauseKind::During { window, early } | ClauseKind::Outside { window, early } => {
            used.insert(window.node);
            early.iter().for_each(|early| expr(early, used));
        }
        ClauseKind::When(condition) => self::condition(condition, used),
        ClauseKind::Cooldown(value)
        | ClauseKind::Add(Amount { value, .. })
        | ClauseKind::Remove(Amount { value, .. })
        | ClauseKind::Set(Amount { value, .. }) => expr(value, used),
        ClauseKind::Track { metric, target, within } => {
            used.insert(metric.node);
            expr(target, used);
            within.iter().for_each(|within| expr(within, used));
        }
        ClauseKind::Keep(range) => self::range(range, used),
        ClauseKind::Note(_) | ClauseKind::Hold(_) => {}
    }
}

fn setting<'a>(kind: &'a SettingKind<'a>, used: &mut Used<'a>) {
    match kind {
        SettingKind::Nodes(range) => self::range(range, used),
        SettingKind::Evaluate(every) => {
            for each in every {
                expr(&each.interval, used);
                each.during.iter().for_each(|window| {
                    used.insert(window.node);
                });
            }
        }
        SettingKind::Cooldown { up, down } | SettingKind::Step { up, down } => {
            [up, down].into_iter().flatten().for_each(|value| expr(value, used));
        }
        SettingKind::Budget(value) => expr(value, used),
        SettingKind::Capacity { settings, .. } => settings.iter().for_each(|setting| match &setting.node {
            CapacitySetting::Spot(value)
            | CapacitySetting::MaxPrice(value)
            | CapacitySetting::Join(value)
            | CapacitySetting::Unready(value) => expr(value, used),
            CapacitySetting::Instances(_) | CapacitySetting::Zones(_) => {}
        }),
        SettingKind::Drain { settings, .. } => settings.iter().for_each(|setting| {
            if let DrainSetting::Within(value) = &setting.node {
                expr(value, used);
            }
        }),
        SettingKind::Timezone(_) | SettingKind::Notify(_) => {}
    }
}

/// A series drives a metric, which is no use of it; its values may use constants.
fn step<'a>(step: &'a TestStep<'a>, used: &mut Used<'a>) {
    let (TestStep::Series { stretches, .. } | TestStep::Load(stretches)) = step else { return };
    for stretch in stretches {
        match &stretch.kind {
            StretchKind::Constant(value) => expr(value, used),
            StretchKind::Ramp { from, to } => [from, to].into_iter().for_each(|value| expr(value, used)),
            StretchKind::Missing => {}
        }
        stretch.lasts.iter().for_each(|length| expr(length, used));
    }
}

fn condition<'a>(condition: &'a Condition<'a>, used: &mut Used<'a>) {
    expr(&condition.expr, used);
    condition.sustain.iter().for_each(|sustain| expr(sustain, used));
}

fn range<'a>(range: &'a Range<'a>, used: &mut Used<'a>) {
    expr(&range.start, used);
    expr(&range.end, used);
}

fn expr<'a>(expr: &'a Expr<'a>, used: &mut Used<'a>) {
    match &expr.kind {
        ExprKind::Name(name) => {
            used.insert(name);
        }
        ExprKind::Binary(binary) => {
            self::expr(&binary.left, used);
            self::expr(&binary.right, used);
        }
        ExprKind::Not(part) => self::expr(part, used),
        ExprKind::In(parts) => {
            self::expr(&parts.0, used);
            range(&parts.1, used);
        }
        ExprKind::Call(call) => call.args.iter().for_each(|arg| self::expr(arg, used)),
        ExprKind::Paren(inner) => condition(inner, used),
        ExprKind::Literal(_) | ExprKind::Error => {}
    }
}
