//! How the emulator behaves is tested in `tests/ec2`; here, that Rust reaches it and that its SDK understands it.

use aws_sdk_ec2::error::ProvideErrorMetadata;
use aws_sdk_ec2::types::{InstanceMarketOptionsRequest, LaunchTemplateSpecification, MarketType};
use serde_json::json;

use crate::counterparts::ec2::Ec2;

#[tokio::test]
async fn an_instance_is_launched_and_every_call_is_seen() {
    let ec2 = Ec2::start().await;
    let client = ec2.client();
    let template = ec2.launch_template("workers").await;
    let subnets = ec2.subnets().await;
    let run = || {
        let from = LaunchTemplateSpecification::builder().launch_template_id(&template).version("1").build();
        let run = client.run_instances().launch_template(from).min_count(1).max_count(1).client_token("one");
        run.subnet_id(&subnets["eu-central-1b"]).send()
    };

    ec2.fault(json!({ "code": "InsufficientInstanceCapacity", "match": { "zone": "eu-central-1b" }, "count": 1 })).await;
    assert_eq!(run().await.expect_err("no capacity").code(), Some("InsufficientInstanceCapacity"));
    // Carried out, but the answer is lost; the same token finds it.
    ec2.fault(json!({ "answer": "drop", "effect": true, "count": 1 })).await;
    run().await.expect_err("the connection breaks");
    let made = run().await.expect("the token is answered");
    let id = made.instances()[0].instance_id().expect("an instance has an id");

    let instances = ec2.instances().await;
    assert_eq!(instances.len(), 1);
    assert_eq!((instances[0].id.as_str(), instances[0].zone.as_str(), instances[0].market.as_str()), (id, "eu-central-1b", "on-demand"));
    assert_eq!((instances[0].kind.as_str(), instances[0].client_token.as_deref()), ("m5.large", Some("one")));
    assert_eq!(instances[0].tags["Name"], "workers");
    let calls = ec2.calls("RunInstances").await;
    let seen: Vec<_> = calls.iter().map(|call| (call.status, call.code.as_deref(), call.instances.len())).collect();
    assert_eq!(seen, [(500, Some("InsufficientInstanceCapacity"), 0), (500, Some("InternalError"), 1), (200, None, 1)]);
    assert!(calls.iter().all(|call| call.action == "RunInstances" && call.params["ClientToken"] == "one"));
}

#[tokio::test]
async fn its_clock_and_its_fate_are_the_tests() {
    let ec2 = Ec2::start().await;
    ec2.set(json!({ "pending_seconds": 30 })).await;
    let template = ec2.launch_template("workers").await;
    let from = LaunchTemplateSpecification::builder().launch_template_id(&template).build();
    ec2.client().run_instances().launch_template(from).min_count(1).max_count(1).send().await.expect("there is capacity");
    let first = async || ec2.instances().await.remove(0);
    assert_eq!(first().await.state, "pending");
    ec2.advance(30).await;
    assert_eq!(first().await.state, "running");
    ec2.kill(&first().await.id).await;
    assert_eq!(first().await.state, "terminated");
    ec2.reset().await;
    assert!(ec2.instances().await.is_empty());
}

#[tokio::test]
async fn capacity_ends_and_spot_instances_are_taken_back() {
    let ec2 = Ec2::start().await;
    let client = ec2.client();
    let template = ec2.launch_template("workers").await;
    let run = |count| {
        let from = LaunchTemplateSpecification::builder().launch_template_id(&template).build();
        let spot = InstanceMarketOptionsRequest::builder().market_type(MarketType::Spot).build();
        client.run_instances().launch_template(from).instance_market_options(spot).min_count(1).max_count(count).send()
    };
    ec2.fault(json!({ "code": "MaxSpotInstanceCountExceeded" })).await;
    assert_eq!(run(1).await.expect_err("a fault").code(), Some("MaxSpotInstanceCountExceeded"));
    ec2.clear_faults().await;
    ec2.capacity(json!({ "market": "spot", "available": 2 })).await;
    let made = run(5).await.expect("there is some capacity");
    assert_eq!(made.instances().len(), 2);
    let ids: Vec<_> = made.instances().iter().filter_map(|instance| instance.instance_id()).collect();

    let event = ec2.interrupt(ids[0]).await;
    assert_eq!(event["detail"]["instance-id"], ids[0]);
    ec2.schedule_retirement(ids[1]).await;
    let status = client.describe_instance_status().instance_ids(ids[1]).send().await.expect("the instance is seen");
    assert_eq!(status.instance_statuses()[0].events().len(), 1);
    ec2.advance(121).await;
    let states: Vec<_> = ec2.instances().await.into_iter().map(|instance| (instance.state, instance.market)).collect();
    let as_spot = |state: &str| (state.to_owned(), "spot".to_owned());
    assert_eq!(states, [as_spot("terminated"), as_spot("running")]);
}
