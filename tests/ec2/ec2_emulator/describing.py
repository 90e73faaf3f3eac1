"""DescribeInstances, DescribeInstanceStatus, spot requests and offerings: filters, pages, and who is visible."""

from __future__ import annotations

import copy
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS

from .errors import Ec2Error
from .filters import matcher, page
from .lifecycle import CODES
from .world import Life, World

INSTANCE_FILTERS = {
    "architecture": lambda i: [i.architecture],
    "availability-zone": lambda i: [i.placement.zone],
    "client-token": lambda i: [i.client_token] if i.client_token else [],
    "iam-instance-profile.arn": lambda i: [i.iam_instance_profile["Arn"]] if i.iam_instance_profile else [],
    "image-id": lambda i: [i.image_id],
    "instance-id": lambda i: [i.id],
    # EC2 has values for spot, scheduled and capacity blocks, none for on-demand.
    "instance-lifecycle": lambda i: [i.lifecycle] if i.lifecycle else [],
    "instance-state-code": lambda i: [CODES[i.state]],
    "instance-state-name": lambda i: [i.state],
    "instance-type": lambda i: [i.instance_type],
    "instance.group-id": lambda i: [group.id for group in i.security_groups],
    "key-name": lambda i: [i.key_name] if i.key_name else [],
    "launch-time": lambda i: [i.launch_time.strftime("%Y-%m-%dT%H:%M:%S.000Z")],
    "owner-id": lambda i: [i.owner_id],
    "private-dns-name": lambda i: [i.private_dns_name],
    "private-ip-address": lambda i: [i.private_ip],
    "spot-instance-request-id": lambda i: [i.spot_instance_request_id] if i.lifecycle == "spot" else [],
    "state-reason-code": lambda i: [i.state_reason.code] if i.state_reason.code else [],
    "subnet-id": lambda i: [i.subnet_id],
    "vpc-id": lambda i: [i.vpc_id],
}


def tags_of(instance: Any) -> dict[str, str]:
    return dict(instance.ec2_backend.tags.get(instance.id, {}))


def instances(world: World, backend: Any, params: dict[str, Any]) -> dict[str, Any]:
    """Pages count instances, not reservations: one reservation can be spread over several pages."""
    ids = params.get("InstanceIds") or []
    if ids and params.get("MaxResults"):
        raise Ec2Error("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
    owners = {instance.id: reservation for reservation in backend.reservations.values() for instance in reservation.instances}
    readers = INSTANCE_FILTERS | {"reservation-id": lambda i: [owners[i.id].id]}
    match = matcher(params.get("Filters") or [], readers, tags_of)
    candidates = [i for reservation in backend.reservations.values() for i in reservation.instances if (not ids or i.id in ids) and world.visible(i.id)]
    found = [instance for instance in candidates if match(instance)]
    shown, token = (found, None) if ids else page(found, params, 5, 1000, world.settings.page_size)
    reservations: dict[str, Any] = {}
    for instance in shown:
        owner = owners[instance.id]
        if owner.id not in reservations:
            reservations[owner.id] = copy.copy(owner)
            reservations[owner.id].instances = []
        reservations[owner.id].instances.append(instance)
    return {"Reservations": list(reservations.values()), "NextToken": token}


STATUS_FILTERS = {
    "availability-zone": lambda life: [life.instance.placement.zone],
    "event.code": lambda life: [event["Code"] for event in life.events],
    "instance-state-code": lambda life: [life.instance.state_code],
    "instance-state-name": lambda life: [life.instance.state],
}


def statuses(world: World, backend: Any, params: dict[str, Any]) -> dict[str, Any]:
    ids = params.get("InstanceIds") or []
    match = matcher(params.get("Filters") or [], STATUS_FILTERS)
    everyone = params.get("IncludeAllInstances") or False
    found = [
        life
        for life in world.lives.values()
        if life.instance.ec2_backend is backend
        and world.visible(life.instance.id)
        and (not ids or life.instance.id in ids)
        and (everyone or life.instance.state == "running")
        and match(life)
    ]
    shown, token = (found, None) if ids else page(found, params, 5, 1000, world.settings.page_size)
    return {"InstanceStatuses": [_status(life) for life in shown], "NextToken": token}


def _status(life: Life) -> dict[str, Any]:
    instance = life.instance
    return {
        "AvailabilityZone": instance.placement.zone,
        "Events": life.events,
        "InstanceId": instance.id,
        "InstanceState": {"Code": instance.state_code, "Name": instance.state},
        "InstanceStatus": instance.instance_status,
        "SystemStatus": instance.system_status,
    }


SPOT_FILTERS = {
    "instance-id": lambda request: [request["InstanceId"]],
    "spot-instance-request-id": lambda request: [request["SpotInstanceRequestId"]],
    "state": lambda request: [request["State"]],
    "status-code": lambda request: [request["Status"]["Code"]],
}


def spot_requests(world: World, backend: Any, params: dict[str, Any]) -> dict[str, Any]:
    wanted = params.get("SpotInstanceRequestIds") or []
    found = [_spot_request(life) for life in world.lives.values() if life.instance.ec2_backend is backend and life.instance.lifecycle == "spot" and world.visible(life.instance.id)]
    known = {request["SpotInstanceRequestId"] for request in found}
    for request_id in wanted:
        if request_id not in known:
            raise Ec2Error("InvalidSpotInstanceRequestID.NotFound", f"The spot instance request ID '{request_id}' does not exist")
    match = matcher(params.get("Filters") or [], SPOT_FILTERS)
    found = [request for request in found if match(request) and (not wanted or request["SpotInstanceRequestId"] in wanted)]
    shown, token = page(found, params, 5, 1000, world.settings.page_size)
    return {"SpotInstanceRequests": shown, "NextToken": token}


def _spot_request(life: Life) -> dict[str, Any]:
    instance = life.instance
    gone = instance.state in ("shutting-down", "terminated")
    status = life.spot_status
    if gone:
        status = "instance-terminated-by-service" if life.spot_status == "marked-for-termination" else "instance-terminated-by-user"
    return {
        "CreateTime": instance.launch_time,
        "InstanceId": instance.id,
        "LaunchedAvailabilityZone": instance.placement.zone,
        "SpotInstanceRequestId": instance.spot_instance_request_id,
        "State": "closed" if gone else "active",
        "Status": {"Code": status, "Message": status, "UpdateTime": life.spot_marked_at or instance.launch_time},
        "Type": "one-time",
    }


OFFERING_FILTERS = {
    "instance-type": lambda offering: [offering["InstanceType"]],
    "location": lambda offering: [offering["Location"]],
}


def offerings(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    kind = params.get("LocationType") or "region"
    if kind not in INSTANCE_TYPE_OFFERINGS:
        raise Ec2Error("InvalidParameterValue", f"Value ({kind}) for parameter LocationType is invalid.")
    match = matcher(params.get("Filters") or [], OFFERING_FILTERS)
    found = [offering for offering in INSTANCE_TYPE_OFFERINGS[kind].get(region, []) if match(offering)]
    shown, token = page(found, params, 5, 1000, world.settings.page_size)
    return {"InstanceTypeOfferings": shown, "NextToken": token}
