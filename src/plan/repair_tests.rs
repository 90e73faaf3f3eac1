use crate::observe::InstanceState;
use crate::plan::fixture::{World, ec2, failure, minutes, noon, worker, world};
use crate::plan::{FailureClass, INSTANCE_LABEL, LaunchCause, Operation, OutcomeKind, RetireCause, RetireState, Step};

fn replacements(world: &World) -> Vec<String> {
    let of = |launch: &&crate::plan::Launch| match &launch.cause {
        LaunchCause::Replacement { of } => Some(of.clone()),
        _ => None,
    };
    world.launches().iter().filter_map(of).collect()
}

#[test]
fn a_stray_instance_is_adopted_and_expires() {
    let mut world = world([worker("a"), worker("stray").without_node()]);
    world.advance();
    assert!(matches!(world.launches()[0].cause, LaunchCause::Adopted));
    world.advance();
    assert_eq!(world.launches().len(), 1, "once");
    assert!(world.steps().is_empty(), "nothing is asked of EC2 for it");
    world.later(minutes(5)).advance();
    world.later(minutes(1)).advance();
    assert!(matches!(world.steps().as_slice(), [Step::Terminate(step)] if step.instance_id == "i-stray"), "{:?}", world.steps());
}

/// A list that was a little old showed a worker that had been let go: nobody asked for another one.
#[test]
fn a_stray_that_dies_is_not_replaced() {
    let mut world = world([worker("stray").without_node()]);
    world.advance();
    world.instance_mut("stray").state = InstanceState::Terminated;
    world.later(minutes(1)).advance();
    assert!(!world.progress.needs_attempts(), "{:?}", world.launches());
    assert_eq!(world.settle().len(), 1);
}

#[test]
fn a_stray_that_joins_becomes_a_worker() {
    let mut world = world([worker("stray").without_node()]);
    world.advance();
    world.add(worker("stray").without_instance());
    world.later(minutes(1)).advance();
    assert_eq!(world.settle().len(), 1);
    world.advance();
    assert!(world.progress.operations.is_empty());
}

#[test]
fn the_node_of_a_dead_instance_is_deleted_and_one_worker_takes_its_place() {
    let mut world = world([worker("a").state(InstanceState::Terminated), worker("b")]);
    for _ in 0..2 {
        world.advance();
        assert_eq!(replacements(&world), ["i-a"]);
        assert!(matches!(world.retires().as_slice(), [retire] if retire.cause == RetireCause::Dead));
    }
    assert!(matches!(world.steps().as_slice(), [Step::DeleteNode(step)] if step.node_uid == "uid-a"), "{:?}", world.steps());
}

/// A list that was older than the one before brought the Node back.
#[test]
fn what_was_replaced_or_let_go_is_not_replaced_again() {
    let ghost = || worker("a").state(InstanceState::Terminated);
    let mut lost = world([ghost(), worker("b")]);
    let mut retired = world([ghost(), worker("b")]);
    retired.retire("a");
    lost.advance();
    lost.progress.operations.retain(|operation| matches!(operation, Operation::Retire(_)));
    for (name, mut world) in [("lost", lost), ("retired", retired)] {
        world.advance();
        world.remove_node("a");
        world.advance();
        assert_eq!(world.settle().len(), 1, "{name}");
        world.add(ghost());
        world.later(minutes(2)).advance();
        assert_eq!(replacements(&world), Vec::<String>::new(), "{name}");
        assert_eq!(world.retires().len(), 1, "{name}: its Node is deleted all the same");
    }
}

#[test]
fn a_node_whose_instance_was_forgotten_is_deleted_only_if_it_was_ours() {
    for (label, expected) in [(true, 1), (false, 0)] {
        let mut world = world([worker("ghost").without_instance().unready_for(minutes(11)), worker("b")]);
        if label {
            world.node_mut("ghost").labels.insert(INSTANCE_LABEL.to_owned(), "i-ghost".to_owned());
        }
        world.advance();
        assert_eq!(world.retires().len(), expected, "label {label}");
    }
}

#[test]
fn unready_workers_are_replaced_one_at_a_time_the_new_one_first() {
    let mut world = world([worker("a").unready_for(minutes(12)), worker("b").unready_for(minutes(11)), worker("c")]);
    world.advance();
    assert_eq!(replacements(&world), ["i-a"], "the one that is unready longest");
    assert!(world.retires().is_empty(), "the new one comes first");
    world.attempts();
    world.answer(|step| ec2(step, 1, noon()));
    let new = world.launches()[0].slots[0].instance_id.trim_start_matches("i-").to_owned();
    world.add(worker(&new));
    world.later(minutes(1)).advance();
    assert!(matches!(world.retires().as_slice(), [retire] if retire.cause == RetireCause::Unready));
    assert_eq!(replacements(&world).len(), 1, "the next one waits until the first is gone");
}

#[test]
fn one_that_cannot_go_gets_no_second_replacement_before_its_pause_is_over() {
    let mut world = world([worker("a").unready_for(minutes(12)), worker("b"), worker("c")]);
    world.progress.spare("i-a", world.now, "termination protection is on".to_owned(), true);
    world.later(minutes(2)).advance();
    assert_eq!(replacements(&world), Vec::<String>::new(), "its replacement is there");
    world.later(minutes(1)).advance();
    assert_eq!(replacements(&world), ["i-a"], "the pause is over");
}

#[test]
fn one_whose_drain_was_rolled_back_while_it_was_ready_is_replaced_when_it_stays_unready() {
    let mut decided = world([worker("a").unready_for(minutes(12)), worker("b"), worker("c")]);
    decided.progress.spare("i-a", decided.now, "out of time".to_owned(), false);
    decided.advance();
    assert_eq!(replacements(&decided), ["i-a"], "it was not replaced before");
    let mut back = world([worker("a"), worker("b"), worker("c")]);
    back.progress.spare("i-a", back.now, "it is Ready again".to_owned(), true);
    back.advance();
    assert!(!back.progress.spared[0].replaced, "it counts again");
}

