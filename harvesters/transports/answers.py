"""What the status and the headers of an answer mean: one reading for every forge.

Limits are told in many ways: ``Retry-After`` as seconds or as a date (RFC 9110, section 10.2.3),
``X-RateLimit-*`` (GitHub, Gitee, Gitea), ``RateLimit-*`` (GitLab), ``RateLimit: "api";r=0;t=55``
(Hugging Face). None is believed beyond `LONGEST_WAIT`: a wrong clock must not stop a harvest.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from harvesters.budget import Budget
from harvesters.forge import (
    ForgeAnswerError,
    ForgeOverloadedError,
    ForgeRefusedError,
    RateLimitError,
    SourceNotFoundError,
)

Headers = Mapping[str, str]
"""Header values by lower-case name."""

SHORTEST_WAIT = timedelta(seconds=1)
USUAL_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=65)
LARGEST_SKEW = timedelta(days=1)

_GONE = frozenset({404, 410, 451})
_LIMIT_WORDS = re.compile(r"rate.?limit|abuse|too many requests", re.IGNORECASE)
_POLICY = re.compile(r";\s*r=(\d+)\s*;\s*t=(\d+)")
_QUOTA = re.compile(r";\s*q=(\d{1,9})\b")
_COUNT = re.compile(r"\s*(\d{1,9})\b")
_PREFIXES = ("x-ratelimit", "ratelimit")


def check_answer(status: int, headers: Headers, said: str, *, now: datetime, what: str) -> None:
    """Let a good answer pass and name any other; ``what`` was asked, ``said`` its body's words.

    Raises:
        SourceNotFoundError, RateLimitError, ForgeRefusedError, ForgeOverloadedError,
        ForgeAnswerError: as `harvesters.forge.Transport` says.
    """
    if status < 300 or status == 304:  # noqa: PLR2004 - success, and "not modified"
        return
    if status in _GONE:
        raise SourceNotFoundError(
            f"{what} does not exist, is private, or was taken down (HTTP {status})."
        )
    if status == 429 or (status == 403 and _is_limit(headers, said)):  # noqa: PLR2004
        raise RateLimitError(
            f"The forge's rate limit is used up (HTTP {status}).",
            retry_at=retry_at(headers, now=now),
        )
    if status in {401, 403}:
        raise ForgeRefusedError(
            f"The forge refused our token for {what} (HTTP {status}: {said[:200]}). Renew it, or "
            "give it the right to read."
        )
    if status >= 500 or status == 408:  # noqa: PLR2004
        raise ForgeOverloadedError(f"The forge failed on {what} (HTTP {status}).")
    raise ForgeAnswerError(f"The forge answered {what} by HTTP {status}: {said[:200]}")


def retry_at(headers: Headers, *, now: datetime) -> datetime:
    """When to ask again: as the answer says, within reason; in a minute where it says nothing."""
    told = _retry_after(headers.get("retry-after", ""), now) or reset_at(headers, now=now)
    return min(max(told or now + USUAL_WAIT, now + SHORTEST_WAIT), now + LONGEST_WAIT)


def reset_at(headers: Headers, *, now: datetime) -> datetime | None:
    """When the used-up limit is filled again; None while some of it is left or untold."""
    policy = _POLICY.search(headers.get("ratelimit", ""))
    if policy:
        return _later(now, policy[2]) if policy[1] == "0" else None
    for prefix in _PREFIXES:
        if headers.get(f"{prefix}-remaining") == "0":
            return _moment(headers.get(f"{prefix}-reset", ""), headers, now)
    return None


def told_budget(headers: Headers, *, now: datetime) -> Budget | None:
    """What an answer says is left of the limit, and until when; None if it does not."""
    policy = _POLICY.search(headers.get("ratelimit", ""))
    if policy:
        quota = _QUOTA.search(headers.get("ratelimit-policy", ""))
        return _budget(policy[1], quota[1] if quota else "", _later(now, policy[2]), now)
    for prefix in _PREFIXES:
        end = _moment(headers.get(f"{prefix}-reset", ""), headers, now)
        remaining, limit = (headers.get(f"{prefix}-{word}", "") for word in ("remaining", "limit"))
        if end is not None and remaining:
            return _budget(remaining, limit, end, now)
    return None


def _budget(remaining: str, limit: str, end: datetime, now: datetime) -> Budget | None:
    left, most = _COUNT.match(remaining), _COUNT.match(limit)
    if not left:
        return None
    count = int(left[1])
    return Budget(now, max(int(most[1]) if most else 0, count), count, min(end, now + LONGEST_WAIT))


def is_limit_told(said: str) -> bool:
    """Whether the words of an answer are about a limit."""
    return bool(_LIMIT_WORDS.search(said))


def _is_limit(headers: Headers, said: str) -> bool:
    remaining = headers.get("x-ratelimit-remaining") or headers.get("ratelimit-remaining")
    return "retry-after" in headers or remaining == "0" or is_limit_told(said)


def _retry_after(text: str, now: datetime) -> datetime | None:
    if text.strip().isdecimal():
        return _later(now, text)
    try:
        told = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _moment(text: str, headers: Headers, now: datetime) -> datetime | None:
    """A reset as seconds since 1970, by the clock of the forge, or, where it is small, from now."""
    if not text.strip().isdecimal():
        return None
    seconds = int(text.strip()[:12])
    if seconds < 10**8:
        return _later(now, str(seconds))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(seconds, 10**11))
    return moment + _skew(headers, now)


def _skew(headers: Headers, now: datetime) -> timedelta:
    """How far our clock is ahead of the forge's, which tells its time with each answer."""
    try:
        told = parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return timedelta(0)
    skew = now - (told if told.tzinfo else told.replace(tzinfo=UTC))
    return skew if abs(skew) < LARGEST_SKEW else timedelta(0)


def _later(now: datetime, seconds: str) -> datetime:
    return now + timedelta(seconds=min(int(seconds[:12]), 10**8))
