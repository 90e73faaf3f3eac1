"""RunInstances: idempotent on ClientToken, by launch template, filled as far as capacity goes."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from moto.ec2.utils import parse_user_data, random_spot_request_id

from .errors import Ec2Error
from .lifecycle import begin
from .orders import Order
from .world import Launch, World

IGNORED = {"Action", "Version", "ClientToken", "DryRun"}


def fingerprint(query: dict[str, list[str]]) -> str:
    """The request without what may differ between a call and its replay."""
    kept = sorted((key, values) for key, values in query.items() if key not in IGNORED and not key.startswith("X-Amz-"))
    return repr(kept)


def counts(params: dict[str, Any]) -> tuple[int, int]:
    least, most = int(params.get("MinCount") or 1), int(params.get("MaxCount") or 1)
    if least < 1 or most < 1:
        raise Ec2Error("InvalidParameterValue", "Instance count must be greater than zero")
    if least > most:
        raise Ec2Error("InvalidParameterValue", "MinCount must not be greater than MaxCount")
    return least, most


def check_token(token: str) -> None:
    if len(token) > 64 or not token.isascii():
        raise Ec2Error("InvalidParameterValue", "Invalid value for parameter clientToken: it must be at most 64 ASCII characters")


def replay(world: World, region: str, token: str, mark: str) -> Any | None:
    """The reservation that this token made before, whatever has become of its instances."""
    launch = world.launches.get((region, token))
    if launch is None:
        return None
    if launch.fingerprint != mark:
        raise Ec2Error("IdempotentParameterMismatch")
    instances = launch.reservation.instances
    terminated = all(instance.state == "terminated" for instance in instances)
    forgotten = all(world.forgotten(instance.id) for instance in instances)
    if forgotten or (terminated and not world.settings.replay_terminated):
        raise Ec2Error(
            "IdempotentInstanceTerminated",
            "The request to launch an instance uses the same client token as a previous request for which the instance has been terminated.",
        )
    return launch.reservation


def available(world: World, order: Order, least: int, most: int) -> int:
    """How many of the wanted instances there is capacity for; takes them."""
    for pool in world.capacity:
        wanted = order.scope()
        if all(fnmatchcase(wanted[key][0], pool[key]) for key in ("market", "type", "zone") if key in pool):
            if pool["available"] < least:
                raise no_capacity(order)
            count = min(most, pool["available"])
            pool["available"] -= count
            return count
    return most


def no_capacity(order: Order) -> Ec2Error:
    if order.market == "spot":
        return Ec2Error("InsufficientInstanceCapacity", "There is no Spot capacity available that matches your request.")
    return Ec2Error(
        "InsufficientInstanceCapacity",
        f"We currently do not have sufficient {order.type} capacity in the Availability Zone you requested ({order.zone}). "
        "Our system will be working on provisioning additional capacity.",
    )


def launch(world: World, backend: Any, region: str, order: Order, count: int, token: str) -> Any:
    data = order.data
    profile = data.get("IamInstanceProfile") or {}
    arguments: dict[str, Any] = {
        "instance_type": order.type,
        "is_instance_type_default": False,
        "placement": None,
        "region_name": region,
        "subnet_id": None if data.get("NetworkInterfaces") else order.subnet_id,
        "key_name": data.get("KeyName"),
        "security_group_ids": data.get("SecurityGroupIds") or [],
        "nics": data.get("NetworkInterfaces") or [],
        "private_ip": data.get("PrivateIpAddress"),
        "associate_public_ip": None,
        "tags": {"volume": order.tags.get("volume", {})},
        "ebs_optimized": data.get("EbsOptimized") or False,
        "disable_api_stop": data.get("DisableApiStop") or False,
        "disable_api_termination": data.get("DisableApiTermination") or False,
        "instance_initiated_shutdown_behavior": data.get("InstanceInitiatedShutdownBehavior"),
        "monitoring_state": "enabled" if (data.get("Monitoring") or {}).get("Enabled") else "disabled",
        "metadata_options": data.get("MetadataOptions") or {},
        "client_token": token,
        "lifecycle": "spot" if order.market == "spot" else None,
    }
    # moto wants a size or a snapshot; a mapping that only changes the root volume's kind leaves its default.
    disks = [d for d in data.get("BlockDeviceMappings") or [] if (d.get("Ebs") or {}).get("VolumeSize") or (d.get("Ebs") or {}).get("SnapshotId")]
    if disks:
        arguments["block_device_mappings"] = disks
    if profile:
        name = profile.get("Name") or profile.get("Arn", "").rsplit("/", 1)[-1]
        arn = profile.get("Arn") or f"arn:aws:iam::{backend.account_id}:instance-profile/{name}"
        arguments["iam_instance_profile"] = {"Arn": arn, "Id": "AIPA" + name.upper()[:17]}
    user_data = parse_user_data(data["UserData"]) if isinstance(data.get("UserData"), (str, bytes)) else data.get("UserData")
    reservation = backend.run_instances(order.image_id, count, user_data, data.get("SecurityGroups") or [], **arguments)
    tags = dict(order.tags.get("instance", {}))
    if order.version is not None:
        tags["aws:ec2launchtemplate:id"] = order.version.template.id
        tags["aws:ec2launchtemplate:version"] = str(order.version.number)
    for instance in reservation.instances:
        instance.add_tags(tags)
        if order.market == "spot":
            instance.spot_instance_request_id = random_spot_request_id()
        begin(world, instance)
    return reservation


def remember(world: World, region: str, token: str, mark: str, reservation: Any) -> None:
    if token:
        world.launches[(region, token)] = Launch(mark, reservation)
