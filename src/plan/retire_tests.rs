use crate::observe::InstanceState;
use crate::plan::fixture::{World, draining, evicted, failure, minutes, node, noon, of_kind, ok, pod, worker, world};
use crate::plan::{CORDONED_BEFORE, DO_NOT_EVICT, FailureClass, OutcomeKind, PROTECTED, Retire, RetireCause, RetireState, Step};

/// Two are left when one of them is lost, and no launch can make up for it.
#[test]
fn a_drain_is_rolled_back_where_the_lower_bound_needs_its_node() {
    let mut world = world([worker("a"), worker("b"), worker("c")]);
    world.cluster.nodes.lower = 2;
    world.retire("a");
    world.advance();
    world.answer(|_| Ok(OutcomeKind::Done));
    world.advance();
    assert!(matches!(world.retires()[0].state, RetireState::Draining { .. } | RetireState::Drained { .. }), "two stay");
    world.instance_mut("b").state = InstanceState::ShuttingDown;
    world.advance();
    assert_eq!(world.launches().len(), 1, "a launch counts as capacity");
    assert!(!matches!(world.retires()[0].state, RetireState::RollingBack { .. }));
    world.plan(|progress, situation| crate::plan::without_template(progress, situation, &failure(FailureClass::Configuration)));
    world.plan(crate::plan::keep_the_lower_bound);
    let kept = |retire: &&&Retire| matches!(&retire.state, RetireState::RollingBack { reason } if reason == "the lower bound is 2");
    assert_eq!(world.retires().iter().filter(kept).count(), 1, "{:?}", world.retires());
}

/// The mark of an operation that a lost ledger has forgotten brought its cordon along.
#[test]
fn a_cordon_of_ours_is_not_taken_for_a_persons() {
    let cases = [
        (worker("a").marked("r-forgotten"), false),
        (worker("a").marked("r-forgotten").annotated(CORDONED_BEFORE), true),
        (worker("a").cordoned(), true),
    ];
    for (worker, by_a_person) in cases {
        let mut world = world([worker]);
        world.retire("a");
        assert_eq!(world.retires()[0].cordoned_before, by_a_person);
        world.later(minutes(1)).advance();
        assert_eq!(world.retires()[0].cordoned_before, by_a_person);
    }
}

fn state(world: &World) -> RetireState {
    world.retires()[0].state.clone()
}

#[test]
fn a_retirement_goes_all_the_way() {
    let mut world = draining([pod("p", "a")]);
    world.advance();
    assert_eq!(evicted(&world), ["p"]);
    world.answer(ok);
    assert!(matches!(state(&world), RetireState::Draining { .. }), "accepted is not gone");
    world.set_pods([]);
    world.advance();
    assert!(matches!(state(&world), RetireState::Drained { .. }));
    assert!(matches!(world.steps().as_slice(), [Step::Terminate(_)]));
    world.answer(ok);
    assert!(matches!(world.steps().as_slice(), [Step::Terminate(_)]), "again, until it is seen");
    world.instance_mut("a").state = InstanceState::ShuttingDown;
    world.advance();
    assert!(matches!(world.steps().as_slice(), [Step::DeleteNode(delete)] if delete.node_uid == "uid-a"));
    world.answer(ok);
    world.advance();
    assert!(matches!(state(&world), RetireState::Gone { .. }), "a finalizer may hold it");
    world.remove_node("a");
    world.advance();
    assert!(matches!(state(&world), RetireState::NodeDeleted { .. }));
    assert_eq!(world.settle().len(), 1);
    assert!(world.steps().is_empty());
}

#[test]
fn nothing_is_terminated_while_a_pod_is_there_or_unseen() {
    let mut waiting = pod("p", "a");
    waiting.deleted_at = Some(noon());
    let mut world = draining([waiting]);
    world.advance();
    assert!(world.steps().is_empty(), "it is on its way: only waited for");
    world.snapshot.pods_on_nodes = Ok(std::collections::BTreeMap::new());
    world.advance();
    assert!(matches!(state(&world), RetireState::Draining { .. }), "a node that was not asked about is not empty");
    let mut blind = world.clone().blind(false, true);
    blind.advance();
    assert!(matches!(state(&blind), RetireState::Draining { .. }));
}

