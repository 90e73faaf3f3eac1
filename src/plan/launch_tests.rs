use std::collections::BTreeMap;

use crate::observe::{InstanceState, Market};
use crate::plan::fixture::{World, ec2, failure, instance, minutes, noon, template, worker, world};
use crate::plan::{AttemptState, FailureClass, OutcomeKind, RetireCause, RetireState, SlotState, Step};
use crate::rules::{Number, Zones};

/// The calls that are due: market, type, zone, count.
fn calls(world: &World) -> Vec<(Market, String, String, u32)> {
    let call = |step| match step {
        Step::RunInstances(run) => {
            Some((run.offering.market, run.offering.instance_type.unwrap_or_default(), run.offering.zone, run.count))
        }
        _ => None,
    };
    world.steps().into_iter().filter_map(call).collect()
}

fn call(market: Market, instance_type: &str, zone: &str, count: u32) -> (Market, String, String, u32) {
    (market, instance_type.to_owned(), zone.to_owned(), count)
}

fn tokens(world: &World) -> Vec<String> {
    world.launches().iter().flat_map(|launch| launch.attempts.iter().map(|attempt| attempt.token.clone())).collect()
}

const OD: Market = Market::OnDemand;
const SPOT: Market = Market::Spot;

#[test]
fn three_hundred_nodes_are_three_calls() {
    let mut world = world([]);
    world.launch(300);
    let expected = ["1a", "1b", "1c"].map(|zone| call(OD, "t3.small", zone, 100));
    assert_eq!(calls(&world), expected);
}

#[test]
fn waiting_pods_get_their_workers_in_the_zones_that_they_need() {
    let mut world = world([worker("a").zone("1a")]);
    let zones = ["1a", "1a", "1c"].map(str::to_owned).to_vec();
    world.plan(|progress, situation| crate::plan::begin_launch(progress, situation, 4, Vec::new(), zones));
    world.attempts();
    // The fourth goes where fewest are.
    assert_eq!(calls(&world), [call(OD, "t3.small", "1a", 2), call(OD, "t3.small", "1c", 1), call(OD, "t3.small", "1b", 1)]);
}

#[test]
fn the_zone_with_fewest_workers_comes_first() {
    let mut world = world([worker("a").zone("1a"), worker("b").zone("1a"), worker("c").zone("1b")]);
    world.launch(2);
    assert_eq!(calls(&world), [call(OD, "t3.small", "1c", 1), call(OD, "t3.small", "1b", 1)]);
}

#[test]
fn only_the_named_zones_are_used() {
    let mut world = world([]);
    world.cluster.capacity.zones = Zones::Only(vec!["1b".to_owned()]);
    world.launch(2);
    assert_eq!(calls(&world), [call(OD, "t3.small", "1b", 2)]);
}

#[test]
fn the_spot_share_is_that_of_the_pool_after_the_launch() {
    // 70% of 5 is 3.5, so 4; one runs already.
    let mut world = world([worker("a").spot(), worker("b").zone("1b")]);
    world.cluster.capacity.spot = Number::integer(70);
    world.launch(3);
    let by_market = calls(&world).into_iter().fold(BTreeMap::new(), |mut sums, (market, _, _, count)| {
        *sums.entry(market).or_insert(0) += count;
        sums
    });
    assert_eq!(by_market, BTreeMap::from([(SPOT, 3)]));
}

#[test]
fn without_spot_capacity_come_the_next_type_the_next_zone_and_on_demand() {
    let mut world = world([]);
    world.cluster.capacity.spot = Number::integer(100);
    world.launch(1);
    let mut tried = Vec::new();
    for _ in 0..8 {
        tried.extend(calls(&world));
        world.answer(|_| Err(failure(FailureClass::Offering)));
        world.attempts();
    }
    let expected = [
        call(SPOT, "t3.small", "1a", 1),
        call(SPOT, "t3a.small", "1a", 1),
        call(SPOT, "t3.small", "1b", 1),
        call(SPOT, "t3a.small", "1b", 1),
        call(SPOT, "t3.small", "1c", 1),
        call(SPOT, "t3a.small", "1c", 1),
        call(OD, "t3.small", "1a", 1),
        call(OD, "t3a.small", "1a", 1),
    ];
    assert_eq!(tried, expected);
}

