use jiff::{SignedDuration, Timestamp};

use crate::act::{Cluster, Fleet};
use crate::ledger::{Claim, Ledger, LedgerError, Records, State, Write, contract_tests};
use crate::observe::{InstanceState, Market, Requests};
use crate::plan::{Evict, FailureClass, MarkNode, Offering, OperationId, RETIRING_TAINT, RunInstances, Step, Terminate, UnmarkNode};
use crate::rules::Number;
use crate::sandbox::{Call, CrashAt, Delay, Fault, FaultKind, MachineType, Outside, Pace, Ran, Sandbox, Settings, Workload};

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn settings() -> Settings {
    let kind = MachineType { cpu_millis: 2000, memory: 2 << 30, on_demand: "0.02".parse().unwrap(), spot: "0.008".parse().unwrap() };
    Settings {
        cluster: "prod".to_owned(),
        start: second(0),
        seed: 1,
        zones: vec!["a".to_owned(), "b".to_owned()],
        types: [("t3.small".to_owned(), kind.clone()), ("t3a.small".to_owned(), kind)].into(),
        template_type: "t3.small".to_owned(),
        pace: Pace { boot: Delay::seconds(10, 10), join: Delay::seconds(40, 40), ready: Delay::seconds(60, 60), ..Pace::real() },
        stock: [].into(),
        workloads: Vec::new(),
        daemons: false,
    }
}

fn workload(replicas: u32, budgets: Vec<u32>) -> Workload {
    let requests = Requests { cpu_millis: 500, memory: 100 << 20 };
    Workload { namespace: "shop".to_owned(), name: "web".to_owned(), replicas, requests, budgets, stateful: false }
}

fn launch(token: &str, count: u32) -> RunInstances {
    RunInstances {
        operation: OperationId("l-1".to_owned()),
        attempt: 0,
        offering: Offering { market: Market::Spot, instance_type: None, zone: "a".to_owned(), subnet: "subnet-a".to_owned() },
        template_version: 1,
        count,
        token: token.to_owned(),
        max_price: None,
        tags: [("smartscale.dev/cluster".to_owned(), "prod".to_owned())].into(),
    }
}

fn run<T>(sandbox: &Sandbox, process: impl Future<Output = T>) -> T {
    match sandbox.run(process) {
        Ran::Done(result) => result,
        Ran::Crashed => panic!("the process died"),
    }
}

fn class<T: std::fmt::Debug>(result: Result<T, crate::plan::Failure>) -> FailureClass {
    result.unwrap_err().class
}

fn mark(sandbox: &Sandbox, node: &crate::observe::Node, cordoned_before: bool) -> Result<(), crate::plan::Failure> {
    let operation = OperationId("r-1".to_owned());
    let step = MarkNode { operation, node_name: node.name.clone(), node_uid: node.uid.clone(), cordoned_before };
    run(sandbox, sandbox.mark(&step))
}

fn strike(sandbox: &Sandbox, call: Call, kind: FaultKind) {
    let fault = Fault { calls: vec![call], from: SignedDuration::ZERO, until: SignedDuration::MAX, per_mille: 1000, kind };
    sandbox.world().faults.list = vec![fault];
}

#[test]
fn the_sandbox_keeps_the_ledgers_contract() {
    let sandbox = Sandbox::new(settings());
    run(&sandbox, contract_tests::holds(&sandbox, "sandbox"));
}

#[test]
fn an_instance_boots_joins_and_becomes_ready_in_its_time() {
    let sandbox = Sandbox::new(settings());
    let brought = run(&sandbox, sandbox.run_instances(&launch("t", 1), second(0))).unwrap();
    assert_eq!(brought.iter().map(|instance| instance.state).collect::<Vec<_>>(), [InstanceState::Pending]);
    let seen = |at| {
        sandbox.advance(second(at));
        let instances = run(&sandbox, sandbox.instances("prod")).unwrap();
        let nodes = run(&sandbox, sandbox.nodes(None)).unwrap();
        (instances.first().map(|instance| instance.state), nodes.first().map(crate::observe::Node::is_ready))
    };
    assert_eq!(seen(9), (Some(InstanceState::Pending), None));
    assert_eq!(seen(10), (Some(InstanceState::Running), None));
    assert_eq!(seen(40), (Some(InstanceState::Running), Some(false)));
    assert_eq!(seen(60), (Some(InstanceState::Running), Some(true)));
    let terminate = Terminate { operation: OperationId("r".to_owned()), instance_id: brought[0].id.clone() };
    run(&sandbox, sandbox.terminate(&terminate)).unwrap();
    assert_eq!(seen(61), (Some(InstanceState::ShuttingDown), Some(true)));
    assert_eq!(seen(121), (Some(InstanceState::Terminated), Some(false)));
    assert_eq!(seen(60 + 60 * 52), (None, Some(false)));
}

