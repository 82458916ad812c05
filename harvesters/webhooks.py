"""Webhooks: whether a delivery is the forge's, and which repository it speaks of. Pure.

A delivery is only a hint that something happened: what it says is never stored, the sweep that
it makes due is the truth. A forge is one function here and one line in `WEBHOOKS`. As read in

- GitHub: docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
- GitLab: docs.gitlab.com/user/project/integrations/webhooks, standardwebhooks.com
- Gitee: help.gitee.com/webhook/how-to-verify-webhook-keys
- Gitea, Forgejo: docs.gitea.com/usage/repository/webhooks, forgejo.org/docs/latest/user/webhooks
- Hugging Face: huggingface.co/docs/hub/webhooks
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote

from harvesters.forge import ForgeError

SIGNED_FOR = timedelta(minutes=5)
"""How old a signed time may be; as the reference libraries of Standard Webhooks have it."""

GITEE_SIGNED_FOR = timedelta(hours=1)
MOST_FIELDS = 20

_FORM = "application/x-www-form-urlencoded"
_SIGNING_KEY = "whsec_"
_PRINTABLE = re.compile(r"[\x21-\x7e]{1,255}")
_HOST = re.compile(r"https?://(?:[^/@]*@)?([a-z0-9.-]{1,253}(?::\d{1,5})?)(?:/|$)", re.IGNORECASE)
_NAME = re.compile(r"[\w.-]{1,100}(?:/[\w.-]{1,100})?", re.ASCII)
_HEX_ID = re.compile(r"[0-9a-f]{24}")


class ForgedDeliveryError(ForgeError):
    """The signature does not belong to this body and our secret."""


class UnreadableDeliveryError(ForgeError):
    """The body is no JSON object; set the webhook to send application/json."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came: headers by lower-case name, and the body byte for byte."""

    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Subject:
    """The repository that a delivery speaks of: by its id, or by one of the names we may have."""

    host: str
    external_id: str
    paths: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """A genuine delivery: its id, the digest of its body, and its subject, if it has one."""

    delivery_id: str
    digest: str
    subject: Subject | None


@dataclass(frozen=True, slots=True)
class Webhook:
    """How one kind of forge signs, tells its repository, and names its deliveries."""

    is_genuine: Callable[[Delivery, str, datetime], bool]
    subject_of: Callable[[Mapping[str, Any]], Subject | None]
    id_headers: Sequence[str] = ()


def read_delivery(forge: str, delivery: Delivery, secrets: Sequence[str], *, now: datetime) -> Hint:
    """What ``delivery`` hints at; each of ``secrets`` is good, so that they can be changed.

    Raises:
        ForgedDeliveryError: none of ``secrets`` signed it.
        UnreadableDeliveryError: it is signed, and no JSON object.
    """
    webhook = WEBHOOKS[forge]
    # Every secret is tried, so that the time taken does not tell which one came close.
    if True not in [webhook.is_genuine(delivery, secret, now) for secret in secrets]:
        raise ForgedDeliveryError
    digest = hashlib.sha256(delivery.body).hexdigest()
    told = (delivery.header(name) for name in webhook.id_headers)
    delivery_id = next((name for name in told if _PRINTABLE.fullmatch(name)), digest)
    return Hint(delivery_id, digest, webhook.subject_of(_payload(delivery)))


def _payload(delivery: Delivery) -> Mapping[str, Any]:
    text: str | bytes = delivery.body
    try:
        if delivery.header("content-type").startswith(_FORM):
            fields = parse_qs(delivery.body.decode("ascii"), max_num_fields=MOST_FIELDS)
            text = fields.get("payload", [""])[0]
        payload = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableDeliveryError from error
    if not isinstance(payload, dict):
        raise UnreadableDeliveryError
    return payload


def _is_same(told: str, expected: str | bytes) -> bool:
    """Compare in constant time. Headers come as Latin-1, whatever bytes were sent."""
    wanted = expected.encode() if isinstance(expected, str) else expected
    return hmac.compare_digest(told.encode("latin-1", "replace"), wanted)


def _hmac(secret: bytes, signed: bytes) -> bytes:
    return hmac.digest(secret, signed, "sha256")


def _is_recent(told: str, unit: timedelta, now: datetime, most: timedelta) -> bool:
    """Whether ``told``, counted in ``unit`` since 1970, is at most ``most`` away from ``now``."""
    if not re.fullmatch(r"[0-9]{1,14}", told):
        return False
    age = (now - datetime(1970, 1, 1, tzinfo=UTC)) / unit - int(told)
    return abs(age) <= most / unit


