"""Instances over time: pending, running, shutting-down, terminated."""

from __future__ import annotations

import math
from typing import Any

from moto.ec2.models.instances import InstanceState, StateReason

from .world import Life, World

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}


def begin(world: World, instance: Any) -> Life:
    now = world.now()
    life = Life(instance, running_at=now + world.settings.pending_seconds, visible_at=now + world.settings.invisible_seconds)
    instance._state = InstanceState("pending", CODES["pending"])
    instance.launch_time = world.datetime()
    world.lives[instance.id] = life
    return life


def end(world: World, life: Life, after: float = 0.0, at_once: bool = False) -> None:
    """Shutting down from `after` seconds on. An earlier end stands."""
    starts = world.now() + after
    ends = starts + (0 if at_once else world.settings.shutting_down_seconds)
    life.ending_at = min(starts, math.inf if life.ending_at is None else life.ending_at)
    life.ended_at = min(ends, math.inf if life.ended_at is None else life.ended_at)


def settle(world: World) -> None:
    """Bring every instance to the state that its times say."""
    now = world.now()
    for life in world.lives.values():
        instance, state = life.instance, life.instance.state
        if state == "terminated":
            continue
        if life.ended_at is not None and now >= life.ended_at:
            # moto frees addresses and volumes here, and writes reasons of its own.
            instance.terminate()
            _explain(life)
        elif life.ending_at is not None and now >= life.ending_at:
            instance._state = InstanceState("shutting-down", CODES["shutting-down"])
            _explain(life)
        elif state == "pending" and now >= life.running_at:
            instance._state = InstanceState("running", CODES["running"])


def _explain(life: Life) -> None:
    code, message = life.reason
    life.instance.state_reason = StateReason(message, code)
    life.instance._reason = life.transition
