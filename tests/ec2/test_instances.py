"""Instances over time, and how they are described and ended."""

import pytest
from botocore.exceptions import ClientError
from test_launch import code, ids, run


def described(ec2, **query):
    return [i for page in ec2.get_paginator("describe_instances").paginate(**query) for r in page["Reservations"] for i in r["Instances"]]


def state(ec2, instance):
    return described(ec2, InstanceIds=[instance])[0]["State"]["Name"]


def test_states_over_time(ec2, template, control):
    control.settings(pending_seconds=30, shutting_down_seconds=40)
    made = run(ec2, template)[0]
    one = made["InstanceId"]
    assert made["State"] == {"Code": 0, "Name": "pending"}
    assert state(ec2, one) == "pending"
    control.advance(30)
    assert state(ec2, one) == "running"
    answer = ec2.terminate_instances(InstanceIds=[one])["TerminatingInstances"][0]
    assert (answer["PreviousState"]["Name"], answer["CurrentState"]["Name"]) == ("running", "shutting-down")
    assert state(ec2, one) == "shutting-down"
    control.advance(40)
    assert state(ec2, one) == "terminated"
    assert described(ec2, InstanceIds=[one])[0]["StateReason"]["Code"] == "Client.UserInitiatedShutdown"
    control.advance(3601)
    with pytest.raises(ClientError) as raised:
        state(ec2, one)
    assert code(raised) == "InvalidInstanceID.NotFound"


def test_new_instances_are_not_seen_at_once(ec2, template, control):
    control.settings(invisible_seconds=5)
    one = ids(run(ec2, template, ClientToken="one"))[0]
    by_token = {"Filters": [{"Name": "client-token", "Values": ["one"]}]}
    assert described(ec2) == described(ec2, **by_token) == []
    for call in (
        lambda: ec2.describe_instances(InstanceIds=[one]),
        lambda: ec2.terminate_instances(InstanceIds=[one]),
        lambda: ec2.create_tags(Resources=[one], Tags=[{"Key": "a", "Value": "b"}]),
        lambda: ec2.describe_instance_status(InstanceIds=[one]),
    ):
        with pytest.raises(ClientError) as raised:
            call()
        assert code(raised) == "InvalidInstanceID.NotFound"
    assert ids(run(ec2, template, ClientToken="one")) == [one]
    control.advance(5)
    assert ids(described(ec2)) == ids(described(ec2, **by_token)) == [one]


def test_filters(ec2, template):
    one = ids(run(ec2, template, ClientToken="one", Placement={"AvailabilityZone": "eu-central-1b"}))[0]
    two = ids(run(ec2, template, version="2", TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "pool", "Value": "gpu"}]}]))[0]
    ec2.terminate_instances(InstanceIds=[one])

    def find(**wanted):
        return ids(described(ec2, Filters=[{"Name": k.replace("__", ":").replace("_", "-"), "Values": v} for k, v in wanted.items()]))

    assert find(client_token=["one"]) == [one]
    assert find(instance_state_name=["pending", "running"]) == [two]
    assert find(instance_state_name=["terminated", "running"]) == [one, two]
    assert find(tag__pool=["gpu"]) == find(tag_key=["pool"]) == find(tag__pool=["g*"]) == [two]
    assert find(tag__pool=["g"]) == find(tag__pool=["GPU"]) == []
    assert find(availability_zone=["eu-central-1b"], tag__role=["worker"]) == [one]
    assert find(availability_zone=["eu-central-1b"], tag__pool=["gpu"]) == []


@pytest.mark.parametrize("call", ["describe_instances", "describe_instance_status", "describe_instance_type_offerings", "describe_subnets", "describe_availability_zones", "describe_launch_templates"])  # fmt: skip
def test_unknown_filter_is_an_ec2_error(ec2, template, call):
    run(ec2, template)
    with pytest.raises(ClientError) as raised:
        getattr(ec2, call)(Filters=[{"Name": "colour", "Values": ["red"]}])
    assert code(raised) == "InvalidParameterValue"
    assert "colour" in str(raised.value)


def test_pages(ec2, template, control):
    made = sorted(ids(run(ec2, template, most=12)))
    first = ec2.describe_instances(MaxResults=5)
    assert sum(len(r["Instances"]) for r in first["Reservations"]) == 5
    assert first["NextToken"]
    assert sorted(ids(described(ec2, MaxResults=5))) == made
    control.settings(page_size=1)
    assert sorted(ids(described(ec2))) == made
    assert len(control.calls("DescribeInstances")) == 1 + 3 + 12
    with pytest.raises(ClientError) as raised:
        ec2.describe_instances(NextToken="nonsense")
    assert code(raised) == "InvalidNextToken"
    with pytest.raises(ClientError) as raised:
        ec2.describe_instances(MaxResults=5, InstanceIds=made)
    assert code(raised) == "InvalidParameterCombination"


def test_unknown_and_malformed_ids(ec2, template):
    one = ids(run(ec2, template))[0]
    with pytest.raises(ClientError) as raised:
        ec2.describe_instances(InstanceIds=[one, "i-00000000000000000"])
    assert code(raised) == "InvalidInstanceID.NotFound"
    with pytest.raises(ClientError) as raised:
        ec2.terminate_instances(InstanceIds=[one, "nonsense"])
    assert code(raised) == "InvalidInstanceID.Malformed"
    assert state(ec2, one) == "running"