#[test]
fn one_that_comes_back_is_kept() {
    let mut world = world([worker("a").unready_for(minutes(12)), worker("c")]);
    world.advance();
    world.attempts();
    world.answer(|step| ec2(step, 1, noon()));
    let new = world.launches()[0].slots[0].instance_id.trim_start_matches("i-").to_owned();
    world.add(worker(&new));
    world.node_mut("a").ready_condition = true;
    world.later(minutes(1)).advance();
    assert!(world.retires().is_empty());
}

#[test]
fn nobody_is_replaced_before_the_time_nor_in_an_outage_nor_in_the_grace_of_a_new_ledger() {
    let unready = |count: usize, ago| {
        world(
            ["a", "b", "c", "d", "e", "f", "g", "h"]
                .into_iter()
                .enumerate()
                .map(move |(place, name)| if place < count { worker(name).unready_for(minutes(ago)) } else { worker(name) }),
        )
    };
    let mut early = unready(1, 9);
    let mut outage = unready(4, 20);
    let mut grace = unready(1, 20);
    grace.progress.grace_until = Some(noon() + minutes(1));
    for (name, world) in [("early", &mut early), ("outage", &mut outage), ("grace", &mut grace)] {
        world.advance();
        assert_eq!(replacements(world), Vec::<String>::new(), "{name}");
    }
    let mut three = unready(3, 20);
    three.advance();
    assert_eq!(replacements(&three).len(), 1, "three are no outage");
}

#[test]
fn an_unready_worker_that_is_being_retired_tells_of_an_outage_too() {
    let unready = |name| worker(name).unready_for(minutes(20));
    let mut world = world(["a", "b", "c", "d"].map(unready).into_iter().chain(["e", "f", "g"].map(worker)));
    world.retire("a");
    world.advance();
    assert_eq!(replacements(&world), Vec::<String>::new(), "four of seven kubelets are silent");
}

#[test]
fn a_new_worker_that_fell_silent_before_it_was_seen_tells_of_an_outage_too() {
    let launched = |silent_after: i64| {
        let mut world = world(["a", "b", "c", "d"].map(worker));
        world.launch(1);
        world.answer(|step| ec2(step, 1, noon()));
        let new = world.launches()[0].slots[0].instance_id.trim_start_matches("i-").to_owned();
        for name in ["a", "b", "c"] {
            world.node_mut(name).ready_condition = false;
            world.node_mut(name).ready_changed_at = Some(noon() - minutes(20));
        }
        world.add(worker(&new).unready_for(minutes(1)));
        world.node_mut(&new).created_at = noon() - minutes(1) - jiff::SignedDuration::from_secs(silent_after);
        world.advance();
        replacements(&world).len()
    };
    assert_eq!(launched(0), 1, "it has never been Ready: three of five are silent");
    assert_eq!(launched(20), 0, "it was Ready for a while: four of five are silent");
}

#[test]
fn a_stray_whose_node_comes_back_is_not_asked_to_end_again() {
    let mut world = world([worker("stray").without_node()]);
    world.advance();
    world.later(minutes(5)).advance();
    world.later(minutes(1)).advance();
    world.answer(|_| Err(failure(FailureClass::Unknown)));
    assert!(matches!(world.steps().as_slice(), [Step::Terminate(_)]));
    world.add(worker("stray").without_instance());
    world.later(minutes(1)).advance();
    assert!(!world.steps().iter().any(|step| matches!(step, Step::Terminate(_))), "{:?}", world.steps());
    world.answer(|_| Ok(OutcomeKind::Done));
    assert!(matches!(world.retires()[0].state, RetireState::RolledBack { .. }));
}

#[test]
fn a_replacement_keeps_within_the_upper_bound() {
    let mut unready = world([worker("a").unready_for(minutes(12)), worker("b")]);
    unready.cluster.nodes.upper = 2;
    unready.advance();
    assert_eq!(replacements(&unready).len(), 1, "it takes the place of one that counted");
    let mut over = world([worker("a").unready_for(minutes(12)), worker("b"), worker("c")]);
    over.cluster.nodes.upper = 2;
    let remarks = over.advance();
    assert_eq!(replacements(&over).len(), 0);
    let said = "is unready for 12m, and none is launched in its place: there are 3 nodes already, and the upper bound is 2";
    assert!(remarks.iter().any(|remark| remark.text.ends_with(said)), "{remarks:?}");
    let mut lost = world([worker("a").state(InstanceState::Terminated), worker("b"), worker("c")]);
    lost.cluster.nodes.upper = 2;
    lost.advance();
    assert_eq!(replacements(&lost).len(), 0);
}

#[test]
fn nothing_is_repaired_upon_what_was_not_seen() {
    for (ec2, kubernetes) in [(true, false), (false, true)] {
        let mut world = world([worker("a").state(InstanceState::Terminated), worker("stray").without_node()]).blind(ec2, kubernetes);
        world.advance();
        assert!(world.progress.operations.is_empty());
    }
}

#[test]
fn a_node_that_was_being_retired_is_not_replaced() {
    let mut world = world([worker("a").state(InstanceState::Terminated).marked("r-lost"), worker("b")]);
    world.advance();
    assert_eq!(replacements(&world), Vec::<String>::new());
    world.answer(|_| Ok(OutcomeKind::Done));
    world.remove_node("a");
    world.advance();
    assert!(matches!(world.retires()[0].state, RetireState::NodeDeleted { .. }));
}
