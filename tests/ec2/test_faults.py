"""Faults, and the log of calls."""

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from conftest import client
from test_launch import code, ids, run, status


def attempt(ec2, template, **more):
    try:
        return len(run(ec2, template, **more))
    except ClientError as error:
        return error.response["Error"]["Code"]


def test_matched_by_market_type_zone(ec2, template, control):
    control.fault(code="InsufficientInstanceCapacity", match={"market": "spot", "type": "m5.large", "zone": "eu-central-1a"})
    place = {"Placement": {"AvailabilityZone": "eu-central-1a"}}
    assert attempt(ec2, template, version="2", **place) == "InsufficientInstanceCapacity"
    assert attempt(ec2, template, version="1", **place) == 1
    assert attempt(ec2, template, version="2", InstanceType="c5.large", **place) == 1
    assert attempt(ec2, template, version="2", Placement={"AvailabilityZone": "eu-central-1b"}) == 1


def test_matched_by_subnet(ec2, template, control):
    one, other = (s["SubnetId"] for s in ec2.describe_subnets()["Subnets"][:2])
    control.fault(code="InsufficientFreeAddressesInSubnet", match={"subnet": one})
    assert attempt(ec2, template, SubnetId=one) == "InsufficientFreeAddressesInSubnet"
    assert attempt(ec2, template, SubnetId=other) == 1


@pytest.mark.parametrize("wanted", ["MaxSpotInstanceCountExceeded", "VcpuLimitExceeded", "InvalidParameterValue", "UnauthorizedOperation"])
def test_counted_and_cleared(ec2, template, control, wanted):
    control.fault(code=wanted, count=2)
    assert [attempt(ec2, template) for _ in range(3)] == [wanted, wanted, 1]
    fault = control.fault(code=wanted)
    assert [attempt(ec2, template) for _ in range(2)] == [wanted, wanted]
    control("DELETE", f"faults?id={fault}")
    assert attempt(ec2, template) == 1


def test_capacity_is_not_asked_of_a_replay(ec2, template, control):
    first = ids(run(ec2, template, ClientToken="one"))
    control.fault(code="InsufficientInstanceCapacity")
    assert ids(run(ec2, template, ClientToken="one")) == first


def test_rate_of_calls(ec2, template, control):
    control.fault(code="RequestLimitExceeded", per_second=0.001, burst=2)
    assert [attempt(ec2, template) for _ in range(4)] == [1, 1, "RequestLimitExceeded", "RequestLimitExceeded"]
    control.advance(1001)
    assert [attempt(ec2, template) for _ in range(2)] == [1, "RequestLimitExceeded"]


def test_every_nth_call(ec2, control):
    control.fault(action="DescribeInstances", code="RequestLimitExceeded", every=3)
    seen = []
    for _ in range(6):
        try:
            ec2.describe_instances()
            seen.append(200)
        except ClientError as error:
            seen.append(error.response["ResponseMetadata"]["HTTPStatusCode"])
    assert seen == [503, 200, 200, 503, 200, 200]


@pytest.mark.parametrize(("effect", "made"), [(False, 0), (True, 1)])
def test_server_error_with_and_without_effect(ec2, template, control, effect, made):
    control.fault(code="InternalError", effect=effect, count=1)
    with pytest.raises(ClientError) as raised:
        run(ec2, template, ClientToken="one")
    assert (code(raised), status(raised)) == ("InternalError", 500)
    assert len(control.instances()) == made
    run(ec2, template, ClientToken="one")
    assert len(control.instances()) == 1


@pytest.mark.parametrize(("effect", "made"), [(False, 0), (True, 1)])
def test_no_answer(url, ec2, template, control, effect, made):
    control.fault(answer="hang", effect=effect, count=1)
    with pytest.raises(ReadTimeoutError):
        run(client(url, read_timeout=0.3), template, ClientToken="one")
    assert len(control.instances()) == made
    control.fault(answer="drop", effect=effect, count=1)
    with pytest.raises(ConnectionClosedError):
        run(ec2, template, ClientToken="two")
    assert len(control.instances()) == 2 * made


def test_termination_can_fail_by_instance(ec2, template, control):
    one, other = ids(run(ec2, template, most=2))
    control.fault(action="TerminateInstances", code="UnauthorizedOperation", match={"instance": one})
    with pytest.raises(ClientError) as raised:
        ec2.terminate_instances(InstanceIds=[one])
    assert code(raised) == "UnauthorizedOperation"
    ec2.terminate_instances(InstanceIds=[other])
    assert {i["id"]: i["state"] for i in control.instances()} == {one: "running", other: "terminated"}


def test_calls_are_logged(ec2, template, control):
    control.fault(code="InternalError", effect=True, count=1)
    assert attempt(ec2, template, ClientToken="one") == "InternalError"
    made = ids(run(ec2, template, ClientToken="one"))
    calls = control.calls("RunInstances")
    assert [(c["status"], c["code"], c["instances"], c.get("effect")) for c in calls] == [(500, "InternalError", made, True), (200, None, made, None)]
    assert {c["params"]["ClientToken"] for c in calls} == {"one"}
    control("POST", "reset")
    assert control.calls("RunInstances") == []


def test_wrong_control_requests_are_refused(control):
    with pytest.raises(ValueError, match="unknown key `kode`"):
        control.fault(kode="x")
    with pytest.raises(ValueError, match="unknown setting `pending`"):
        control.settings(pending=3)
    with pytest.raises(ValueError, match="no control endpoint"):
        control("POST", "nothing")
    with pytest.raises(ValueError, match="no instance `i-1`"):
        control("POST", "kill", {"instance": "i-1"})
    with pytest.raises(ValueError, match="lacks the key `seconds`"):
        control("POST", "advance")
