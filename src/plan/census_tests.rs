use crate::observe::InstanceState;
use crate::plan::census;
use crate::plan::fixture::{World, ec2, minutes, noon, worker, world};

/// ready, launching, unready, draining.
fn counted(world: &World) -> Option<(u32, u32, u32, u32)> {
    let counts = census(&world.progress, &world.situation()).counts;
    Some((counts.ready?, counts.launching?, counts.unready?, counts.draining?))
}

#[test]
fn instances_and_nodes_meet_by_what_the_node_says() {
    let cases = [
        ("a ready worker", world([worker("a")]), (1, 0, 0, 0)),
        ("one with a start-up taint", world([worker("a").taint("node.cloudprovider.kubernetes.io/uninitialized")]), (0, 0, 1, 0)),
        ("one that was ready", world([worker("a").unready_for(minutes(3))]), (0, 0, 1, 0)),
        ("an instance without a node", world([worker("a").without_node()]), (0, 1, 0, 0)),
        ("a node whose instance is not ours", world([worker("a").without_instance()]), (1, 0, 0, 0)),
        ("a dead instance with its node", world([worker("a").state(InstanceState::ShuttingDown)]), (0, 0, 0, 0)),
        ("a dead instance", world([worker("a").state(InstanceState::Terminated).without_node()]), (0, 0, 0, 0)),
        ("a stopped instance without a node", world([worker("a").state(InstanceState::Stopped).without_node()]), (0, 0, 0, 0)),
        ("a stopped instance with its node", world([worker("a").state(InstanceState::Stopped).unready_for(minutes(1))]), (0, 0, 1, 0)),
    ];
    for (name, world, expected) in cases {
        assert_eq!(counted(&world), Some(expected), "{name}");
    }
}

#[test]
fn a_name_matches_nothing() {
    let mut world = world([worker("a")]);
    // The Node is called after the instance and says nothing of it: they are two.
    world.node_mut("a").instance_id = None;
    world.node_mut("a").name = "i-a".to_owned();
    assert_eq!(counted(&world), Some((1, 1, 0, 0)));
}

#[test]
fn launches_count_before_anything_is_seen_of_them() {
    let mut world = world([worker("a")]);
    world.launch(3);
    assert_eq!(counted(&world), Some((1, 3, 0, 0)), "intended");
    world.answer(|step| ec2(step, 9, noon()));
    assert_eq!(counted(&world), Some((1, 3, 0, 0)), "brought, and EC2 does not list them yet");
}

#[test]
fn an_instance_that_shows_before_its_call_was_answered_counts_once() {
    let mut world = world([worker("a")]);
    world.launch(2);
    let launch = world.launches()[0].clone();
    let early = worker("b").without_node().tag(crate::plan::OPERATION_TAG, &launch.id.0);
    world.add(early);
    world.instance_mut("b").client_token = Some(launch.attempts[0].token.clone());
    world.advance();
    assert_eq!(counted(&world), Some((1, 2, 0, 0)));
}

/// EC2's and Kubernetes' lists may be older than those of the tick before.
#[test]
fn a_worker_that_became_ready_lately_counts_though_no_list_shows_it() {
    let mut world = world([worker("a")]);
    world.launch(1);
    world.answer(|step| ec2(step, 1, noon()));
    let before = world.snapshot.clone();
    let id = world.launches()[0].slots[0].instance_id.clone();
    world.add(worker(id.trim_start_matches("i-")));
    world.later(minutes(2)).advance();
    assert_eq!(world.settle().len(), 1);
    assert_eq!(counted(&world), Some((2, 0, 0, 0)));
    world.snapshot = before;
    world.later(minutes(1)).advance();
    assert_eq!(counted(&world), Some((1, 1, 0, 0)), "a list that goes back in time");
    world.later(minutes(4)).advance();
    assert_eq!(counted(&world), Some((1, 0, 0, 0)), "no list is as old as that: it is gone");
}

#[test]
fn nodes_being_retired_do_not_count_until_they_are_rolled_back() {
    let mut world = world([worker("a"), worker("b")]);
    world.retire("a");
    assert_eq!(counted(&world), Some((1, 0, 0, 1)));
}

#[test]
fn nothing_is_counted_that_was_not_seen() {
    for (ec2, kubernetes) in [(true, false), (false, true), (true, true)] {
        assert_eq!(counted(&world([worker("a")]).blind(ec2, kubernetes)), None);
    }
}

#[test]
fn a_launch_counts_from_its_beginning() {
    let mut world = world([worker("a")]);
    let mut progress = world.progress.clone();
    crate::plan::begin_launch(&mut progress, &world.situation(), 2, Vec::new(), Vec::new());
    world.progress = progress;
    assert_eq!(counted(&world), Some((1, 2, 0, 0)), "no call is written down yet");
}