def _is_from_github(delivery: Delivery, secret: str, _now: datetime) -> bool:
    signature = _hmac(secret.encode(), delivery.body).hex()
    return _is_same(delivery.header("x-hub-signature-256"), f"sha256={signature}")


def _is_from_gitlab(delivery: Delivery, secret: str, now: datetime) -> bool:
    """By the signing token (``whsec_...``, over id, time and body), else by the secret token."""
    if not secret.startswith(_SIGNING_KEY):
        return _is_same(delivery.header("x-gitlab-token"), secret)
    try:
        key = base64.b64decode(secret.removeprefix(_SIGNING_KEY), validate=True)
    except binascii.Error:
        return False
    told, sent_at = delivery.header("webhook-id"), delivery.header("webhook-timestamp")
    head = f"{told}.{sent_at}.".encode("latin-1", "replace")
    expected = b"v1," + base64.b64encode(_hmac(key, head + delivery.body))
    signatures = delivery.header("webhook-signature").split(" ")
    is_signed = True in [_is_same(signature, expected) for signature in signatures]
    return is_signed and _is_recent(sent_at, timedelta(seconds=1), now, SIGNED_FOR)


def _is_from_gitee(delivery: Delivery, secret: str, now: datetime) -> bool:
    """By the password, or by a signed time; neither covers the body."""
    told, sent_at = delivery.header("x-gitee-token"), delivery.header("x-gitee-timestamp")
    signed = f"{sent_at}\n{secret}".encode("utf-8", "replace")
    signature = base64.b64encode(_hmac(secret.encode(), signed))
    is_recent = _is_recent(sent_at, timedelta(milliseconds=1), now, GITEE_SIGNED_FOR)
    is_signed = _is_same(unquote(told), signature) and is_recent
    return _is_same(told, secret) or is_signed


def _is_from_gitea(delivery: Delivery, secret: str, _now: datetime) -> bool:
    """Forgejo sends both headers; its own one counts."""
    told = delivery.header("x-forgejo-signature") or delivery.header("x-gitea-signature")
    return _is_same(told, _hmac(secret.encode(), delivery.body).hex())


def _is_from_hugging_face(delivery: Delivery, secret: str, _now: datetime) -> bool:
    return _is_same(delivery.header("x-webhook-secret"), secret)


def _numbered(place: str, address: str) -> Callable[[Mapping[str, Any]], Subject | None]:
    """The repository at ``place``: its number, and the host of its web ``address``."""

    def read(payload: Mapping[str, Any]) -> Subject | None:
        told = payload.get(place)
        if not isinstance(told, dict):
            return None
        number, host = told.get("id"), _host_of(told.get(address))
        if not host or type(number) is not int or not 0 < number < 2**63:
            return None
        return Subject(host, str(number))

    return read


def _repository_on_hugging_face(payload: Mapping[str, Any]) -> Subject | None:
    """A model, a data set or a space: by its id, or its name with or without what it is."""
    told = payload.get("repo")
    urls = told.get("url") if isinstance(told, dict) else None
    host = _host_of(urls.get("web")) if isinstance(urls, dict) else ""
    if not isinstance(told, dict) or not host:
        return None
    number, name, kind = (str(told.get(field)) for field in ("id", "name", "type"))
    if not _HEX_ID.fullmatch(number) or not _NAME.fullmatch(name):
        return None
    is_kind = kind in {"model", "dataset", "space"}
    return Subject(host, number, (name, f"{kind}s/{name}") if is_kind else (name,))


def _host_of(url: Any) -> str:
    found = _HOST.match(url) if isinstance(url, str) else None
    return found[1].lower() if found else ""


WEBHOOKS: Mapping[str, Webhook] = {
    "gitea": Webhook(
        _is_from_gitea,
        _numbered("repository", "html_url"),
        ("x-forgejo-delivery", "x-gitea-delivery"),
    ),
    "gitee": Webhook(_is_from_gitee, _numbered("repository", "html_url")),
    "github": Webhook(_is_from_github, _numbered("repository", "html_url"), ("x-github-delivery",)),
    "gitlab": Webhook(
        _is_from_gitlab,
        _numbered("project", "web_url"),
        ("webhook-id", "idempotency-key", "x-gitlab-event-uuid"),
    ),
    "huggingface": Webhook(_is_from_hugging_face, _repository_on_hugging_face),
}
"""One line a forge, by the name in its address ``/webhooks/<forge>/``."""
