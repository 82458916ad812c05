"""What a run brought, and when it has brought enough."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Findings:
    """What a run brought."""

    items: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    requests: dict[str, int] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    spoilt: dict[str, int] = field(default_factory=dict)
    shown: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def requested(self) -> int:
        return sum(self.requests.values())


@dataclass(frozen=True)
class Enough:
    """When a torment may end: once all of this is reached."""

    seconds: float
    classes: int = 25
    kills: int = 3

    def is_reached(self, seconds: float, findings: Findings) -> bool:
        return (
            seconds >= self.seconds
            and sum(times > 0 for times in findings.shown.values()) >= self.classes
            and findings.kills.total() >= self.kills
        )