#[test]
fn what_is_not_moved_is_not_waited_for() {
    let mut mirror = pod("static", "a");
    mirror.mirror = true;
    let mut ended = pod("job", "a");
    ended.phase = crate::observe::PodPhase::Succeeded;
    let mut world = draining([mirror, ended]);
    world.advance();
    assert!(matches!(state(&world), RetireState::Drained { .. }));
}

#[test]
fn critical_pods_leave_last() {
    let mut critical = pod("dns", "a");
    critical.critical = true;
    let mut world = draining([critical.clone(), pod("web", "a")]);
    assert_eq!(evicted(&world), ["web"]);
    world.set_pods([critical]);
    assert_eq!(evicted(&world), ["dns"]);
}

#[test]
fn daemon_sets_leave_after_the_normal_pods_and_before_the_critical_ones() {
    let mut critical = pod("dns", "a");
    critical.critical = true;
    let mut tolerant = of_kind("DaemonSet", pod("cni", "a"));
    tolerant.scheduling.tolerations = vec![crate::observe::Toleration { key: None, value: None, effect: None }];
    let mut kept = of_kind("DaemonSet", pod("kept", "a"));
    kept.annotations.insert(DO_NOT_EVICT.to_owned(), "true".to_owned());
    let mut logs = of_kind("DaemonSet", pod("logs", "a"));
    logs.local_storage.push("var-log".to_owned());
    let mut world = draining([critical.clone(), tolerant.clone(), kept.clone(), logs.clone(), pod("web", "a")]);
    world.advance();
    assert_eq!(evicted(&world), ["web"]);
    world.set_pods([critical.clone(), tolerant.clone(), kept.clone(), logs]);
    world.advance();
    assert_eq!(evicted(&world), ["logs"], "the tolerant one would only come back");
    world.set_pods([critical, tolerant.clone(), kept.clone()]);
    world.advance();
    assert_eq!(evicted(&world), ["dns"]);
    world.set_pods([tolerant, kept]);
    world.advance();
    assert!(matches!(state(&world), RetireState::Drained { .. }));
}

#[test]
fn a_daemon_set_may_hold_a_drain_up_and_never_keeps_a_node() {
    let mut world = draining([of_kind("DaemonSet", pod("logs", "a"))]);
    for _ in 0..3 {
        world.advance();
        assert!(matches!(state(&world), RetireState::Draining { .. }));
        world.answer(|_| Err(failure(FailureClass::Budget)));
        world.later(jiff::SignedDuration::from_secs(20));
    }
    world.advance();
    assert!(matches!(state(&world), RetireState::Drained { .. }));
    // Not even where the drain's own time is over first.
    let mut late = draining([pod("web", "a"), of_kind("DaemonSet", pod("logs", "a"))]);
    late.advance();
    late.later(minutes(3)).set_pods([of_kind("DaemonSet", pod("logs", "a"))]);
    late.advance();
    assert!(matches!(state(&late), RetireState::Draining { .. }));
    late.later(minutes(1)).advance();
    assert!(matches!(state(&late), RetireState::Drained { .. }));
}

#[test]
fn a_node_is_not_terminated_before_its_volumes_are_detached() {
    let mut world = draining([]);
    let attached =
        |volumes: &[&str]| Ok(std::collections::BTreeMap::from([("node-a".to_owned(), volumes.iter().map(|v| (*v).to_owned()).collect())]));
    world.snapshot.volumes_on_nodes = attached(&["pvc-1"]);
    world.advance();
    assert!(matches!(state(&world), RetireState::Draining { .. }));
    assert_eq!(world.retires()[0].blocked_by.as_deref(), Some("volume pvc-1 is still attached"));
    let mut unseen = world.clone();
    unseen.snapshot.volumes_on_nodes = Err(crate::observe::Unseen { reason: "down".to_owned() });
    unseen.advance();
    assert!(matches!(state(&unseen), RetireState::Draining { .. }), "what is not seen is not detached");
    let mut stuck = world.clone();
    let remarks = stuck.later(minutes(4)).advance();
    assert!(remarks[0].text.contains("not drained within 5m: volume pvc-1 is still attached"), "{}", remarks[0].text);
    world.snapshot.volumes_on_nodes = attached(&[]);
    world.advance();
    assert!(matches!(state(&world), RetireState::Drained { .. }));
}

