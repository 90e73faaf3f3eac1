"""Everything that the emulator remembers beside moto: clock, settings, lives of instances, tokens, faults, calls."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from typing import Any

from .faults import FaultBook


@dataclass
class Settings:
    """All in seconds. A test that wants a state to last sets a long time and moves the clock with `advance`."""

    pending_seconds: float = 0.0
    shutting_down_seconds: float = 0.0
    # How long a new instance cannot be seen nor named by anybody: EC2 is eventually consistent.
    invisible_seconds: float = 0.0
    # Terminated instances stay visible for about an hour.
    remember_terminated_seconds: float = 3600.0
    # Between a spot interruption notice and the end of the instance.
    spot_notice_seconds: float = 120.0
    # EC2 may return fewer results than asked for; clients must follow the token all the same.
    page_size: int | None = None
    # What a ClientToken whose instances are all terminated answers: those instances (true), or the error
    # IdempotentInstanceTerminated (false). Both are documented; once they are forgotten it is always the error.
    replay_terminated: bool = True

    def change(self, wanted: dict) -> None:
        known = {f.name for f in fields(self)}
        for key, value in wanted.items():
            if key not in known:
                raise ValueError(f"unknown setting `{key}`, expected one of {', '.join(sorted(known))}")
            setattr(self, key, value)


@dataclass
class Life:
    """When one instance changes state, in emulator time."""

    instance: Any
    running_at: float
    visible_at: float
    ending_at: float | None = None
    ended_at: float | None = None
    # (code, message) of StateReason, and StateTransitionReason.
    reason: tuple[str, str] = ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown")
    transition: str = "User initiated"
    spot_status: str = "fulfilled"
    spot_marked_at: Any = None
    events: list[dict] = field(default_factory=list)


@dataclass
class Launch:
    """What a ClientToken stands for."""

    fingerprint: str
    reservation: Any


class World:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.released = threading.Event()
        self.reset()

    def reset(self) -> None:
        # Calls that hang are let go.
        self.released.set()
        self.released = threading.Event()
        self.settings = Settings()
        self.offset = 0.0
        self.lives: dict[str, Life] = {}
        self.launches: dict[tuple[str, str], Launch] = {}
        self.faults = FaultBook()
        self.capacity: list[dict] = []
        self.calls: list[dict] = []

    def now(self) -> float:
        return time.time() + self.offset

    def datetime(self) -> datetime:
        # Naive UTC, as moto keeps its times.
        return datetime.fromtimestamp(self.now(), tz=timezone.utc).replace(tzinfo=None)

    def visible(self, instance_id: str) -> bool:
        """Whether EC2 would show it: not too new, not long gone."""
        life = self.lives.get(instance_id)
        if life is None:
            return False
        now = self.now()
        forgotten = life.ended_at is not None and now >= life.ended_at + self.settings.remember_terminated_seconds
        return now >= life.visible_at and not forgotten

    def forgotten(self, instance_id: str) -> bool:
        life = self.lives[instance_id]
        return life.ended_at is not None and self.now() >= life.ended_at + self.settings.remember_terminated_seconds

    def describe_settings(self) -> dict:
        return asdict(self.settings) | {"now": self.now()}
