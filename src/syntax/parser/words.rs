//! What each grammar rule is called in messages: no user ever sees a rule's own name.

use super::grammar::Rule;

/// The user's word for a rule; empty where a message is better without it (rules for mistakes, and silent ones).
pub(super) const fn word(rule: Rule) -> &'static str {
    match rule {
        Rule::metric_item | Rule::kw_metric => "`metric`",
        Rule::unit => "a unit",
        Rule::of_capacity => "`of capacity`",
        Rule::prometheus | Rule::kw_prometheus => "`prometheus`",
        Rule::kubernetes | Rule::kw_kubernetes => "`kubernetes`",
        Rule::empty_is => "`empty is`",
        Rule::missing_after => "`missing after`",
        Rule::let_item | Rule::kw_let => "`let`",
        Rule::nodes_setting | Rule::node_word | Rule::expect_nodes | Rule::kw_nodes => "`nodes`",
        Rule::timezone | Rule::kw_timezone => "`timezone`",
        Rule::evaluate | Rule::kw_evaluate => "`evaluate`",
        Rule::every | Rule::kw_every => "`every`",
        Rule::cooldown_setting | Rule::cooldown | Rule::kw_cooldown => "`cooldown`",
        Rule::step | Rule::kw_step => "`step`",
        Rule::direction => "`up` or `down`",
        Rule::budget | Rule::kw_budget => "`budget`",
        Rule::capacity | Rule::kw_capacity => "`capacity`",
        Rule::instances | Rule::kw_instances => "`instances`",
        Rule::spot | Rule::kw_spot => "`spot`",
        Rule::else_on_demand => "`else on-demand`",
        Rule::max_price | Rule::kw_max_price => "`max-price`",
        Rule::zones | Rule::kw_zones => "`zones`",
        Rule::join_within => "`join within`",
        Rule::unready_after => "`unready after`",
        Rule::drain | Rule::kw_drain => "`drain`",
        Rule::drain_within | Rule::kw_within => "`within`",
        Rule::protect | Rule::kw_protect => "`protect`",
        Rule::namespace | Rule::kw_namespace => "`namespace`",
        Rule::label | Rule::kw_label => "`label`",
        Rule::local_storage => "`local-storage allowed`",
        Rule::notify | Rule::kw_notify => "`notify`",
        Rule::channel => "`sns` or `slack`",
        Rule::event => "an event",
        Rule::window_item | Rule::kw_window => "`window`",
        Rule::except | Rule::kw_except => "`except`",
        Rule::dated => "a date",
        Rule::weekly | Rule::days | Rule::day => "days like `mon..fri`",
        Rule::rule_item | Rule::kw_rule => "`rule`",
        Rule::when | Rule::kw_when => "`when`",
        Rule::condition => "a condition",
        Rule::during | Rule::kw_during => "`during`",
        Rule::outside | Rule::kw_outside => "`outside`",
        Rule::note | Rule::kw_note => "`note`",
        Rule::action => "an action",
        Rule::amount | Rule::amount_verb => "`add`, `remove` or `set`",
        Rule::keep | Rule::kw_keep => "`keep`",
        Rule::track | Rule::kw_track => "`track`",
        Rule::hold | Rule::kw_hold => "`hold`",
        Rule::held => "`removals` or `additions`",
        Rule::test_item | Rule::kw_test => "`test`",
        Rule::start | Rule::kw_start => "`start`",
        Rule::join | Rule::kw_join => "`join`",
        Rule::series | Rule::kw_series => "`series`",
        Rule::load | Rule::kw_load => "`load`",
        Rule::stretch | Rule::expr | Rule::value => "a value",
        Rule::expect | Rule::kw_at => "`at`",
        Rule::expect_add | Rule::kw_add => "`add`",
        Rule::expect_remove | Rule::kw_remove => "`remove`",
        Rule::expect_stay | Rule::kw_stay => "`stay`",
        Rule::by | Rule::kw_by => "`by`",
        Rule::because | Rule::kw_because => "`because`",
        Rule::guard => "a guard",
        Rule::arguments | Rule::paren => "`(`",
        Rule::range => "a range like `2..10`",
        Rule::name | Rule::any_name | Rule::bare_word => "a name",
        Rule::word => "a word",
        Rule::instance_type => "an instance type",
        Rule::zone_name => "a zone",
        Rule::zone_word => "a time zone in quotes",
        Rule::literal => "a number",
        Rule::time => "a time like `09:00`",
        Rule::date => "a date like `2026-11-27`",
        Rule::range_op => "`..`",
        Rule::text => "a text in quotes",
        Rule::symbol_op => "an operator",
        Rule::word_op | Rule::and => "`and` or `or`",
        Rule::negation => "`not`",
        Rule::colon => "`:`",
        Rule::comma => "`,`",
        Rule::assign => "`=`",
        Rule::open => "`{`",
        Rule::close => "`}`",
        Rule::close_paren => "`)`",
        Rule::kw_cluster => "`cluster`",
        Rule::kw_of => "`of`",
        Rule::kw_empty => "`empty`",
        Rule::kw_is => "`is`",
        Rule::kw_missing => "`missing`",
        Rule::kw_after => "`after`",
        Rule::kw_for => "`for`",
        Rule::kw_up => "`up`",
        Rule::kw_down => "`down`",
        Rule::kw_on => "`on`",
        Rule::kw_else => "`else`",
        Rule::kw_on_demand => "`on-demand`",
        Rule::kw_balanced => "`balanced`",
        Rule::kw_unready => "`unready`",
        Rule::kw_statefulsets => "`statefulsets`",
        Rule::kw_single_replicas => "`single-replicas`",
        Rule::kw_local_storage => "`local-storage`",
        Rule::kw_allowed => "`allowed`",
        Rule::kw_or => "`or`",
        Rule::kw_urgent => "`urgent`",
        Rule::kw_early => "`early`",
        Rule::kw_then => "`then`",
        Rule::kw_set => "`set`",
        Rule::kw_removals => "`removals`",
        Rule::kw_additions => "`additions`",
        Rule::kw_over => "`over`",
        Rule::kw_expect => "`expect`",
        Rule::kw_in => "`in`",
        Rule::EOI => "the end",
        Rule::rule_piece
        | Rule::metric_piece
        | Rule::let_piece
        | Rule::window_piece
        | Rule::test_piece
        | Rule::cluster_head
        | Rule::cluster_open
        | Rule::own_metric_piece
        | Rule::own_let_piece
        | Rule::own_window_piece
        | Rule::settings_piece
        | Rule::source
        | Rule::other_source
        | Rule::metric_option
        | Rule::defined
        | Rule::setting
        | Rule::up_down
        | Rule::capacity_setting
        | Rule::drain_setting
        | Rule::protected
        | Rule::window_part
        | Rule::rule_head
        | Rule::clause
        | Rule::after_for
        | Rule::times
        | Rule::from
        | Rule::between
        | Rule::kw_between
        | Rule::spoken_op
        | Rule::spoken
        | Rule::spoken_is
        | Rule::gap
        | Rule::otherwise
        | Rule::over
        | Rule::action_start
        | Rule::scale_verb
        | Rule::test_head
        | Rule::step_of_test
        | Rule::expected
        | Rule::reason
        | Rule::operand
        | Rule::primary
        | Rule::WHITESPACE
        | Rule::name_start
        | Rule::name_char
        | Rule::letter
        | Rule::reserved
        | Rule::per
        | Rule::apart
        | Rule::date_t
        | Rule::raw_text
        | Rule::plain_text
        | Rule::quoted
        | Rule::odd_text
        | Rule::torn_text
        | Rule::after_expr
        | Rule::symbol
        | Rule::glued
        | Rule::stray_assign
        | Rule::rule_rest
        | Rule::test_rest
        | Rule::settings_rest
        | Rule::own_rest
        | Rule::capacity_rest
        | Rule::drain_rest
        | Rule::item_head
        | Rule::clause_alone
        | Rule::step_alone
        | Rule::setting_alone
        | Rule::capacity_alone
        | Rule::drain_alone
        | Rule::bad_clause
        | Rule::bad_step
        | Rule::bad_setting
        | Rule::bad_capacity
        | Rule::bad_drain
        | Rule::nested_block
        | Rule::chunk
        | Rule::block
        | Rule::other_start
        | Rule::good_or_bad
        | Rule::clause_start
        | Rule::test_start
        | Rule::setting_start
        | Rule::capacity_start
        | Rule::drain_start => "",
    }
}

/// The texts that a rule may match, where these are few.
pub(super) fn spellings(rule: Rule) -> impl Iterator<Item = &'static str> {
    // Every second part stands between backticks.
    word(rule).split('`').skip(1).step_by(2).filter(|text| !text.contains("..") && !text.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::{Rule, word};

    #[test]
    fn no_rule_name_is_ever_shown() {
        for rule in Rule::all_rules() {
            let name = format!("{rule:?}");
            let shown = word(*rule);
            assert_ne!(shown, name);
            assert!(!shown.contains('_') && !shown.contains("kw"), "{name} is shown as {shown}");
        }
    }
}