#[test]
fn a_pod_that_comes_back_to_a_drained_node_holds_its_termination() {
    let mut world = draining([]);
    world.advance();
    world.set_pods([pod("late", "a")]);
    world.later(minutes(1)).advance();
    assert!(matches!(state(&world), RetireState::Draining { .. }));
}

#[test]
fn whoever_protects_a_drained_node_before_its_end_is_asked_for_is_in_time() {
    let mut world = draining([]);
    world.advance();
    assert!(matches!(state(&world), RetireState::Drained { .. }));
    world.node_mut("a").annotations.insert(PROTECTED.to_owned(), "true".to_owned());
    world.later(minutes(1)).advance();
    assert!(matches!(state(&world), RetireState::RollingBack { .. }));
}

/// Somebody may have protected it, and pods may have come, since the tick that found it drained.
#[test]
fn the_end_of_a_drained_node_is_asked_for_only_where_node_and_pods_are_seen() {
    let mut world = draining([]);
    world.advance();
    assert!(matches!(world.steps().as_slice(), [Step::Terminate(_)]));
    world.later(minutes(1));
    let mut world = world.blind(false, true);
    world.advance();
    assert!(matches!(state(&world), RetireState::Drained { .. }));
    assert_eq!(world.steps(), []);
}

#[test]
fn a_budget_is_waited_for_until_the_drain_is_out_of_time() {
    let mut world = draining([pod("p", "a")]);
    for _ in 0..3 {
        world.answer(|_| Err(failure(FailureClass::Budget)));
        world.later(minutes(1)).advance();
        assert!(matches!(state(&world), RetireState::Draining { .. }));
    }
    world.later(minutes(1));
    let remarks = world.advance();
    assert!(matches!(state(&world), RetireState::RollingBack { .. }));
    assert!(remarks[0].text.contains("not drained within 5m: pod shop/p waits for its disruption budget"), "{}", remarks[0].text);
    assert!(matches!(world.steps().as_slice(), [Step::UnmarkNode(unmark)] if !unmark.keep_cordon));
    world.answer(ok);
    world.settle();
    assert_eq!(world.progress.spared[0].until, world.now + minutes(3), "it is left alone for a while");
}

#[test]
fn a_persons_cordon_stays_after_a_roll_back() {
    let mut world = world([worker("a").cordoned(), worker("b")]);
    world.retire("a");
    world.answer(|step| {
        assert!(matches!(step, Step::MarkNode(mark) if mark.cordoned_before));
        Ok(OutcomeKind::Done)
    });
    world.set_pods([pod("p", "a")]);
    world.later(minutes(5)).advance();
    assert!(matches!(world.steps().as_slice(), [Step::UnmarkNode(unmark)] if unmark.keep_cordon));
}

#[test]
fn a_person_stops_a_drain() {
    type Change = fn(&mut crate::observe::Node);
    let changes: [(&str, Change); 3] = [
        ("somebody took its taint off", |node| node.taints.clear()),
        ("somebody uncordoned it", |node| node.unschedulable = false),
        ("node node-a was annotated smartscale.dev/protected", |node| {
            node.annotations.insert(PROTECTED.to_owned(), "true".to_owned());
        }),
    ];
    for (reason, change) in changes {
        let mut world = draining([pod("p", "a")]);
        change(world.node_mut("a"));
        world.advance();
        assert_eq!(state(&world), RetireState::RollingBack { reason: reason.to_owned() });
    }
}

