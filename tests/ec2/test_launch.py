"""RunInstances."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError


def run(ec2, template, least=1, most=1, version="1", **more):
    return ec2.run_instances(LaunchTemplate={"LaunchTemplateId": template, "Version": version}, MinCount=least, MaxCount=most, **more)["Instances"]


def ids(instances):
    return [instance["InstanceId"] for instance in instances]


def code(raised):
    return raised.value.response["Error"]["Code"]


def status(raised):
    return raised.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_same_token_same_instances(ec2, template, control):
    first = run(ec2, template, most=3, ClientToken="one")
    assert ids(run(ec2, template, most=3, ClientToken="one")) == ids(first)
    assert len(control.instances()) == 3
    assert ids(run(ec2, template, most=3, ClientToken="two")) != ids(first)


def test_token_race_has_one_winner(ec2, template, control):
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda _: ids(run(ec2, template, ClientToken="race"))[0], range(16)))
    assert len(set(won)) == 1
    assert len(control.instances()) == 1


def test_token_with_other_parameters_is_refused(ec2, template):
    run(ec2, template, ClientToken="one")
    with pytest.raises(ClientError) as raised:
        run(ec2, template, most=2, ClientToken="one")
    assert code(raised) == "IdempotentParameterMismatch"


def test_token_replays_a_dead_instance_until_it_is_forgotten(ec2, template, control):
    first = ids(run(ec2, template, ClientToken="one"))
    ec2.terminate_instances(InstanceIds=first)
    again = run(ec2, template, ClientToken="one")
    assert (ids(again), again[0]["State"]["Name"]) == (first, "terminated")
    control.settings(replay_terminated=False)
    with pytest.raises(ClientError) as raised:
        run(ec2, template, ClientToken="one")
    assert code(raised) == "IdempotentInstanceTerminated"
    control.settings(replay_terminated=True)
    control.advance(3601)
    with pytest.raises(ClientError) as raised:
        run(ec2, template, ClientToken="one")
    assert code(raised) == "IdempotentInstanceTerminated"


def test_failed_launch_leaves_its_token_free(ec2, template, control):
    control.fault(code="InsufficientInstanceCapacity", count=1)
    with pytest.raises(ClientError):
        run(ec2, template, ClientToken="one")
    assert len(run(ec2, template, ClientToken="one")) == 1


def test_long_token_is_refused(ec2, template):
    with pytest.raises(ClientError) as raised:
        run(ec2, template, ClientToken="x" * 65)
    assert code(raised) == "InvalidParameterValue"


def test_template_is_honoured(ec2, template, control, image):
    made = run(ec2, template, version="1", ClientToken="one")[0]
    seen = ec2.describe_instances(InstanceIds=[made["InstanceId"]])["Reservations"][0]["Instances"][0]
    assert seen["ImageId"] == image
    assert seen["InstanceType"] == "m5.large"
    assert seen["ClientToken"] == "one"
    assert seen["MetadataOptions"]["HttpTokens"] == "required"
    assert seen["IamInstanceProfile"]["Arn"].endswith(":instance-profile/smartscale-worker")
    assert "InstanceLifecycle" not in seen
    tags = {tag["Key"]: tag["Value"] for tag in seen["Tags"]}
    assert tags == {"role": "worker", "from": "template", "aws:ec2launchtemplate:id": template, "aws:ec2launchtemplate:version": "1"}
    data = ec2.describe_instance_attribute(InstanceId=made["InstanceId"], Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(data) == b"#!/bin/sh\n"


def test_request_overrides_template(ec2, template):
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "from", "Value": "request"}, {"Key": "pool", "Value": "general"}]}]
    made = run(ec2, template, InstanceType="c5.large", TagSpecifications=tags, Placement={"AvailabilityZone": "eu-central-1b"})[0]
    assert (made["InstanceType"], made["Placement"]["AvailabilityZone"]) == ("c5.large", "eu-central-1b")
    tags = {tag["Key"]: tag["Value"] for tag in made["Tags"] if not tag["Key"].startswith("aws:")}
    assert tags == {"role": "worker", "from": "request", "pool": "general"}


@pytest.mark.parametrize("how", ["template", "request"])
def test_spot_is_visible(ec2, template, how):
    more = {"InstanceMarketOptions": {"MarketType": "spot"}} if how == "request" else {}
    made = run(ec2, template, version="1" if more else "2", **more)[0]
    assert made["InstanceLifecycle"] == "spot"
    assert made["SpotInstanceRequestId"].startswith("sir-")
    found = ec2.describe_instances(Filters=[{"Name": "instance-lifecycle", "Values": ["spot"]}])["Reservations"]
    assert ids(found[0]["Instances"]) == [made["InstanceId"]]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"LaunchTemplateId": "lt-00000000000000000"}, "InvalidLaunchTemplateId.NotFound"),
        ({"LaunchTemplateName": "nobody"}, "InvalidLaunchTemplateName.NotFoundException"),
        ({"LaunchTemplateName": "workers", "Version": "9"}, "InvalidLaunchTemplateId.VersionNotFound"),
        ({"LaunchTemplateName": "workers", "Version": "0"}, "InvalidLaunchTemplateId.VersionNotFound"),
    ],
)
def test_wrong_template(ec2, template, wanted, expected):
    with pytest.raises(ClientError) as raised:
        ec2.run_instances(LaunchTemplate=wanted, MinCount=1, MaxCount=1)
    assert code(raised) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"ImageId": "ami-00000000000000000"}, "InvalidAMIID.NotFound"),
        ({"InstanceType": "m5.gigantic"}, "InvalidParameterValue"),
        ({"SubnetId": "subnet-00000000"}, "InvalidSubnetID.NotFound"),
        ({"Placement": {"AvailabilityZone": "us-east-1a"}}, "InvalidParameterValue"),
        ({"MinCount": 3, "MaxCount": 2}, "InvalidParameterValue"),
        ({"TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "aws:x", "Value": "y"}]}]}, "InvalidParameterValue"),
    ],
)
def test_wrong_request(ec2, template, control, more, expected):
    with pytest.raises(ClientError) as raised:
        ec2.run_instances(**({"LaunchTemplate": {"LaunchTemplateId": template}, "MinCount": 1, "MaxCount": 1} | more))
    assert code(raised) == expected
    assert control.instances() == []


def test_latest_and_default_versions(ec2, template):
    assert run(ec2, template, version="$Latest")[0].get("InstanceLifecycle") == "spot"
    assert "InstanceLifecycle" not in run(ec2, template, version="$Default")[0]
    versions = ec2.describe_launch_template_versions(LaunchTemplateId=template)["LaunchTemplateVersions"]
    assert [(v["VersionNumber"], v["DefaultVersion"]) for v in versions] == [(2, False), (1, True)]
    with pytest.raises(ClientError) as raised:
        ec2.describe_launch_template_versions(LaunchTemplateId=template, Versions=["7"])
    assert code(raised) == "InvalidLaunchTemplateId.VersionNotFound"


def test_partial_fill(ec2, template, control):
    control("POST", "capacity", {"market": "on-demand", "type": "m5.*", "available": 3})
    assert len(run(ec2, template, least=1, most=2)) == 2
    assert len(run(ec2, template, least=1, most=5)) == 1
    with pytest.raises(ClientError) as raised:
        run(ec2, template, least=1, most=5)
    # EC2 answers this with a 500.
    assert (code(raised), status(raised)) == ("InsufficientInstanceCapacity", 500)
    assert len(run(ec2, template, least=1, most=2, version="2")) == 2
    control("POST", "capacity", {"market": "on-demand", "available": 3})
    with pytest.raises(ClientError) as raised:
        run(ec2, template, least=4, most=5)
    assert code(raised) == "InsufficientInstanceCapacity"
    assert len(run(ec2, template, least=3, most=5)) == 3


def test_dry_run(ec2, template, control):
    with pytest.raises(ClientError) as raised:
        run(ec2, template, DryRun=True)
    assert (code(raised), status(raised)) == ("DryRunOperation", 412)
    control.fault(code="UnauthorizedOperation")
    with pytest.raises(ClientError) as raised:
        run(ec2, template, DryRun=True)
    assert (code(raised), status(raised)) == ("UnauthorizedOperation", 403)
    assert control.instances() == []


def test_subnet_gives_the_zone(ec2, template):
    subnet = next(s for s in ec2.describe_subnets()["Subnets"] if s["AvailabilityZone"] == "eu-central-1c")
    made = run(ec2, template, SubnetId=subnet["SubnetId"])[0]
    assert (made["SubnetId"], made["Placement"]["AvailabilityZone"]) == (subnet["SubnetId"], "eu-central-1c")


def test_many_at_once(ec2, template):
    assert len(run(ec2, template, most=300)) == 300


def test_interfaces_come_with_their_subnet(ec2, template):
    subnet = next(s["SubnetId"] for s in ec2.describe_subnets()["Subnets"] if s["AvailabilityZone"] == "eu-central-1b")
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    interface = {"DeviceIndex": 0, "SubnetId": subnet, "Groups": [group], "AssociatePublicIpAddress": False, "DeleteOnTermination": True}
    made = run(ec2, template, NetworkInterfaces=[interface])[0]
    assert (made["SubnetId"], made["Placement"]["AvailabilityZone"]) == (subnet, "eu-central-1b")
    assert [g["GroupId"] for g in made["NetworkInterfaces"][0]["Groups"]] == [group]
    with pytest.raises(ClientError) as raised:
        run(ec2, template, NetworkInterfaces=[interface], SubnetId=subnet)
    assert code(raised) == "InvalidParameterCombination"
