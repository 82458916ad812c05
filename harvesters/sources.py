"""From ``scheme:address`` to a forge that can be harvested; one line a forge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from github.Auth import Auth

from harvesters.forge import Forge, ForgeError, RepositoryRecord, Transport
from harvesters.forges.git import Git
from harvesters.forges.gitea import Gitea
from harvesters.forges.gitee import GitCode, Gitee
from harvesters.forges.github import GitHub
from harvesters.forges.gitlab import GitLab
from harvesters.forges.huggingface import HuggingFace
from harvesters.forges.jsonl import JsonLines
from harvesters.history import GitTransport
from harvesters.models import HarvestCursor
from harvesters.shared_budget import SharedBudget
from harvesters.transports.addresses import Reach
from harvesters.transports.budgeted import BudgetedTransport
from harvesters.transports.git import open_clone, open_git
from harvesters.transports.github import GitHubApi
from harvesters.transports.github_app import open_installation
from harvesters.transports.lines import LineFile
from harvesters.transports.rest import RestApi


class UnknownSourceError(ForgeError):
    """The source is not written as ``scheme:address`` with a scheme we know."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a kind of source is written, and how it is opened: (address, now) -> (forge, path)."""

    example: str
    open: Callable[[str, datetime], tuple[Forge, str]]


def _open_jsonl(address: str, _now: datetime) -> tuple[Forge, str]:
    return JsonLines(LineFile(Path(address))), address


def _open_git(address: str, now: datetime) -> tuple[Forge, str]:
    git = open_git(address, settings.HOME, settings.FORGE_REACH)
    return Git(git, now, HarvestCursor.objects.kinds_of_forges()), address


def _open_github(address: str, now: datetime) -> tuple[Forge, str]:
    reach = settings.FORGE_REACH.with_own(settings.GITHUB_URL)
    token, account = _github_account(reach)
    api = GitHubApi(settings.GITHUB_URL, token, timezone.now, reach=reach)

    def clone(repository: RepositoryRecord) -> GitTransport:
        place = f"{_web_of(settings.GITHUB_URL)}/{repository.path}.git"
        number = f"{repository.host}/{repository.external_id}"
        return open_clone(place, settings.HOME, number, reach, partial(_secret_of, token))

    return GitHub(_budgeted(api, settings.GITHUB_URL, account), now, clone), address


def _secret_of(token: str | Auth) -> str:
    """The token itself; an app's is fetched where it ended."""
    return token.token if isinstance(token, Auth) else token.strip()


def _web_of(base_url: str) -> str:
    """Where people, and git, find what is at the API ``base_url``."""
    parts = urlsplit(base_url.rstrip("/").removesuffix("/api/v3"))
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}{parts.path}"


def _github_account(reach: Reach) -> tuple[str | Auth, str]:
    """By what GitHub knows us, an app before a person, and whose budget that is."""
    if not settings.GITHUB_APP_ID:
        return settings.GITHUB_TOKEN, settings.GITHUB_TOKEN
    installation = open_installation(
        settings.GITHUB_URL,
        settings.GITHUB_APP_ID,
        Path(settings.GITHUB_APP_KEY_FILE),
        settings.GITHUB_INSTALLATION_ID,
        timezone.now,
        reach,
    )
    return installation, f"installation {settings.GITHUB_INSTALLATION_ID}"


def _open_gitea(address: str, now: datetime) -> tuple[Forge, str]:
    """``HOST/OWNER/NAME``; a token is told to no other host than its own."""
    named, _, path = address.partition("/")
    host = named.lower()
    own = settings.GITEA_URL.get(host) or settings.GITEA_URL.get("")
    token = settings.GITEA_TOKEN.get(host) or settings.GITEA_TOKEN.get("", "")
    base = own or f"https://{host}/api/v1"
    reach = settings.FORGE_REACH.with_own(own) if own else settings.FORGE_REACH
    api = RestApi(base, token, timezone.now, auth="token {token}", name=host, reach=reach)
    return Gitea(_budgeted(api, base, token), host, now), path


def _open_gitee(address: str, now: datetime) -> tuple[Forge, str]:
    api = _rest("Gitee", settings.GITEE_URL, settings.GITEE_TOKEN)
    return Gitee(api, _host_of(settings.GITEE_URL), now), address


def _open_gitcode(address: str, now: datetime) -> tuple[Forge, str]:
    api = _rest("GitCode", settings.GITCODE_URL, settings.GITCODE_TOKEN)
    return GitCode(api, _host_of(settings.GITCODE_URL), now), address


def _open_gitlab(address: str, now: datetime) -> tuple[Forge, str]:
    """``GROUP/NAME``; GraphQL stands beside version 4 of the REST API, where that is what it is."""
    base, token = settings.GITLAB_URL.rstrip("/"), settings.GITLAB_TOKEN
    above = base.removesuffix("/v4")
    graphql = _rest("GitLab", above, token) if above != base else None
    return GitLab(_rest("GitLab", base, token), now, graphql), address


def _open_huggingface(address: str, now: datetime) -> tuple[Forge, str]:
    """``[KIND/]OWNER/NAME``; the Hub's address may be given with or without ``/api``."""
    base = settings.HUGGINGFACE_URL.rstrip("/").removesuffix("/api") + "/api"
    api = _rest("Hugging Face", base, settings.HUGGINGFACE_TOKEN)
    files = _rest("Hugging Face", base.removesuffix("/api"), settings.HUGGINGFACE_TOKEN)
    return HuggingFace(api, _host_of(base), now, files), address


def _rest(name: str, base_url: str, token: str) -> Transport:
    """A REST API that reads our token from the header, never from the address."""
    reach = settings.FORGE_REACH.with_own(base_url)
    api = RestApi(base_url, token, timezone.now, name=name, reach=reach)
    return _budgeted(api, base_url, token)


def _host_of(base_url: str) -> str:
    """The host that people see: accounts of ``api.gitcode.com`` are GitCode's."""
    return (urlsplit(base_url).hostname or "").removeprefix("api.")


def _budgeted(transport: Transport, base_url: str, token: str) -> Transport:
    """``transport`` within what ``token`` may ask, which all workers share."""
    book = SharedBudget(urlsplit(base_url).netloc, token.strip())
    return BudgetedTransport(transport, book, timezone.now)


SCHEMES: Mapping[str, Scheme] = {
    "git": Scheme("PATH-or-URL", _open_git),
    "gitcode": Scheme("OWNER/NAME", _open_gitcode),
    "gitea": Scheme("HOST/OWNER/NAME", _open_gitea),
    "gitee": Scheme("OWNER/NAME", _open_gitee),
    "github": Scheme("OWNER/NAME", _open_github),
    "gitlab": Scheme("GROUP/NAME", _open_gitlab),
    "huggingface": Scheme("[KIND/]OWNER/NAME", _open_huggingface),
    "jsonl": Scheme("FILE", _open_jsonl),
}


def asked_in_parts(source: str) -> bool:
    """Whether what ``source`` tells takes many requests, until a page of it can be stored."""
    return source.partition(":")[0] not in {"git", "github", "jsonl"}


def open_forge(source: str, *, now: datetime) -> tuple[Forge, str]:
    """The forge that ``source`` names, ready to ask, and the path to ask it for.

    Raises:
        UnknownSourceError: with the schemes that exist.
    """
    name, _, address = source.partition(":")
    scheme = SCHEMES.get(name)
    if scheme is None or not address:
        known = ", ".join(f"{key}:{one.example}" for key, one in SCHEMES.items())
        raise UnknownSourceError(f"'{source}' is no source we can read. Write one of: {known}")
    return scheme.open(address, now)
