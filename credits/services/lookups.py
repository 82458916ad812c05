"""What became of a contribution whose address a person gives: nothing is asked of any forge."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import User
from credits.models import Project
from credits.services.visibility import own_work, owner_of
from harvesters.models import Actor, Contribution, HarvestCursor, Participation, Repository

MOST_AT_ONE_ADDRESS = 20
MOST_PARTS = 12
LONGEST_ADDRESS = 2_000

_HASH = re.compile(r"[0-9a-f]{7,64}")
_BELOW = re.compile(r"/(files|commits|checks|diffs|changes|pipelines)$")
"""Pages below a change, from which people copy the address too."""


class Finding(StrEnum):
    """What is known of an address."""

    NO_ADDRESS = "no_address"
    UNKNOWN_REPOSITORY = "unknown_repository"
    NO_PROJECT = "no_project"
    NOT_READ = "not_read"
    NOT_YOURS = "not_yours"
    YOURS = "yours"


@dataclass(frozen=True, slots=True)
class Lookup:
    """What was found: ``own`` is the person's part in it, ``accounts`` are those of others."""

    finding: Finding
    repository: Repository | None = None
    project: Project | None = None
    cursor: HarvestCursor | None = None
    contribution: Contribution | None = None
    own: QuerySet[Participation] = field(default_factory=Participation.objects.none)
    accounts: tuple[Actor, ...] = ()


def look_up(address: str, user: User) -> Lookup:
    """Where the contribution at ``address`` stands for ``user``, and why it does not count."""
    page, fragment = _split(address)
    if not page:
        return Lookup(Finding.NO_ADDRESS)
    repository = _repository(page)
    if repository is None:
        return Lookup(Finding.UNKNOWN_REPOSITORY)
    project = owner_of(repository.pk)
    found = _contributions(repository, page, fragment)
    if not found:
        cursor = repository.cursors.order_by("-swept_at", "pk").first()
        finding = Finding.NO_PROJECT if project is None else Finding.NOT_READ
        return Lookup(finding, repository, project, cursor)
    parts = Participation.objects.filter(contribution__in=found, weight__gt=0)
    own = own_work(user).filter(pk__in=parts.values("pk")).order_by("pk")
    if own.exists():
        return Lookup(Finding.YOURS, repository, project, contribution=found[0], own=own)
    accounts = Actor.objects.filter(participations__in=parts).distinct()
    return Lookup(
        Finding.NOT_YOURS, repository, project, contribution=found[0], accounts=tuple(accounts)
    )


def _split(address: str) -> tuple[str, str]:
    """The page without scheme and query, and the place on it; empty if it is no web address."""
    address = address.strip()[:LONGEST_ADDRESS]
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
    except ValueError:
        return "", ""
    host = (parts.netloc.rpartition("@")[2]).lower().removeprefix("www.")
    path = parts.path.rstrip("/")
    is_page = parts.scheme in {"http", "https"} and "." in host and path.count("/") > 1
    is_page = is_page and "\0" not in address
    return (f"{host}{path}", parts.fragment) if is_page else ("", "")


def _repository(page: str) -> Repository | None:
    """The repository to which ``page`` belongs, also by a name that it had before."""
    host, *names = page.split("/")
    paths = ["/".join(names[:count]) for count in range(1, min(len(names), MOST_PARTS) + 1)]
    urls = [f"{scheme}://{host}/{path}".lower() for path in paths for scheme in ("https", "http")]
    known = Repository.objects.annotate(address=Lower("url"))
    found = known.filter(Q(address__in=urls) | Q(host=host, paths__path__in=paths)).distinct()
    # A GitLab group holds repositories below its own name: the longest address is the nearest.
    return max(found, key=lambda repository: (len(repository.path), -repository.pk), default=None)


def _contributions(repository: Repository, page: str, fragment: str) -> list[Contribution]:
    """What was read at this address; of a page with several places, the place if it is one."""
    inside = Contribution.objects.filter(repository=repository).select_related("repository")
    last = page.rpartition("/")[2].lower()
    if _HASH.fullmatch(last):
        commits = inside.filter(kind=Contribution.Kind.COMMIT, external_id__startswith=last)
        if found := list(commits[:MOST_AT_ONE_ADDRESS]):
            return found
    pages = {page, _BELOW.sub("", page)}
    for place in [f"#{fragment}", ""] if fragment else [""]:
        urls = [f"{scheme}://{each}{place}" for each in pages for scheme in ("https", "http")]
        if found := list(inside.filter(url__in=urls).order_by("pk")[:MOST_AT_ONE_ADDRESS]):
            return found
    return []
