//! W0302: cooldowns shorter than `join within`.

use crate::check::lints::Subject;
use crate::check::quantity::show_duration;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint_dynamics::SHORT_COOLDOWN;
use crate::syntax::tree::{CapacitySetting, SettingKind};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let cooldown = subject.cluster.cooldown;
    let join = subject.cluster.capacity.join;
    let join_setting = subject.capacity_setting(|setting| matches!(setting, CapacitySetting::Join(_)));
    let setting = subject.setting(|kind| matches!(kind, SettingKind::Cooldown { .. }));
    let (up, down) = match setting.map(|setting| &setting.kind) {
        Some(SettingKind::Cooldown { up, down }) => (up.as_ref().map(|up| up.span), down.as_ref().map(|down| down.span)),
        _ => (None, None),
    };
    for (word, length, written) in [("up", cooldown.up, up), ("down", cooldown.down, down)] {
        if length >= join {
            continue;
        }
        // One of the two is written, or the defaults would agree.
        let Some(place) = written.or(join_setting) else { continue };
        let message = format!(
            "`cooldown {word}` of {} is shorter than the {} that nodes may take to join",
            show_duration(length),
            show_duration(join)
        );
        let mut diagnostic =
            Diagnostic::new(SHORT_COOLDOWN, place, message).help(format!("write `cooldown {word} {}` or longer", show_duration(join)));
        match join_setting {
            Some(join) if join != place => diagnostic = diagnostic.also(join, "set here"),
            Some(_) => diagnostic = diagnostic.note(format!("without `cooldown {word}` it is {}", show_duration(length))),
            None => diagnostic = diagnostic.note(format!("without `join within` it is {}", show_duration(join))),
        }
        found.push(diagnostic);
    }
}