#[test]
fn a_partial_fill_leaves_the_rest_to_the_next_offering() {
    let mut world = world([]);
    world.cluster.capacity.zones = Zones::Only(vec!["1a".to_owned()]);
    world.launch(5);
    world.answer(|step| ec2(step, 2, noon()));
    world.attempts();
    assert_eq!(calls(&world), [call(OD, "t3a.small", "1a", 3)]);
    assert_eq!(world.launches()[0].slots.len(), 2);
}

#[test]
fn an_unknown_outcome_asks_again_with_the_same_token() {
    for class in [FailureClass::Unknown, FailureClass::Throttle] {
        let mut world = world([]);
        world.launch(2);
        let (before, steps) = (tokens(&world), world.steps());
        for _ in 0..3 {
            world.answer(|_| Err(failure(class)));
            world.later(minutes(1));
            world.advance();
            world.attempts();
        }
        assert_eq!(tokens(&world), before, "{class:?}");
        assert_eq!(world.steps(), steps, "every parameter is the same");
    }
}

#[test]
fn a_call_whose_time_is_over_is_looked_up_and_never_made_again() {
    let mut world = world([]);
    world.launch(1);
    world.later(minutes(6));
    world.advance();
    world.answer(|_| Err(failure(FailureClass::Unknown)));
    let nothing = |_: &Step| Ok(OutcomeKind::Instances(Vec::new()));
    for _ in 0..4 {
        assert!(matches!(world.steps().as_slice(), [Step::FindByToken(_)]), "its effect may still come");
        world.answer(nothing);
        world.later(minutes(1));
    }
    world.answer(nothing);
    assert!(matches!(world.launches()[0].attempts[0].state, AttemptState::Failed { .. }));
    world.advance();
    assert_eq!(world.settle().len(), 1, "nothing is waited for any more");
}

/// The first call was slow and not lost: a refusal of the second one does not take it back.
#[test]
fn a_refusal_after_a_call_without_an_answer_is_waited_for() {
    let begun = || {
        let mut world = world([]);
        world.launch(1);
        world.answer(|_| Err(failure(FailureClass::Unknown)));
        world.later(minutes(1));
        world.answer(|_| Err(failure(FailureClass::Offering)));
        world.attempts();
        assert!(matches!(world.steps().as_slice(), [Step::FindByToken(_)]), "{:?}", world.steps());
        world
    };
    let mut late = begun();
    let token = tokens(&late)[0].clone();
    late.answer(|_| Ok(OutcomeKind::Instances(vec![instance("late")])));
    late.attempts();
    assert_eq!(late.launches()[0].slots.len(), 1);
    assert_eq!((tokens(&late), late.steps()), (vec![token], Vec::new()), "nothing is asked for twice");

    let mut lost = begun();
    for _ in 0..3 {
        lost.answer(|_| Ok(OutcomeKind::Instances(Vec::new())));
        lost.attempts();
        assert!(matches!(lost.steps().as_slice(), [Step::FindByToken(_)]));
        lost.later(minutes(1));
    }
    lost.answer(|_| Ok(OutcomeKind::Instances(Vec::new())));
    lost.attempts();
    assert_eq!(calls(&lost), [call(OD, "t3.small", "1a", 1)], "four minutes after the call: anew, the offering's pause is over");
    assert_ne!(tokens(&lost)[0], tokens(&lost)[1]);
}

