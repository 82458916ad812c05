"""Who stands behind a name and an address in a commit.

A noreply address of a forge holds the account's number, so it names the account itself; any
other address can only be proved by whoever reads mail there. An address that holds a login and no
number (``li@users.noreply.github.com``, as GitHub gave until July 2017; all of Codeberg's, of
older Giteas' and of Hugging Face's) names nobody: a login that was given up is free for the next
one, who would earn what the first one did.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping

from harvesters.forge import ActorRecord
from harvesters.gitlog import Trailer

GIT_HOST = "git"
GHOST = "0"
"""The id of everybody who deleted an account: shown, counted, never claimed."""

_NUMBERED = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "gitee.com": "gitee",
    "gitea.com": "gitea",
}
_FORMS = {
    "github": ("+", "users.noreply."),
    "gitlab": ("-", "users.noreply."),
    "gitee": ("+", "user.noreply."),
    "gitea": ("+", "noreply."),
}
"""What stands between number and login, and before the host; of Gitea since 2026."""

_ADDRESS = re.compile(
    r"([1-9][0-9]{0,18})([+-])([^@]+)@(users?\.noreply\.|noreply\.)([^@]+)",
    re.ASCII | re.IGNORECASE,
)
_NOREPLY = re.compile(r"@([^@]+\.)?no-?reply\.|^([^@+]*[._-])?no-?reply@", re.IGNORECASE)
_BOT = re.compile(r"\[bot\]|(^|[-_ ])bot$|^dependabot|^renovate|^pre-commit-ci", re.IGNORECASE)
_AI = re.compile(
    r"\b(copilot|claude|cursor|codex|chatgpt|gpt-\d|gemini|devin|aider|qwen|deepseek|windsurf"
    r"|jules|kimi|trae|tongyi|codebuddy)\b",
    re.IGNORECASE,
)
_AI_TRAILERS = frozenset({"co-authored-by", "assisted-by", "generated-by"})


def actor_of(name: str, email: str, forges: Mapping[str, str] | None = None) -> ActorRecord:
    """Who wrote: the forge account whose number the address holds, else the address's hash.

    ``forges`` says of further hosts which kind of forge each is: ``{"git.lab.example":
    "gitlab"}``. Without that word ``12-li`` may be a number and a login, or a login.
    """
    if match := _ADDRESS.fullmatch(email):
        number, sign, login, before, host = match.groups()
        host = host.lower()
        kind = _NUMBERED.get(host) or (forges or {}).get(host, "")
        if _FORMS.get(kind) == (sign, before.lower()):
            return ActorRecord(host, number, login, is_bot=is_bot(login, email))
    shown = name or "unknown"
    if "@" in email:
        key = "email:" + hashlib.sha256(email.lower().encode("utf-8", "replace")).hexdigest()
    else:
        key = "name:" + hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()
    return ActorRecord(GIT_HOST, key, shown, is_bot=is_bot(shown, email))


def is_noreply(address: str) -> bool:
    """Whether nobody reads mail at ``address``, so that a confirmation of it proves nothing."""
    return _NOREPLY.search(address) is not None


def is_provable(host: str, external_id: str) -> bool:
    """Whether anybody can prove to own an actor: not those who are gone, nor a bare name."""
    return external_id != GHOST and not (host == GIT_HOST and external_id.startswith("name:"))


def is_bot(name: str, email: str = "") -> bool:
    """Whether the name is a program's: a bot's, or an assistant's at an address nobody reads."""
    is_agent = bool(_AI.search(name)) and "noreply" in email.lower()
    return bool(_BOT.search(name)) or is_agent


def ai_assistance(trailers: Iterable[Trailer]) -> list[str]:
    """The AI tools whose help ``trailers`` declare."""
    return sorted(
        {
            trailer.name
            for trailer in trailers
            if trailer.kind in _AI_TRAILERS and _AI.search(f"{trailer.name} {trailer.email}")
        }
    )
