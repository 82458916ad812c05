"""Real histories in, the same shape under invented names out.

What stays: order and time of day, sizes for every path, merges, who worked with whom, how often.
What goes: every person, address, number, commit id, subject, and every word that names a project.
"""

import hmac
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from tests.sample.words import Names

Row = Mapping[str, Any]

HOST = "forge.example"
OWNER = "example-lab"
PROJECTS = {
    "huggingface__peft": "vision-toolkit",
    "huggingface__accelerate": "open-trainer",
    "karpathy__nanoGPT": "pocket-lm",
    "openai__whisper": "speech-lab",
}
_RENAMED_WORDS = (
    (re.compile(r"peft|(?<![a-z])pet(?![a-z])", re.IGNORECASE), "vision_toolkit"),
    (re.compile(r"accelerate", re.IGNORECASE), "open_trainer"),
    (re.compile(r"whisper", re.IGNORECASE), "speech_lab"),
    (re.compile(r"nano_?gpt", re.IGNORECASE), "pocket_lm"),
    (re.compile(r"hugging_?face|openai|karpathy", re.IGNORECASE), "example_lab"),
)
_RENAME_IN_BRACES = re.compile(r"\{(?P<old>[^{}]*) => (?P<new>[^{}]*)\}")
_ASSISTANTS = re.compile(r"claude|copilot|devin|cursor|gemini|codex", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cast:
    """A demonstration person's forge account."""

    host: str
    external_id: str
    login: str


def address_key(address: str) -> str:
    """Key a git author by the hash of the address, as the git adapter does."""
    return "email:" + sha256(address.lower().encode()).hexdigest()


LI = Cast(HOST, "2310412", "liming-dev")
LI_BY_MAIL = Cast("git", address_key("li.ming@stu.university.example"), "Li Ming")
WU = Cast(HOST, "2310577", "wu-tong")
HE = Cast(HOST, "2290316", "he-fan-lab")
CHEN = Cast(HOST, "1004201", "chen-maintains")
WANG = Cast(HOST, "1007733", "prof-wang")


class Disguise:
    """Replaces whoever and whatever could be looked up, always the same way in one run."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.dice = random.Random(secret)
        self._names = Names(self.dice)
        self._actors: dict[str, Cast] = {}
        self._assistants: dict[str, str] = {}
        self._ids: set[str] = set()

    def play(self, person: str, part: Cast) -> None:
        """Give ``person`` the part of somebody of the demonstration."""
        self._actors[person] = part

    def actor(self, person: str) -> Cast:
        """Invent an account for ``person``; a bot stays a bot."""
        if person not in self._actors:
            login = self._names.new()
            login = f"{login.rsplit('-', 1)[0]}[bot]" if is_bot(person) else login
            self._actors[person] = Cast(HOST, self._new_id(), login)
        return self._actors[person]

    def stranger(self) -> Cast:
        """Invent an account that nobody in the histories had."""
        return Cast(HOST, self._new_id(), self._names.new())

    def assistant(self, name: str) -> str:
        """Invent the name of a coding assistant."""
        family = name.split(" ", maxsplit=1)[0]
        invented = ("Quill Assistant", "Loom Code", "Patchwright", "Inkling")
        return self._assistants.setdefault(family, invented[len(self._assistants) % len(invented)])

    def sha(self, real: str) -> str:
        """Give a commit an id that leads nowhere."""
        return hmac.new(self._secret, real.encode(), sha256).hexdigest()[:40]

    def _new_id(self) -> str:
        while (chosen := str(self.dice.randrange(3_000_000, 9_999_999))) in self._ids:
            pass
        self._ids.add(chosen)
        return chosen


@dataclass(slots=True)
class Numbers:
    """New pull request and issue numbers, in the old order."""

    by_old: dict[int, int] = field(default_factory=dict)
    next: int = 1

    @classmethod
    def over(cls, rows: Iterable[Row], dice: random.Random) -> "Numbers":
        """Count every number that ``rows`` name anew, with a gap here and there."""
        old = sorted({number for row in rows for number in (*row["pull_requests"], *row["closes"])})
        numbers = cls()
        for number in old:
            numbers.next += dice.choice((0, 0, 1, 2))
            numbers.by_old[number] = numbers.take()
        return numbers

    def take(self) -> int:
        """Use up the next number."""
        self.next += 1
        return self.next - 1


def is_bot(person: str) -> bool:
    """Tell a bot by the mark that forges give it."""
    return person.endswith("[bot]")


def is_assistant(person: str) -> bool:
    """Tell a coding assistant by its name."""
    return bool(_ASSISTANTS.search(person))


def disguised_path(path: str) -> str:
    """Take the names of projects out of ``path``; of a rename keep where it went."""
    path = _RENAME_IN_BRACES.sub(lambda found: found["new"], path).replace("//", "/")
    path = path.rsplit(" => ", 1)[-1]
    for pattern, invented in _RENAMED_WORDS:
        path = pattern.sub(invented, path)
    return path


def moment(row: Row) -> datetime:
    """When ``row`` came into the history, in UTC."""
    return datetime.fromisoformat(row["committer"]["date"]).astimezone(UTC)


def casting(histories: Mapping[str, list[Row]]) -> dict[str, Cast]:
    """Choose who plays whom: the busiest of the last 18 months, old hands and newcomers apart."""
    recent: dict[str, int] = {}
    first: dict[str, int] = {}
    for rows in histories.values():
        end = max(map(moment, rows))
        for row in rows:
            person, age = row["author"]["name"], (end - moment(row)).days
            first[person] = max(first.get(person, 0), age)
            recent[person] = recent.get(person, 0) + (age < 540)
    busiest = sorted((name for name in recent if not is_bot(name)), key=lambda name: -recent[name])
    newcomers = [name for name in busiest if first[name] < 700]
    veterans = [name for name in busiest if first[name] >= 700]
    parts = ((newcomers, (LI, LI_BY_MAIL, WU, HE)), (veterans, (CHEN, WANG)))
    return {name: part for names, cast in parts for name, part in zip(names, cast, strict=False)}
