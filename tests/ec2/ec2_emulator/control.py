"""The control endpoints, under /_control/: what a test sets, breaks and reads. JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.ec2.models import ec2_backends

from .describing import tags_of
from .lifecycle import end, settle
from .world import Life, World


def handle(world: World, method: str, path: str, query: dict[str, str], body: dict) -> Any:
    """Raises LookupError for what is not there and ValueError for what is wrong."""
    routes: dict[tuple[str, str], Callable[[], Any]] = {
        ("GET", "health"): lambda: {"ok": True},
        ("POST", "reset"): lambda: reset(world),
        ("GET", "settings"): world.describe_settings,
        ("POST", "settings"): lambda: change(world, body),
        ("POST", "advance"): lambda: advance(world, body),
        ("GET", "faults"): world.faults.listing,
        ("POST", "faults"): lambda: {"id": world.faults.add(body).id},
        ("DELETE", "faults"): lambda: world.faults.clear(int(query["id"]) if "id" in query else None),
        ("POST", "capacity"): lambda: set_capacity(world, body),
        ("GET", "calls"): lambda: [call for call in world.calls if query.get("action") in (None, call["action"])],
        ("GET", "instances"): lambda: [show(life) for life in world.lives.values()],
        ("POST", "interrupt"): lambda: interrupt(world, body),
        ("POST", "kill"): lambda: kill(world, body),
        ("POST", "schedule-event"): lambda: schedule_event(world, body),
    }
    route = routes.get((method, path.removeprefix("/_control/")))
    if route is None:
        raise LookupError(f"no control endpoint `{method} {path}`")
    with world.lock:
        settle(world)
        answer = route()
        settle(world)
    return answer


def reset(world: World) -> None:
    world.reset()
    for regions in ec2_backends.values():
        for backend in regions.values():
            # An untouched region has nothing to forget; building its default network anew takes time.
            if backend.reservations or backend.launch_templates:
                backend.reset()


def change(world: World, body: dict) -> dict:
    world.settings.change(body)
    return world.describe_settings()


def advance(world: World, body: dict) -> dict:
    seconds = float(body["seconds"])
    if seconds < 0:
        raise ValueError(f"the clock cannot go back by `{-seconds}` seconds")
    world.offset += seconds
    return {"now": world.now()}


def set_capacity(world: World, body: dict) -> None:
    """`available` instances in the pools that the globs `market`, `type` and `zone` match; the newest word counts."""
    for key in body:
        if key not in ("market", "type", "zone", "available"):
            raise ValueError(f"unknown key `{key}` in a capacity, expected market, type, zone or available")
    world.capacity.insert(0, body | {"available": int(body["available"])})


def find(world: World, body: dict) -> Life:
    life = world.lives.get(body["instance"])
    if life is None:
        raise LookupError(f"no instance `{body['instance']}`")
    return life


def interrupt(world: World, body: dict) -> dict:
    """EC2 takes a spot instance back: notice now, end after `spot_notice_seconds`. Answers the event that EC2 sends."""
    life = find(world, body)
    instance = life.instance
    if instance.lifecycle != "spot":
        raise ValueError(f"instance `{instance.id}` is not a spot instance")
    life.spot_status = "marked-for-termination"
    life.spot_marked_at = world.datetime()
    life.reason = ("Server.SpotInstanceTermination", "Server.SpotInstanceTermination: Spot instance termination")
    life.transition = "Server.SpotInstanceTermination"
    end(world, life, after=world.settings.spot_notice_seconds)
    return {
        "source": "aws.ec2",
        "detail-type": "EC2 Spot Instance Interruption Warning",
        "resources": [f"arn:aws:ec2:{instance.placement.zone}:instance/{instance.id}"],
        "detail": {"instance-id": instance.id, "instance-action": "terminate"},
    }


def kill(world: World, body: dict) -> None:
    """Somebody or something else ends the instance, at once and without shutting down."""
    life = find(world, body)
    code = body.get("reason", "Server.InternalError")
    life.reason, life.transition = (code, f"{code}: Internal error on launch or at run time"), code
    end(world, life, at_once=True)


def schedule_event(world: World, body: dict) -> None:
    """A scheduled event (`instance-retirement`, `system-reboot`, …) as DescribeInstanceStatus shows it."""
    life = find(world, body)
    life.events.append(
        {
            "InstanceEventId": f"instance-event-{len(life.events):017x}",
            "Code": body.get("code", "instance-retirement"),
            "Description": "The instance is running on degraded hardware",
            "NotBefore": world.datetime() + timedelta(seconds=float(body.get("not_before_seconds", 3600))),
        }
    )


def show(life: Life) -> dict:
    """The truth about an instance, visible to EC2's callers or not."""
    instance = life.instance
    return {
        "id": instance.id,
        "region": instance.region_name,
        "state": instance.state,
        "zone": instance.placement.zone,
        "type": instance.instance_type,
        "market": "spot" if instance.lifecycle == "spot" else "on-demand",
        "subnet": instance.subnet_id,
        "client_token": instance.client_token,
        "private_ip": instance.private_ip,
        "tags": tags_of(instance),
        "user_data": instance.user_data.decode() if instance.user_data else None,
        "reason": life.reason[0] if life.ending_at is not None else None,
    }
