"""Faults that a test asks for: which call meets one, when, and what the caller sees of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase

from .errors import Ec2Error

# Judged after a replay by ClientToken has been answered and after DryRun: a replay needs no capacity.
CAPACITY = {
    "InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientCapacity", "UnfulfillableCapacity", "Unsupported",
    "SpotMaxPriceTooLow", "MaxSpotInstanceCountExceeded", "VcpuLimitExceeded", "InstanceLimitExceeded",
    "InsufficientFreeAddressesInSubnet",
}  # fmt: skip
# Judged at the door, replays and dry runs included.
ADMISSION = {"RequestLimitExceeded", "Throttling", "ThrottlingException", "UnauthorizedOperation", "AuthFailure", "OptInRequired"}

ANSWERS = ("error", "hang", "drop")
MATCHES = ("market", "type", "zone", "subnet", "instance")


@dataclass
class Fault:
    """`code` is what EC2 answers. With `effect`, the call is carried out first and only its answer is spoilt.

    `answer`: `error` sends the code; `hang` sends nothing for `hang_seconds` and then closes; `drop` closes at once.
    `count`: so many hits, then over; without it, until cleared. `every`: each n-th matching call, the first included.
    `per_second` with `burst`: a token bucket, calls beyond it fail. `match`: glob patterns by market (`spot`,
    `on-demand`), type, zone, subnet, or instance for calls that name instances.
    """

    id: int
    code: str = "InternalError"
    message: str | None = None
    status: int | None = None
    action: str = "RunInstances"
    match: dict[str, str] = field(default_factory=dict)
    answer: str = "error"
    effect: bool = False
    count: int | None = None
    every: int = 1
    per_second: float | None = None
    burst: int = 1
    hang_seconds: float = 60.0
    hits: int = 0
    seen: int = 0
    tokens: float = -1.0
    filled_at: float = 0.0

    @property
    def stage(self) -> str:
        if self.answer != "error" or self.effect or self.code in ADMISSION:
            return "admission"
        if self.code in CAPACITY:
            return "capacity"
        status = Ec2Error(self.code, status=self.status).status
        return "admission" if status >= 500 else "validation"

    def fits(self, action: str, scope: dict[str, list[str]]) -> bool:
        if not fnmatchcase(action, self.action):
            return False
        return all(any(fnmatchcase(value, pattern) for value in scope.get(key, [])) for key, pattern in self.match.items())

    def strikes(self, now: float) -> bool:
        """Whether the matching call at hand is hit; counts it."""
        if self.count is not None and self.hits >= self.count:
            return False
        self.seen += 1
        if (self.seen - 1) % self.every:
            return False
        if self.per_second is not None and self._admits(now):
            return False
        self.hits += 1
        return True

    def _admits(self, now: float) -> bool:
        if self.tokens < 0:
            self.tokens, self.filled_at = float(self.burst), now
        self.tokens = min(float(self.burst), self.tokens + (now - self.filled_at) * self.per_second)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def error(self) -> Ec2Error:
        return Ec2Error(self.code, self.message, self.status)


@dataclass
class FaultBook:
    faults: list[Fault] = field(default_factory=list)
    next_id: int = 1

    def add(self, wanted: dict) -> Fault:
        fixed = {"id", "hits", "seen", "tokens", "filled_at"}
        known = set(Fault.__dataclass_fields__) - fixed
        for key in wanted:
            if key not in known:
                raise ValueError(f"unknown key `{key}` in a fault, expected one of {', '.join(sorted(known))}")
        for key in wanted.get("match", {}):
            if key not in MATCHES:
                raise ValueError(f"unknown key `{key}` in `match`, expected one of {', '.join(MATCHES)}")
        if wanted.get("answer", "error") not in ANSWERS:
            raise ValueError(f"unknown answer `{wanted['answer']}`, expected one of {', '.join(ANSWERS)}")
        fault = Fault(id=self.next_id, **wanted)
        self.next_id += 1
        self.faults.append(fault)
        return fault

    def clear(self, fault_id: int | None = None) -> None:
        self.faults = [fault for fault in self.faults if fault_id is not None and fault.id != fault_id]

    def pick(self, stage: str, action: str, scope: dict[str, list[str]], now: float) -> Fault | None:
        for fault in self.faults:
            if fault.stage == stage and fault.fits(action, scope) and fault.strikes(now):
                return fault
        return None

    def listing(self) -> list[dict]:
        return [asdict(fault) | {"stage": fault.stage} for fault in self.faults]