#[test]
fn each_class_of_failure_cools_what_it_names() {
    let cases = [
        (FailureClass::Offering, Some(call(OD, "t3a.small", "1a", 1))),
        (FailureClass::Subnet, Some(call(OD, "t3.small", "1b", 1))),
        (FailureClass::Market, None),
        (FailureClass::Configuration, None),
    ];
    for (class, next) in cases {
        let mut world = world([]);
        world.launch(1);
        world.answer(|_| Err(failure(class)));
        world.attempts();
        assert_eq!(calls(&world), next.clone().into_iter().collect::<Vec<_>>(), "{class:?}");
        assert_eq!(world.launches()[0].given_up.is_some(), next.is_none(), "{class:?}");
        let backoff = world.progress.backoff(&world.cluster.capacity, world.situation().prices, world.now);
        assert_eq!(backoff.and_then(|backoff| backoff.until), next.is_none().then(|| noon() + minutes(3)), "{class:?}");
    }
}

#[test]
fn pauses_double_from_three_minutes() {
    let mut world = world([]);
    world.cluster.capacity.instances.truncate(1);
    world.cluster.capacity.zones = Zones::Only(vec!["1a".to_owned()]);
    for expected in [3, 6, 12, 24, 48, 60, 60] {
        world.launch(1);
        world.answer(|_| Err(failure(FailureClass::Offering)));
        world.attempts();
        world.settle();
        let until = world.progress.backoff(&world.cluster.capacity, world.situation().prices, world.now).unwrap().until.unwrap();
        assert_eq!(until.duration_since(world.now), minutes(expected));
        world.now = until;
    }
}

#[test]
fn a_replay_that_returns_a_dead_instance_goes_to_the_next_attempt() {
    let mut world = world([]);
    world.launch(1);
    let first = tokens(&world);
    world.answer(|_| {
        let mut dead = instance("x");
        dead.state = InstanceState::Terminated;
        Ok(OutcomeKind::Instances(vec![dead]))
    });
    world.attempts();
    assert_eq!(calls(&world), [call(OD, "t3a.small", "1a", 1)]);
    assert!(!tokens(&world)[1..].contains(&first[0]));
}

#[test]
fn a_slot_goes_from_pending_to_joined_to_ready() {
    let mut world = world([]);
    world.launch(1);
    world.answer(|step| ec2(step, 1, noon()));
    let id = world.launches()[0].slots[0].instance_id.clone();
    let name = id.trim_start_matches("i-").to_owned();
    // EC2 does not show it yet: that is no failure.
    world.later(minutes(1)).advance();
    assert_eq!(world.launches()[0].slots[0].state, SlotState::Pending);
    world.add(worker(&name).unready_for(minutes(0)));
    world.advance();
    assert_eq!(world.launches()[0].slots[0].state, SlotState::Joined);
    world.node_mut(&name).ready_condition = true;
    world.advance();
    assert!(matches!(world.launches()[0].slots[0].state, SlotState::Ready { .. }));
    assert_eq!(world.settle().len(), 1);
}

#[test]
fn an_instance_that_never_joins_is_looked_at_twice_and_terminated() {
    let mut world = world([]);
    world.launch(1);
    world.answer(|step| ec2(step, 1, noon()));
    world.later(minutes(5)).advance();
    assert!(matches!(world.launches()[0].slots[0].state, SlotState::Expired { .. }));
    assert_eq!((world.retires()[0].cause.clone(), world.retires()[0].state.clone()), (RetireCause::NeverJoined, RetireState::Intended));
    assert!(world.steps().is_empty(), "a second look comes first: {:?}", world.steps());
    assert_eq!(world.progress.cooled.len(), 1, "it counts against its offering");
    world.later(minutes(1)).advance();
    assert!(matches!(world.steps().as_slice(), [Step::Terminate(_)]));
}

#[test]
fn one_that_joins_at_the_last_moment_stays() {
    let mut world = world([]);
    world.launch(1);
    world.answer(|step| ec2(step, 1, noon()));
    let name = world.launches()[0].slots[0].instance_id.trim_start_matches("i-").to_owned();
    world.later(minutes(5)).advance();
    world.settle();
    world.add(worker(&name));
    world.later(minutes(1)).advance();
    assert!(matches!(world.retires()[0].state, RetireState::RollingBack { .. }));
    assert!(matches!(world.steps().as_slice(), [Step::UnmarkNode(_)]));
}