#[test]
fn one_token_brings_one_set_of_instances() {
    let sandbox = Sandbox::new(settings());
    let first = run(&sandbox, sandbox.run_instances(&launch("t", 2), second(0))).unwrap();
    let again = run(&sandbox, sandbox.run_instances(&launch("t", 2), second(0))).unwrap();
    assert_eq!(first, again);
    assert_eq!(class(run(&sandbox, sandbox.run_instances(&launch("t", 3), second(0)))), FailureClass::Configuration);
    assert_eq!(sandbox.world().machines.len(), 2);
}

/// It may have its effect, whatever the call before it was told.
#[test]
fn a_throttled_call_that_is_made_again_and_cut_off_has_no_answer() {
    let sandbox = Sandbox::new(settings());
    let fault = |from, until, kind| Fault {
        calls: vec![Call::RunInstances],
        from: SignedDuration::from_millis(from),
        until: SignedDuration::from_millis(until),
        per_mille: 1000,
        kind,
    };
    let late = FaultKind::Delay { by: SignedDuration::from_mins(1), effect_first: false };
    sandbox.world().faults.list = vec![fault(0, 100, FaultKind::Fail(FailureClass::Throttle)), fault(100, 9_000_000, late)];
    let steps = vec![Step::RunInstances(launch("t", 1))];
    let pause = |by| sandbox.pause(by);
    let cutoff = sandbox.pause(SignedDuration::from_secs(30));
    let outcomes = run(&sandbox, crate::act::execute(&sandbox, &sandbox, steps, second(0), pause, cutoff));
    let results: Vec<_> = outcomes.iter().map(|outcome| outcome.result.as_ref().unwrap_err()).collect();
    assert!(matches!(results.as_slice(), [failure] if failure.is_cut_off()), "{results:?}");
}

#[test]
fn a_short_stock_fills_in_part_and_then_not_at_all() {
    let sandbox = Sandbox::new(settings());
    sandbox.world().befall(&Outside::Stock { market: Market::Spot, left: Some(1) });
    assert_eq!(run(&sandbox, sandbox.run_instances(&launch("t", 3), second(0))).unwrap().len(), 1);
    assert_eq!(class(run(&sandbox, sandbox.run_instances(&launch("u", 3), second(0)))), FailureClass::Offering);
    sandbox.world().befall(&Outside::Stock { market: Market::Spot, left: None });
    assert_eq!(run(&sandbox, sandbox.run_instances(&launch("v", 3), second(0))).unwrap().len(), 3);
}

#[test]
fn marks_are_made_once_and_a_persons_cordon_is_a_conflict() {
    let sandbox = Sandbox::new(settings());
    sandbox.world().add_workers(2);
    let nodes = run(&sandbox, sandbox.nodes(None)).unwrap();
    assert_eq!(class(mark(&sandbox, &nodes[0], true)), FailureClass::Conflict, "the person has uncordoned it");
    mark(&sandbox, &nodes[0], false).unwrap();
    mark(&sandbox, &nodes[0], false).unwrap();
    let marked = run(&sandbox, sandbox.nodes(None)).unwrap();
    assert!(marked[0].unschedulable && marked[0].taint(RETIRING_TAINT).is_some());
    sandbox.world().befall(&Outside::Cordon(0));
    assert_eq!(class(mark(&sandbox, &nodes[1], false)), FailureClass::Conflict);
    mark(&sandbox, &nodes[1], true).unwrap();
    for (node, keep_cordon) in [(&nodes[0], false), (&nodes[1], true)] {
        let operation = OperationId("r-1".to_owned());
        let step = UnmarkNode { operation, node_name: node.name.clone(), node_uid: node.uid.clone(), keep_cordon };
        run(&sandbox, sandbox.unmark(&step)).unwrap();
        run(&sandbox, sandbox.unmark(&step)).unwrap();
    }
    let after = run(&sandbox, sandbox.nodes(None)).unwrap();
    assert_eq!([after[0].unschedulable, after[1].unschedulable], [false, true]);
    assert!(after.iter().all(|node| node.taints.is_empty() && node.annotations.is_empty()));
}

#[test]
fn a_budget_lets_one_pod_go_until_another_runs() {
    let sandbox = Sandbox::new(Settings { workloads: vec![workload(3, vec![2])], ..settings() });
    sandbox.world().add_workers(3);
    sandbox.advance(second(10));
    let nodes = run(&sandbox, sandbox.nodes(None)).unwrap();
    let pods = run(&sandbox, sandbox.pods_on(&nodes.iter().map(|node| node.name.clone()).collect::<Vec<_>>())).unwrap();
    assert_eq!(pods.len(), 3);
    let evict = |pod: &crate::observe::Pod, uid: &str| Evict {
        operation: OperationId("r-1".to_owned()),
        namespace: pod.namespace.clone(),
        pod_name: pod.name.clone(),
        pod_uid: uid.to_owned(),
    };
    assert_eq!(class(run(&sandbox, sandbox.evict(&evict(&pods[0], "other")))), FailureClass::Conflict);
    run(&sandbox, sandbox.evict(&evict(&pods[0], &pods[0].uid))).unwrap();
    assert_eq!(class(run(&sandbox, sandbox.evict(&evict(&pods[1], &pods[1].uid)))), FailureClass::Budget);
    sandbox.advance(second(50));
    assert_eq!(class(run(&sandbox, sandbox.evict(&evict(&pods[0], &pods[0].uid)))), FailureClass::NotFound);
    run(&sandbox, sandbox.evict(&evict(&pods[1], &pods[1].uid))).unwrap();
}

