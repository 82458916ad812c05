"""Who stands behind a name and an address in a commit.

A noreply address of a forge holds the account's number, so it names the account itself; any
other address can only be proved by whoever reads mail there.
"""

import hashlib
import re
from collections.abc import Iterable

from harvesters.forge import ActorRecord
from harvesters.gitlog import Trailer

GIT_HOST = "git"

_NUMBERED = {
    "github.com": re.compile(r"(\d+)\+([^@]+)@users\.noreply\.github\.com"),
    "gitlab.com": re.compile(r"(\d+)-([^@]+)@users\.noreply\.gitlab\.com"),
    "gitee.com": re.compile(r"(\d+)\+([^@]+)@user\.noreply\.gitee\.com"),
}
_BOT = re.compile(r"\[bot\]|(^|[-_ ])bot$|^dependabot|^renovate|^pre-commit-ci", re.IGNORECASE)
_AI = re.compile(
    r"\b(copilot|claude|cursor|codex|chatgpt|gpt-\d|gemini|devin|aider|qwen|deepseek|windsurf"
    r"|jules|kimi|trae|tongyi|codebuddy)\b",
    re.IGNORECASE,
)
_AI_TRAILERS = frozenset({"co-authored-by", "assisted-by", "generated-by"})


def actor_of(name: str, email: str) -> ActorRecord:
    """Who wrote: the forge account whose number the address holds, else the address's hash."""
    for host, pattern in _NUMBERED.items():
        if match := pattern.fullmatch(email):
            login = match[2]
            return ActorRecord(host, match[1], login, is_bot=is_bot(login, email))
    shown = name or "unknown"
    if "@" in email:
        key = "email:" + hashlib.sha256(email.lower().encode("utf-8", "replace")).hexdigest()
    else:
        key = "name:" + hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()
    return ActorRecord(GIT_HOST, key, shown, is_bot=is_bot(shown, email))


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
