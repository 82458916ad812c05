"""The same request twice does the thing once (draft-ietf-httpapi-idempotency-key-header)."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from accounts.models import ApiClient
from credits.api.problems import InvalidIdempotencyKeyError, ReusedIdempotencyKeyError
from credits.models import KeptAnswer

LONGEST_KEY = 255


class Answer(NamedTuple):
    """Status and JSON text of an answer, and whether it was given before."""

    status: int
    body: str
    is_replayed: bool = False


def answer_once(
    request: Request,
    client: ApiClient,
    act: Callable[[], tuple[int, dict[str, Any]]],
    *,
    now: datetime,
) -> Answer:
    """Do ``act`` once for each ``Idempotency-Key`` of ``client`` and give the same answer again.

    Key, act and answer are one transaction. A second request with the key waits for the first
    to end. A refusal (an exception) keeps nothing: it did nothing, so it may be asked again.

    Raises:
        ReusedIdempotencyKeyError: the key came with another request before.
    """
    key = _key_of(request)
    with transaction.atomic():
        if key is None:
            return _answer(act)
        KeptAnswer.objects.filter(client=client).stale(now).delete()
        digest = _digest(request)
        kept, is_new = KeptAnswer.objects.get_or_create(
            client=client, key=key, defaults={"request_digest": digest, "given_at": now}
        )
        if kept.request_digest != digest:
            raise ReusedIdempotencyKeyError
        if not is_new:
            return Answer(kept.status, kept.body, is_replayed=True)
        answer = _answer(act)
        kept.status, kept.body = answer.status, answer.body
        kept.save(update_fields=["status", "body"])
        return answer


def _answer(act: Callable[[], tuple[int, dict[str, Any]]]) -> Answer:
    status, document = act()
    return Answer(status, JSONRenderer().render(document).decode())


def _key_of(request: Request) -> str | None:
    """The key, with or without the quotes of a structured field."""
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    key = header.strip().strip('"')
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        raise InvalidIdempotencyKeyError
    return key


def _digest(request: Request) -> str:
    said = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{request.method} {request.path}\n{said}".encode()).hexdigest()