#[test]
fn pods_that_fit_nowhere_wait_until_a_node_is_there() {
    let sandbox = Sandbox::new(Settings { workloads: vec![workload(6, Vec::new())], ..settings() });
    sandbox.world().add_workers(1);
    sandbox.advance(second(5));
    assert_eq!(run(&sandbox, sandbox.pending_pods()).unwrap().len(), 2);
    run(&sandbox, sandbox.run_instances(&launch("t", 1), second(5))).unwrap();
    sandbox.advance(second(65));
    assert_eq!(run(&sandbox, sandbox.pending_pods()).unwrap().len(), 0);
}

#[test]
fn a_time_out_may_have_had_its_effect() {
    for effect in [false, true] {
        let sandbox = Sandbox::new(settings());
        strike(&sandbox, Call::RunInstances, FaultKind::TimeOut { effect });
        assert_eq!(class(run(&sandbox, sandbox.run_instances(&launch("t", 1), second(0)))), FailureClass::Unknown);
        assert_eq!(sandbox.world().machines.len(), usize::from(effect));
    }
}

#[test]
fn a_process_dies_before_or_after_the_effect_of_a_call() {
    for effect in [false, true] {
        let sandbox = Sandbox::new(settings());
        sandbox.world().faults.crashes = vec![CrashAt { call: 2, effect }];
        let process = async {
            sandbox.instances("prod").await.unwrap();
            sandbox.run_instances(&launch("t", 1), second(0)).await.unwrap();
            sandbox.instances("prod").await.unwrap();
        };
        assert_eq!(sandbox.run(process), Ran::Crashed);
        let world = sandbox.world();
        assert_eq!((world.machines.len(), world.calls), (usize::from(effect), 2));
    }
}

#[test]
fn an_answer_that_takes_long_lets_time_pass() {
    let sandbox = Sandbox::new(settings());
    strike(&sandbox, Call::Instances, FaultKind::Delay { by: SignedDuration::from_secs(7), effect_first: false });
    run(&sandbox, sandbox.instances("prod")).unwrap();
    assert_eq!(sandbox.now(), second(7));
}

#[test]
fn a_stale_read_answers_as_an_earlier_one() {
    let sandbox = Sandbox::new(settings());
    strike(&sandbox, Call::Nodes, FaultKind::Stale { by: SignedDuration::from_secs(30) });
    let count = |at| {
        sandbox.advance(second(at));
        run(&sandbox, sandbox.nodes(None)).unwrap().len()
    };
    assert_eq!(count(0), 0);
    sandbox.world().add_workers(3);
    assert_eq!(count(20), 0);
    assert_eq!(count(51), 3);
}

#[test]
fn a_lost_lease_and_a_clock_that_is_off_show_in_the_ledger() {
    let sandbox = Sandbox::new(settings());
    let claim = |process: &Sandbox| Claim {
        owner: "a".to_owned(),
        now: process.now(),
        lasts: SignedDuration::from_secs(60),
        skew: SignedDuration::from_secs(10),
    };
    let lease = run(&sandbox, sandbox.acquire("prod", &claim(&sandbox))).unwrap().lease;
    let early = sandbox.with_clock_ahead(SignedDuration::from_mins(5));
    let taken = run(&sandbox, early.acquire("prod", &claim(&early))).unwrap().lease;
    assert_eq!(taken.fence, 2);
    let state = State::new();
    let commit = |lease| run(&sandbox, sandbox.commit(lease, Write { state: &state, records: Records::default() }));
    assert_eq!(commit(&lease), Err(LedgerError::Fenced { ours: 1 }));
    strike(&sandbox, Call::Commit, FaultKind::Usurp);
    assert_eq!(commit(&taken), Err(LedgerError::Fenced { ours: 2 }));
}

#[test]
fn silent_kubelets_are_unready_until_they_speak() {
    let sandbox = Sandbox::new(settings());
    sandbox.world().add_workers(4);
    sandbox.world().befall(&Outside::Silence(2));
    assert_eq!(sandbox.world().ready_nodes(), 2);
    sandbox.world().befall(&Outside::Speak);
    assert_eq!(sandbox.world().ready_nodes(), 4);
    let spot: Number = "0.08".parse().unwrap();
    assert!((sandbox.world().price_per_hour() - spot.to_f64()).abs() < 1e-9);
}
