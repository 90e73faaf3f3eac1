//! Notices, and what comes of the instances that they are about.

use jiff::Timestamp;

use crate::observe::{InstanceState, Notice, NoticeKind};
use crate::plan::fixture::{draining, evicted, failure, minutes, node, noon, ok, pod, worker, world};
use crate::plan::{FailureClass, RetireState, Step};

fn notice(name: &str, ends_at: Timestamp) -> Notice {
    Notice { instance_id: format!("i-{name}"), kind: NoticeKind::SpotInterruption, ends_at: Some(ends_at) }
}

#[test]
fn a_spot_notice_drains_and_replaces_at_once_and_once() {
    let mut world = world([worker("a").spot(), worker("b")]);
    world.notices = vec![notice("a", noon() + minutes(2)), notice("a", noon() + minutes(2)), notice("stranger", noon())];
    for _ in 0..2 {
        world.advance();
        assert_eq!((world.retires().len(), world.launches().len()), (1, 1));
    }
    world.set_pods([pod("p", "a")]);
    world.answer(ok);
    assert_eq!(evicted(&world), ["p"]);
    world.later(minutes(2));
    let remarks = world.advance();
    assert!(remarks.iter().any(|remark| remark.text.contains("has run out")), "{remarks:?}");
    assert!(world.steps().iter().any(|step| matches!(step, Step::Terminate(_))));
}

#[test]
fn a_notice_is_kept_until_ec2_and_kubernetes_are_seen() {
    for (ec2, kubernetes) in [(true, false), (false, true)] {
        let mut seen = world([worker("a").spot(), worker("b")]);
        seen.notices = vec![notice("a", noon() + minutes(2)), notice("stranger", noon() + minutes(2))];
        let mut blind = seen.clone().blind(ec2, kubernetes);
        blind.advance();
        assert_eq!((blind.retires().len(), blind.launches().len()), (0, 0));
        seen.progress = blind.progress;
        seen.notices.clear();
        seen.later(minutes(1)).advance();
        assert_eq!((seen.retires().len(), seen.launches().len()), (1, 1), "EventBridge tells it once");
        assert_eq!(seen.retires()[0].deadline, noon() + minutes(2), "its end is still the same");
        assert_eq!(seen.progress.notices.len(), 1, "a stranger's is dropped");
    }
}

#[test]
fn maintenance_days_ahead_is_tried_again_after_a_roll_back() {
    let mut world = world([worker("a"), worker("b")]);
    let end = noon() + minutes(60 * 24);
    world.notices = vec![Notice { instance_id: "i-a".to_owned(), kind: NoticeKind::ScheduledMaintenance, ends_at: Some(end) }];
    world.advance();
    world.notices.clear();
    assert_eq!(world.retires()[0].deadline, noon() + minutes(5), "an orderly drain: there is time");
    world.set_pods([pod("p", "a")]);
    world.answer(ok);
    world.later(minutes(5)).advance();
    world.answer(ok);
    world.settle();
    world.advance();
    assert_eq!(world.retires().len(), 0, "it is left alone for a while");
    world.later(minutes(3)).advance();
    assert_eq!(world.retires().len(), 1);
}

#[test]
fn an_instance_with_a_notice_is_replaced_once_though_it_was_never_ready() {
    let mut world = world([]);
    world.launch(1);
    world.answer(|step| crate::plan::fixture::ec2(step, 1, noon()));
    let id = world.launches()[0].slots[0].instance_id.clone();
    let name = id.trim_start_matches("i-").to_owned();
    world.add(worker(&name).without_node());
    world.notices = vec![notice(&name, noon() + minutes(2))];
    world.advance();
    world.instance_mut(&name).state = InstanceState::Terminated;
    world.later(minutes(1)).advance();
    assert_eq!(world.progress.launching(), 1, "{:?}", world.launches());
}

#[test]
fn a_notice_for_an_instance_that_is_no_node_ends_too() {
    let mut world = world([worker("a").without_node()]);
    world.notices = vec![notice("a", noon() + minutes(2))];
    world.advance();
    world.notices.clear();
    assert!(world.steps().is_empty(), "it is looked for once more");
    world.later(minutes(1)).advance();
    assert!(matches!(world.steps().as_slice(), [Step::Terminate(_)]), "{:?}", world.steps());
}

#[test]
fn a_notice_in_the_middle_of_a_drain_takes_it_over() {
    let mut world = draining([pod("p", "a")]);
    world.notices = vec![notice("a", noon() + minutes(3))];
    world.advance();
    assert_eq!((world.retires().len(), world.launches().len()), (1, 0), "a node that was to go anyway is not replaced");
    assert_eq!(world.retires()[0].deadline, noon() + minutes(3));
}

/// It registers after its end was asked for, and the call has had no effect.
#[test]
fn an_instance_that_becomes_a_node_after_all_is_drained_before_it_ends() {
    let mut world = world([worker("a").without_node()]);
    world.notices = vec![notice("a", noon() + minutes(9))];
    world.advance();
    world.notices.clear();
    world.later(minutes(1)).advance();
    assert!(matches!(world.steps().as_slice(), [Step::Terminate(_)]), "{:?}", world.steps());
    world.answer(|_| Err(failure(FailureClass::Unknown)));
    world.add(worker("a").without_instance());
    world.later(minutes(1)).advance();
    assert!(matches!(world.steps().as_slice(), [Step::MarkNode(mark)] if mark.node_name == node("a").name), "{:?}", world.steps());
}

#[test]
fn the_end_of_an_instance_is_not_asked_for_again_while_nodes_are_unseen() {
    let mut world = world([worker("a").without_node()]);
    world.notices = vec![notice("a", noon() + minutes(9))];
    world.advance();
    world.later(minutes(1)).advance();
    world.answer(|_| Err(failure(FailureClass::Unknown)));
    let nodes = world.hide_nodes();
    world.later(minutes(1)).advance();
    assert_eq!(world.steps(), []);
    world.show_nodes(nodes);
    world.later(minutes(1)).advance();
    assert!(matches!(world.steps().as_slice(), [Step::Terminate(_)]), "{:?}", world.steps());
}

/// Its Node was deleted by others after it had been drained, and registers while its end is asked for.
#[test]
fn a_node_that_registers_while_its_end_is_asked_for_is_drained_again() {
    let mut world = draining([]);
    world.advance();
    world.answer(|_| Err(failure(FailureClass::Unknown)));
    assert!(matches!(world.retires()[0].state, RetireState::Terminating { .. }), "{:?}", world.retires());
    let mut anew = node("a");
    anew.uid = "uid-again".to_owned();
    *world.node_mut("a") = anew;
    world.later(minutes(1)).advance();
    assert!(matches!(world.steps().as_slice(), [Step::MarkNode(mark)] if mark.node_uid == "uid-again"), "{:?}", world.steps());
}
