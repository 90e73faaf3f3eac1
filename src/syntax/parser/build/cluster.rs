//! Clusters' settings.

use super::{Builder, Node, nearest};
use crate::diagnostic::codes::syntax as code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{Span, Spanned};
use crate::syntax::parser::grammar::Rule;
use crate::syntax::tree::{
    CapacitySetting, Channel, DrainSetting, Event, Every, Expr, Name, Notify, Protect, Setting, SettingKind, Text, Zones,
};

impl<'s> Builder<'s> {
    /// `cluster "NAME"`.
    pub(in crate::syntax::parser) fn cluster_name(&mut self, node: &Node<'_>) -> Text<'s> {
        if node.as_rule() == Rule::text { self.text_of(node) } else { self.unquoted(node) }
    }

    /// A setting of a cluster; `None` where its value was wrong and has been reported.
    pub(in crate::syntax::parser) fn setting(&mut self, node: Node<'_>) -> Option<Setting<'s>> {
        let span = self.span(&node);
        let rule = node.as_rule();
        let mut nodes = self.stray_assign(node.into_inner());
        let kind = match rule {
            Rule::nodes_setting => SettingKind::Nodes(self.range(nodes.next()?)),
            Rule::timezone => {
                let zone = nodes.next()?;
                SettingKind::Timezone(self.cluster_name(&zone))
            }
            Rule::evaluate => {
                let every = nodes.filter(|node| node.as_rule() == Rule::every).map(|node| self.every(node)).collect::<Option<Vec<_>>>();
                SettingKind::Evaluate(every?)
            }
            Rule::cooldown_setting => {
                let (up, down) = self.up_down(nodes);
                SettingKind::Cooldown { up, down }
            }
            Rule::step => {
                let (up, down) = self.up_down(nodes);
                SettingKind::Step { up, down }
            }
            Rule::budget => SettingKind::Budget(self.value(nodes.next()?)),
            Rule::capacity => {
                let settings = self.capacity_settings(nodes);
                SettingKind::Capacity { settings, broken: false }
            }
            Rule::drain => {
                let settings = self.drain_settings(nodes);
                SettingKind::Drain { settings, broken: false }
            }
            Rule::notify => SettingKind::Notify(self.notify(nodes)?),
            _ => return None,
        };
        Some(Setting { kind, span })
    }

    fn every(&mut self, node: Node<'_>) -> Option<Every<'s>> {
        let span = self.span(&node);
        let mut interval = None;
        let mut during = None;
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::value => interval = Some(self.value(node)),
                Rule::literal => {
                    self.missing_before(code::MISSING_WORD, self.span(&node), "an interval is told with `every`", "every");
                    interval = Some(self.literal(&node, None));
                }
                Rule::name => during = Some(self.name(&node)),
                _ => {}
            }
        }
        Some(Every { interval: interval?, during, span })
    }

    /// `up X, down Y`, in either order; a direction given twice is reported.
    fn up_down(&mut self, nodes: super::Nodes<'_>) -> (Option<Expr<'s>>, Option<Expr<'s>>) {
        let mut sides: [Option<Expr<'s>>; 2] = [None, None];
        let mut side = 0;
        let mut ended: Option<Span> = None;
        for node in nodes {
            match node.as_rule() {
                Rule::comma => ended = None,
                Rule::direction => {
                    let (word, span) = self.written(&node);
                    side = usize::from(word == "down");
                    if let Some(end) = ended {
                        let fix = Fix::always("write `,`", end.after(), ",");
                        self.report(Diagnostic::new(code::COMMA, span, format!("a comma is missing before `{word}`")).fix(fix));
                    }
                }
                Rule::value => {
                    let value = self.value(node);
                    ended = Some(value.span);
                    let slot = sides.get_mut(side);
                    match slot {
                        Some(Some(first)) => {
                            let first = first.span;
                            let word = if side == 0 { "up" } else { "down" };
                            self.report(
                                Diagnostic::new(code::TWICE, value.span, format!("`{word}` is given twice"))
                                    .also(first, "given here first"),
                            );
                        }
                        Some(slot) => *slot = Some(value),
                        None => {}
                    }
                }
                _ => {}
            }
        }
        let [up, down] = sides;
        (up, down)
    }

    fn notify(&mut self, nodes: super::Nodes<'_>) -> Option<Notify> {
        let mut channel = None;
        let mut events = Vec::new();
        for node in nodes {
            match node.as_rule() {
                Rule::channel => channel = self.word::<Channel>(&node, "channel", &[("webhook", "slack")]),
                Rule::event => {
                    let also = [
                        ("error", "failure"),
                        ("errors", "failure"),
                        ("failed", "failure"),
                        ("max", "at-max"),
                        ("up", "scale-up"),
                        ("down", "scale-down"),
                    ];
                    events.extend(self.word::<Event>(&node, "event", &also));
                }
                _ => {}
            }
        }
        Some(Notify { channel: channel?, events })
    }

    pub(in crate::syntax::parser) fn capacity_settings(&mut self, nodes: super::Nodes<'_>) -> Vec<Spanned<CapacitySetting<'s>>> {
        nodes.filter_map(|node| self.capacity_setting(node)).collect()
    }

    pub(in crate::syntax::parser) fn capacity_setting(&mut self, node: Node<'_>) -> Option<Spanned<CapacitySetting<'s>>> {
        let span = self.span(&node);
        let rule = node.as_rule();
        if !matches!(rule, Rule::instances | Rule::spot | Rule::max_price | Rule::zones | Rule::join_within | Rule::unready_after) {
            return None;
        }
        let mut nodes = self.stray_assign(node.into_inner());
        let setting = match rule {
            Rule::instances => CapacitySetting::Instances(self.bare_list(nodes, Rule::instance_type)),
            Rule::spot => {
                let share = self.value(nodes.next()?);
                if nodes.next().is_none() {
                    let fix = Fix::always("write `else on-demand`", share.span.after(), " else on-demand");
                    let found = Diagnostic::new(code::MISSING_WORD, share.span, "the share of spot does not say what the rest is");
                    self.report(found.fix(fix));
                }
                CapacitySetting::Spot(share)
            }
            Rule::max_price => CapacitySetting::MaxPrice(self.value(nodes.next()?)),
            Rule::zones => {
                let balanced = nodes.peek().is_some_and(|node| node.as_rule() == Rule::kw_balanced);
                CapacitySetting::Zones(if balanced { Zones::Balanced } else { Zones::Listed(self.bare_list(nodes, Rule::zone_name)) })
            }
            Rule::join_within => CapacitySetting::Join(self.worded(nodes, Rule::kw_within, "join", "within")?),
            _ => CapacitySetting::Unready(self.worded(nodes, Rule::kw_after, "unready", "after")?),
        };
        Some(Spanned::new(setting, span))
    }

    /// `join within D`, `unready after D`.
    fn worded(&mut self, nodes: super::Nodes<'_>, rule: Rule, first: &str, word: &str) -> Option<Expr<'s>> {
        let mut read = false;
        let mut value = None;
        for node in nodes {
            if node.as_rule() == rule {
                read = true;
            } else if node.as_rule() == Rule::value {
                if !read {
                    self.missing_before(code::MISSING_WORD, self.span(&node), format!("`{first}` is followed by `{word}`"), word);
                }
                value = Some(self.value(node));
            }
        }
        value
    }

    /// Names from outside, which stand bare; quotes are reported.
    fn bare_list(&mut self, nodes: super::Nodes<'_>, rule: Rule) -> Vec<Name<'s>> {
        let mut names = Vec::new();
        for node in nodes.filter(|node| node.as_rule() == rule) {
            let (text, span) = self.written(&node);
            let bare = text.trim_matches('"');
            if bare.len() < text.len() {
                self.rewrite(code::TEXT_OR_NAME, span, "this name stands without quotes", bare);
            }
            names.push(Spanned::new(bare, span));
        }
        names
    }

    pub(in crate::syntax::parser) fn drain_settings(&mut self, nodes: super::Nodes<'_>) -> Vec<Spanned<DrainSetting<'s>>> {
        nodes.filter_map(|node| self.drain_setting(node)).collect()
    }

    pub(in crate::syntax::parser) fn drain_setting(&mut self, node: Node<'_>) -> Option<Spanned<DrainSetting<'s>>> {
        let span = self.span(&node);
        let rule = node.as_rule();
        let setting = match rule {
            Rule::drain_within => {
                let mut nodes = self.stray_assign(node.into_inner());
                DrainSetting::Within(self.value(nodes.next()?))
            }
            Rule::protect => {
                let nodes = self.stray_assign(node.into_inner());
                DrainSetting::Protect(nodes.filter_map(|node| self.protected(node)).collect())
            }
            Rule::local_storage => DrainSetting::LocalStorageAllowed,
            _ => return None,
        };
        Some(Spanned::new(setting, span))
    }

    fn protected(&mut self, node: Node<'_>) -> Option<Spanned<Protect<'s>>> {
        let span = self.span(&node);
        let rule = node.as_rule();
        let name = node.into_inner().find(|node| matches!(node.as_rule(), Rule::text | Rule::bare_word));
        let name = name.map(|node| self.cluster_name(&node));
        Some(Spanned::new(
            match rule {
                Rule::namespace => Protect::Namespace(name?),
                Rule::label => Protect::Label(name?),
                Rule::kw_statefulsets => Protect::StatefulSets,
                Rule::kw_single_replicas => Protect::SingleReplicas,
                _ => return None,
            },
            span,
        ))
    }
}

/// The setting that an unknown word was likely meant to be.
pub(in crate::syntax::parser) fn meant_setting(word: &str) -> Option<&'static str> {
    let known = ["nodes", "timezone", "evaluate", "cooldown", "step", "budget", "capacity", "drain", "notify"];
    let other = match word {
        "min" | "max" | "size" | "workers" | "replicas" | "bounds" | "range" => Some("nodes"),
        "tz" | "zone" | "time-zone" => Some("timezone"),
        "interval" | "every" | "check" => Some("evaluate"),
        "max-cost" | "cost" => Some("budget"),
        _ => None,
    };
    other.or_else(|| nearest(word, known.into_iter()))
}
