//! W0308: bounds that the budget cannot pay for.

use crate::check::lints::Subject;
use crate::check::quantity::show;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_dynamics::BUDGET;
use crate::rules::Unit;
use crate::syntax::tree::{CapacitySetting, SettingKind};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let cluster = subject.cluster;
    // Without a price of its own an instance costs what AWS asks, which is not known here.
    let (Some(budget), Some(price)) = (&cluster.budget, &cluster.capacity.max_price) else { return };
    let Some(setting) = subject.setting(|kind| matches!(kind, SettingKind::Budget(_))) else { return };
    let Some(pays) = budget.divide(price).and_then(|nodes| nodes.floor().to_i64()) else { return };
    let (lower, upper) = (i64::from(cluster.nodes.lower), i64::from(cluster.nodes.upper));
    if pays >= upper {
        return;
    }
    let each = show(price, Unit::Money);
    let message = if pays < lower {
        format!("at {each} for each the budget pays for {pays} of the {lower} nodes that are kept at least")
    } else {
        format!("at {each} for each the budget pays for {pays} of up to {upper} nodes")
    };
    let whole = show(&price.multiply(&crate::rules::Number::integer(upper)), Unit::Money);
    let mut diagnostic = Diagnostic::new(BUDGET, setting.span, message).help(format!("all {upper} nodes cost up to {whole}"));
    if let Some(nodes) = subject.setting(|kind| matches!(kind, SettingKind::Nodes(_))) {
        diagnostic = diagnostic.also(nodes.span, "the bounds");
    }
    if let Some(price) = subject.capacity_setting(|setting| matches!(setting, CapacitySetting::MaxPrice(_))) {
        diagnostic = diagnostic.also(price, "the price of one");
    }
    found.push(diagnostic);
}