def test_termination_protection(ec2, template, control):
    zones = [{"AvailabilityZone": f"eu-central-1{letter}"} for letter in "aab"]
    protected = ids(run(ec2, template, DisableApiTermination=True, Placement=zones[0]))[0]
    beside, elsewhere = (ids(run(ec2, template, Placement=zone))[0] for zone in zones[1:])
    with pytest.raises(ClientError) as raised:
        ec2.terminate_instances(InstanceIds=[protected, beside, elsewhere])
    assert code(raised) == "OperationNotPermitted"
    assert [state(ec2, i) for i in (protected, beside, elsewhere)] == ["running", "running", "terminated"]
    assert ec2.describe_instance_attribute(InstanceId=protected, Attribute="disableApiTermination")["DisableApiTermination"]["Value"] is True
    ec2.modify_instance_attribute(InstanceId=protected, DisableApiTermination={"Value": False})
    ec2.terminate_instances(InstanceIds=[protected])
    assert state(ec2, protected) == "terminated"
    ec2.terminate_instances(InstanceIds=[protected])


def test_dry_run_ends_nothing(ec2, template):
    one = ids(run(ec2, template))[0]
    with pytest.raises(ClientError) as raised:
        ec2.terminate_instances(InstanceIds=[one], DryRun=True)
    assert code(raised) == "DryRunOperation"
    assert state(ec2, one) == "running"


def test_spot_interruption(ec2, template, control):
    one = ids(run(ec2, template, version="2"))[0]
    event = control("POST", "interrupt", {"instance": one})
    assert event["detail"] == {"instance-id": one, "instance-action": "terminate"}
    request = ec2.describe_spot_instance_requests(Filters=[{"Name": "instance-id", "Values": [one]}])["SpotInstanceRequests"][0]
    assert request["Status"]["Code"] == "marked-for-termination"
    assert state(ec2, one) == "running"
    control.advance(121)
    seen = described(ec2, InstanceIds=[one])[0]
    assert (seen["State"]["Name"], seen["StateReason"]["Code"]) == ("terminated", "Server.SpotInstanceTermination")
    on_demand = ids(run(ec2, template))[0]
    with pytest.raises(ValueError, match="not a spot instance"):
        control("POST", "interrupt", {"instance": on_demand})


def test_killed_outside(ec2, template, control):
    control.settings(shutting_down_seconds=60)
    one = ids(run(ec2, template))[0]
    control("POST", "kill", {"instance": one})
    seen = described(ec2, InstanceIds=[one])[0]
    assert (seen["State"]["Name"], seen["StateReason"]["Code"]) == ("terminated", "Server.InternalError")


def test_scheduled_event(ec2, template, control):
    one = ids(run(ec2, template))[0]
    control("POST", "schedule-event", {"instance": one})
    found = ec2.describe_instance_status(Filters=[{"Name": "event.code", "Values": ["instance-retirement"]}])["InstanceStatuses"]
    assert [(s["InstanceId"], s["Events"][0]["Code"]) for s in found] == [(one, "instance-retirement")]


def test_tags_can_be_changed(ec2, template):
    one = ids(run(ec2, template))[0]
    ec2.create_tags(Resources=[one], Tags=[{"Key": "pool", "Value": "general"}])
    assert ids(described(ec2, Filters=[{"Name": "tag:pool", "Values": ["general"]}])) == [one]


def test_offerings_and_zones(ec2, template):
    zones = [z["ZoneName"] for z in ec2.describe_availability_zones()["AvailabilityZones"]]
    assert "eu-central-1a" in zones
    wanted = [{"Name": "instance-type", "Values": ["m5.large", "c5.*"]}]
    offers = ec2.describe_instance_type_offerings(LocationType="availability-zone", Filters=wanted)["InstanceTypeOfferings"]
    assert {o["InstanceType"] for o in offers} > {"m5.large", "c5.large"}
    assert {o["Location"] for o in offers} <= set(zones)
    one = next(t for t in ec2.describe_instance_types(InstanceTypes=["m5.large"])["InstanceTypes"])
    assert one["VCpuInfo"]["DefaultVCpus"] == 2


def test_type_not_offered_in_a_zone(ec2, template):
    pages = ec2.get_paginator("describe_instance_type_offerings").paginate(LocationType="availability-zone")
    offers = {(o["InstanceType"], o["Location"]) for page in pages for o in page["InstanceTypeOfferings"]}
    kinds, zones = {k for k, _ in offers}, {z for _, z in offers}
    kind, zone = min((k, z) for k in kinds for z in zones if (k, z) not in offers)
    with pytest.raises(ClientError) as raised:
        run(ec2, template, InstanceType=kind, Placement={"AvailabilityZone": zone})
    assert code(raised) == "Unsupported"


def test_unknown_action(url):
    import urllib.error
    import urllib.request

    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(f"{url}/?Action=Nothing&Version=2016-11-15")
    assert raised.value.code == 400
    assert b"<Code>InvalidAction</Code>" in raised.value.read()