#[test]
fn a_dead_instance_ends_a_drain_wherever_it_is() {
    let mut world = draining([pod("p", "a")]);
    world.instance_mut("a").state = InstanceState::Terminated;
    world.advance();
    assert!(matches!(world.steps().as_slice(), [Step::DeleteNode(_)]));
}

#[test]
fn a_refused_termination_is_rolled_back() {
    let mut world = draining([]);
    world.advance();
    world.answer(|_| Err(failure(FailureClass::Refused)));
    assert!(matches!(state(&world), RetireState::RollingBack { .. }));
}

#[test]
fn an_unready_worker_is_terminated_only_once_its_budgets_let_its_pods_go() {
    for (let_go, expected) in [(true, "terminated"), (false, "rolled back")] {
        let mut stuck = pod("p", "a");
        stuck.deleted_at = let_go.then_some(noon());
        let mut world = draining([stuck]);
        world.node_mut("a").ready_condition = false;
        world.progress.operations.iter_mut().for_each(|operation| {
            if let crate::plan::Operation::Retire(retire) = operation {
                retire.cause = RetireCause::Unready;
            }
        });
        world.later(minutes(4)).advance();
        let came_to = match state(&world) {
            RetireState::Drained { .. } => "terminated",
            RetireState::RollingBack { .. } => "rolled back",
            other => panic!("{other:?}"),
        };
        assert_eq!(came_to, expected);
    }
}

/// Its list failed: that tells neither that the kubelet is silent nor that nobody protects the node.
#[test]
fn an_unready_worker_that_is_out_of_time_is_not_terminated_unseen() {
    let mut stuck = pod("p", "a");
    stuck.deleted_at = Some(noon());
    let mut world = draining([stuck]);
    world.node_mut("a").ready_condition = false;
    world.progress.operations.iter_mut().for_each(|operation| {
        if let crate::plan::Operation::Retire(retire) = operation {
            retire.cause = RetireCause::Unready;
        }
    });
    let nodes = world.hide_nodes();
    world.later(minutes(4)).advance();
    assert!(matches!(state(&world), RetireState::Draining { .. }), "{:?}", state(&world));
    world.show_nodes(nodes);
    world.node_mut("a").annotations.insert(PROTECTED.to_owned(), "true".to_owned());
    world.later(minutes(1)).advance();
    assert!(matches!(state(&world), RetireState::RollingBack { .. }), "{:?}", state(&world));
}

#[test]
fn our_mark_without_an_operation_is_taken_off() {
    let mut world = world([worker("a").marked("r-lost").annotated(CORDONED_BEFORE), worker("b").marked("r-also-lost")]);
    world.advance();
    let steps = world.steps();
    assert!(matches!(steps.as_slice(), [Step::UnmarkNode(a), Step::UnmarkNode(b)] if a.keep_cordon && !b.keep_cordon), "{steps:?}");
    world.advance();
    assert_eq!(world.steps(), steps, "once is enough");
}

#[test]
fn a_marked_node_is_no_candidate_for_a_name_only() {
    // A Node object that was made anew under the same name is another node.
    let mut world = draining([]);
    let mut anew = node("a");
    anew.uid = "uid-new".to_owned();
    anew.instance_id = Some("i-other".to_owned());
    *world.node_mut("a") = anew;
    world.answer(|step| {
        assert!(!matches!(step, Step::DeleteNode(_)));
        Ok(OutcomeKind::Done)
    });
    assert!(world.steps().iter().all(|step| !matches!(step, Step::DeleteNode(delete) if delete.node_uid == "uid-new")));
}

#[test]
fn a_node_that_registers_again_in_the_middle_of_a_drain_is_marked_anew() {
    // It was empty when it was deleted, and nothing keeps pods away from the new one.
    let mut world = draining([]);
    let mut anew = node("a");
    anew.uid = "uid-again".to_owned();
    *world.node_mut("a") = anew;
    world.later(minutes(2)).advance();
    let steps = world.steps();
    assert!(matches!(steps.as_slice(), [Step::MarkNode(mark)] if mark.node_uid == "uid-again" && !mark.cordoned_before), "{steps:?}");
}