#[test]
fn nobody_is_late_while_kubernetes_is_unseen() {
    let mut world = world([]).blind(false, true);
    world.launch(1);
    world.answer(|step| ec2(step, 1, noon()));
    world.later(minutes(60)).advance();
    assert_eq!(world.launches()[0].slots[0].state, SlotState::Pending);
}

#[test]
fn on_demand_is_not_asked_for_above_the_price_that_the_rules_allow() {
    let mut world = world([]);
    // t3.small lists at $0.0208, t3a.small at $0.0188.
    world.cluster.capacity.max_price = Some("0.02".parse().unwrap());
    world.launch(1);
    assert_eq!(calls(&world), [call(OD, "t3a.small", "1a", 1)]);
    world.cluster.capacity.max_price = Some("0.001".parse().unwrap());
    assert_eq!(world.progress.backoff(&world.cluster.capacity, world.situation().prices, world.now).unwrap().until, None);
}

#[test]
fn launches_that_never_bring_a_worker_are_ever_rarer_even_at_the_lower_bound() {
    let mut world = world([]);
    world.cluster.nodes.lower = 2;
    world.cluster.capacity.instances = ["a", "b", "c", "d", "e"].map(|name| format!("{name}.small")).to_vec();
    world.cluster.capacity.spot = Number::integer(50);
    let (mut launched, mut by_hour) = (0, Vec::new());
    for minute in 0..24 * 60 {
        if minute % 60 == 0 {
            by_hour.push(launched);
        }
        world.advance();
        let wanted = 2 - world.plan(|progress, situation| crate::plan::census(progress, situation).nodes().unwrap()).min(2);
        if wanted > 0 && world.progress.backoff(&world.cluster.capacity, world.situation().prices, world.now).is_none() {
            world.launch(wanted);
        }
        let (now, mut brought) = (world.now, Vec::new());
        world.answer(|step| {
            let answer = ec2(step, 9, now);
            if let Ok(OutcomeKind::Instances(instances)) = &answer {
                brought.extend(instances.clone());
            }
            answer
        });
        launched += brought.len();
        for instance in brought {
            world.add(crate::plan::fixture::Worker { instance: Some(instance), node: None });
        }
        let ending: Vec<String> = world.retires().iter().filter_map(|retire| retire.instance_id.clone()).collect();
        for instance in world.snapshot.instances.iter_mut().flatten().filter(|instance| ending.contains(&instance.id)) {
            instance.state = InstanceState::Terminated;
        }
        world.settle();
        world.later(minutes(1));
    }
    assert!(by_hour[1] <= 10, "{by_hour:?}");
    let later: Vec<usize> = by_hour.windows(2).skip(4).map(|hours| hours[1] - hours[0]).collect();
    assert!(later.iter().all(|launched| *launched <= 2), "two slots, once an hour: {by_hour:?}");
    assert!(later.iter().sum::<usize>() >= 20, "and it is tried for ever: {by_hour:?}");
    // A new version of the template is tried at once.
    let mut anew = template();
    anew.version += 1;
    world.progress.template = Some(anew);
    assert_eq!(world.progress.backoff(&world.cluster.capacity, world.situation().prices, world.now), None);
}

/// The tick that made the call lost its lease or its process before it could write what came of it.
#[test]
fn a_refusal_says_nothing_of_a_call_whose_outcome_was_never_written_down() {
    let refused = |taken_over: bool| {
        let mut world = world([]);
        world.launch(1);
        if taken_over {
            let steps = world.steps();
            world.progress.note_calls(&steps);
            world.later(minutes(1)).advance();
        }
        world.answer(|_| Err(failure(FailureClass::Offering)));
        world
    };
    let ours = refused(false);
    assert!(matches!(ours.launches()[0].attempts[0].state, AttemptState::Failed { .. }), "nobody else called");
    let mut doubted = refused(true);
    assert!(matches!(doubted.launches()[0].attempts[0].state, AttemptState::Doubtful { .. }));
    doubted.attempts();
    assert!(matches!(doubted.steps().as_slice(), [Step::FindByToken(_)]), "no other offering is asked before it is known");
}
