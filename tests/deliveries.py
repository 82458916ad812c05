"""Deliveries as forges send them, signed by the rules that their handbooks tell."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harvesters.webhooks import Delivery

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SECRET = "6f1c0b7d-the-secret-of-the-hook"
SIGNING_TOKEN = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NUMBER = 186853002

JSON = {"content-type": "application/json"}


def body_of(payload: Any) -> bytes:
    return json.dumps(payload).encode()


def seconds(now: datetime) -> int:
    return int(now.timestamp())


def _hex_of(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def from_github(body: bytes, number: int = 1, now: datetime = NOW) -> Delivery:
    signature = {"x-hub-signature-256": f"sha256={_hex_of(body)}"}
    return Delivery(JSON | signature | {"x-github-delivery": f"github-{number}"}, body)


def from_gitlab(body: bytes, number: int = 1, now: datetime = NOW) -> Delivery:
    told = {"x-gitlab-token": SECRET, "x-gitlab-event-uuid": f"gitlab-{number}"}
    return Delivery(JSON | told, body)


def from_signing_gitlab(body: bytes, number: int = 1, now: datetime = NOW) -> Delivery:
    key = base64.b64decode(SIGNING_TOKEN.removeprefix("whsec_"))
    signed = b"gitlab-%d.%d." % (number, seconds(now)) + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    told = {
        "webhook-id": f"gitlab-{number}",
        "webhook-timestamp": str(seconds(now)),
        "webhook-signature": f"v1,{signature}",
    }
    return Delivery(JSON | told, body)


def from_gitee(body: bytes, number: int = 1, now: datetime = NOW) -> Delivery:
    return Delivery(JSON | {"x-gitee-token": SECRET}, body)


def from_signing_gitee(body: bytes, number: int = 1, now: datetime = NOW) -> Delivery:
    sent_at = f"{seconds(now)}000"
    digest = hmac.new(SECRET.encode(), f"{sent_at}\n{SECRET}".encode(), hashlib.sha256).digest()
    told = {"x-gitee-token": base64.b64encode(digest).decode(), "x-gitee-timestamp": sent_at}
    return Delivery(JSON | told, body)


def from_gitea(body: bytes, number: int = 1, now: datetime = NOW) -> Delivery:
    told = {"x-gitea-signature": _hex_of(body), "x-gitea-delivery": f"gitea-{number}"}
    return Delivery(JSON | told, body)


def from_forgejo(body: bytes, number: int = 1, now: datetime = NOW) -> Delivery:
    told = {"x-forgejo-signature": _hex_of(body), "x-forgejo-delivery": f"forgejo-{number}"}
    return Delivery({**from_gitea(body, number).headers, **told}, body)


def from_hugging_face(body: bytes, number: int = 1, now: datetime = NOW) -> Delivery:
    return Delivery(JSON | {"x-webhook-secret": SECRET}, body)


GITHUB_PAYLOAD: Mapping[str, Any] = json.loads((DATA / "github" / "pull_request.json").read_bytes())
HUGGING_FACE_PAYLOAD: Mapping[str, Any] = json.loads(
    (DATA / "huggingface" / "webhook.json").read_bytes()
)
GITLAB_PAYLOAD: Mapping[str, Any] = {
    "object_kind": "push",
    "project_id": NUMBER,
    "project": {"id": NUMBER, "web_url": "https://gitlab.com/lab/vision"},
    "repository": {"name": "vision", "homepage": "https://gitlab.com/lab/vision"},
}
GITEE_PAYLOAD: Mapping[str, Any] = {
    "hook_name": "push_hooks",
    "timestamp": "1576754827988",
    "repository": {"id": NUMBER, "html_url": "https://gitee.com/lab/vision"},
}
GITEA_PAYLOAD: Mapping[str, Any] = {
    "ref": "refs/heads/main",
    "repository": {"id": NUMBER, "html_url": "https://codeberg.org/lab/vision"},
}

Sign = Callable[..., Delivery]

SENDERS: Mapping[str, tuple[str, Sign, Mapping[str, Any], str]] = {
    "GitHub": ("github", from_github, GITHUB_PAYLOAD, "github.com"),
    "GitLab by token": ("gitlab", from_gitlab, GITLAB_PAYLOAD, "gitlab.com"),
    "GitLab by signature": ("gitlab", from_signing_gitlab, GITLAB_PAYLOAD, "gitlab.com"),
    "Gitee by password": ("gitee", from_gitee, GITEE_PAYLOAD, "gitee.com"),
    "Gitee by signature": ("gitee", from_signing_gitee, GITEE_PAYLOAD, "gitee.com"),
    "Gitea": ("gitea", from_gitea, GITEA_PAYLOAD, "codeberg.org"),
    "Forgejo": ("gitea", from_forgejo, GITEA_PAYLOAD, "codeberg.org"),
    "Hugging Face": (
        "huggingface",
        from_hugging_face,
        HUGGING_FACE_PAYLOAD,
        "huggingface.co",
    ),
}
"""Each way to sign: the name in our address, the signer, a payload, and its host."""

SECRETS = [SECRET, SIGNING_TOKEN]
