"""Forges on loopback whose repository may keep its own rules, opened as a source opens them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from harvesters.models import HarvestCursor
from harvesters.services.harvesting import HarvestReport, harvest_source, register_source
from harvesters.services.leasing import lease_source
from harvesters.sources import open_forge
from tests import (
    gitea_items,
    gitea_world,
    gitee_world,
    gitlab_items,
    gitlab_world,
    huggingface_world,
)
from tests.gitea_described import Account
from tests.kept_files import OWN_RULES
from tests.simulator import ForgeSimulator

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Ruled:
    """One forge: the world it plays, and how a site is told where it is.

    ``push`` brings the world a commit that was made at a time. ``asks_for`` is what the address
    of the file has in it; ``idle`` is what a sweep takes in which nothing is new, and ``news``
    brings something that is no push.
    """

    name: str
    source: str
    world: Callable[[], Any]
    address: Callable[[str], tuple[str, Any]]
    push: Callable[[Any, datetime], None]
    news: Callable[[Any, datetime], None]
    asks_for: str
    idle: int


@dataclass
class Playing:
    """A forge that is played, at its own time."""

    ruled: Ruled
    simulator: ForgeSimulator
    now: datetime = NOW

    @property
    def world(self) -> Any:
        return self.simulator.world

    @property
    def asked(self) -> list[str]:
        """The requests for the file."""
        paths = [request.path for request in self.simulator.requests]
        return [path for path in paths if self.ruled.asks_for in path]

    def push(self, text: bytes | None) -> None:
        """A commit to the default branch, after which the file says this, or is gone."""
        self.now += timedelta(hours=1)
        self.world.files.pop(OWN_RULES, None)
        if text is not None:
            self.world.files[OWN_RULES] = text
        self.ruled.push(self.world, self.now)

    def news(self) -> None:
        """Something else happens."""
        self.now += timedelta(hours=1)
        self.ruled.news(self.world, self.now)

    def harvest(self, **told: Any) -> HarvestReport:
        """One sweep, an hour later."""
        self.now += timedelta(hours=1)
        cursor = HarvestCursor.objects.first()
        if cursor is None:
            forge, path = open_forge(self.ruled.source, now=self.now)
            found = forge.find_repository(path)
            cursor = register_source(self.ruled.source, found, now=self.now)
        leased = lease_source(cursor, now=self.now)
        return harvest_source(leased, clock=lambda: self.now, **told)


@contextmanager
def playing(ruled: Ruled, settings: Any) -> Iterator[Playing]:
    """``ruled`` is played, and the site knows where."""
    with ForgeSimulator(ruled.world()).serving() as simulator:
        played = Playing(ruled, simulator)
        simulator.clock = lambda: played.now
        name, value = ruled.address(simulator.url)
        setattr(settings, name, value)
        yield played


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _gitlab() -> gitlab_world.GitLabWorld:
    li, wu = gitlab_items.Account(101, "liming"), gitlab_items.Account(102, "wu")
    return gitlab_world.GitLabWorld(
        [gitlab_items.Change(1, li, wu)], releases=[gitlab_items.Release("v1", li)]
    )


def _pushed_to_gitlab(world: gitlab_world.GitLabWorld, at: datetime) -> None:
    world.active = _text(at)


def _new_in_gitlab(world: gitlab_world.GitLabWorld, at: datetime) -> None:
    wu = gitlab_items.Account(102, "wu")
    number = len(world.issues) + 1
    world.issues.append(gitlab_items.Issue(number, wu, updated=_text(at)))


def _gitea() -> gitea_world.GiteaWorld:
    li, wu = Account(101, "liming"), Account(102, "wu")
    return gitea_world.GiteaWorld([gitea_items.Pull(1, li, wu)])


def _pushed_to_gitea(world: gitea_world.GiteaWorld, at: datetime) -> None:
    world.updated = _text(at)


def _new_in_gitea(world: gitea_world.GiteaWorld, at: datetime) -> None:
    number = len(world.issues) + 100
    issue = gitea_items.Issue(number, Account(102, "wu"), updated=_text(at))
    world.issues.append(issue)


def _gitee() -> gitee_world.GiteeWorld:
    li, wu = gitee_world.account(101, "liming"), gitee_world.account(102, "wu")
    return gitee_world.GiteeWorld([gitee_world.Pull(1, li, wu)])


def _pushed_to_gitee(world: gitee_world.GiteeWorld, at: datetime) -> None:
    world.pushed = _text(at)


def _new_in_gitee(world: gitee_world.GiteeWorld, at: datetime) -> None:
    number, wu = len(world.issues) + 1, gitee_world.account(102, "wu")
    world.issues.append(gitee_world.issue(number, wu, updated_at=_text(at)))


def _hub(kind: str) -> Callable[[], huggingface_world.HuggingFaceWorld]:
    li = huggingface_world.account(101, "li")
    said = huggingface_world.Discussion(1, li, "open", is_pull_request=False)

    def world() -> huggingface_world.HuggingFaceWorld:
        return huggingface_world.HuggingFaceWorld([huggingface_world.commit(1, li)], [said], kind)

    return world


def _pushed_to_hub(world: huggingface_world.HuggingFaceWorld, _: datetime) -> None:
    li = huggingface_world.account(101, "li")
    world.commits.append(huggingface_world.commit(len(world.commits) + 1, li))


def _new_on_hub(world: huggingface_world.HuggingFaceWorld, _: datetime) -> None:
    number, li = len(world.discussions) + 1, huggingface_world.account(101, "li")
    told = huggingface_world.Discussion(number, li, "open", is_pull_request=False)
    world.discussions.append(told)


def _hugging_face(kind: str) -> Ruled:
    return Ruled(
        f"huggingface-{kind}",
        f"huggingface:{kind}/lab/vision",
        _hub(kind),
        lambda url: ("HUGGINGFACE_URL", url),
        _pushed_to_hub,
        _new_on_hub,
        "/resolve/",
        2,
    )


RULED: Sequence[Ruled] = (
    Ruled(
        "gitlab",
        "gitlab:lab/vision",
        _gitlab,
        lambda url: ("GITLAB_URL", f"{url}/api/v4"),
        _pushed_to_gitlab,
        _new_in_gitlab,
        "/repository/files/",
        1,
    ),
    Ruled(
        "gitea",
        f"gitea:{gitea_items.HOST}/lab/vision",
        _gitea,
        lambda url: ("GITEA_URL", {gitea_items.HOST: url}),
        _pushed_to_gitea,
        _new_in_gitea,
        "/contents/",
        2,
    ),
    Ruled(
        "gitee",
        "gitee:lab/vision",
        _gitee,
        lambda url: ("GITEE_URL", url),
        _pushed_to_gitee,
        _new_in_gitee,
        "/contents/",
        4 + 4,
    ),
    Ruled(
        "gitcode",
        "gitcode:lab/vision",
        _gitee,
        lambda url: ("GITCODE_URL", url),
        _pushed_to_gitee,
        _new_in_gitee,
        "/contents/",
        4 + 4,
    ),
    *map(_hugging_face, ("models", "datasets", "spaces")),
)
"""Gitee and GitCode list their latest change once more, and read it again."""
