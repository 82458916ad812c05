"""docs/api.md is true: its requests, sent in order, get its answers."""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.utils import timezone

from accounts.clients import Scope
from credits.core.verdict import Outcome
from credits.services.recognition import Decision, decide_application, submit_application
from tests.university import *  # noqa: F403
from tests.university import ISSUED

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
BLOCKS = re.findall(r"```http\n(.*?)```", TEXT, re.DOTALL)
WITHOUT_TOKEN = ("/identity/", "/api/v1/verify")
NUMBERED = {"id", "application", "participation"}


class Message(NamedTuple):
    """A request or an answer as the page shows it."""

    first_line: str
    headers: dict[str, str]
    body: str


def read(block: str) -> Message:
    head, _, body = block.partition("\n\n")
    first_line, *lines = head.strip().split("\n")
    return Message(first_line, dict(line.split(": ", 1) for line in lines), body.strip())


EXAMPLES = [(read(asked), read(told)) for asked, told in zip(*[iter(BLOCKS)] * 2, strict=True)]


@pytest.fixture
def filled_in(issued, make_certificate, policy, registrar, machine):
    """What stands for what on the page, in an installation where it all comes to pass."""
    second = make_certificate(code="OC-2B8W-HJ4N-7K3M-9QXT", points=30_000)
    make_certificate(code="OC-9QXT-2B8W-HJ4N-7K3M", points=30_000)
    first, other = (
        submit_application(
            each.holder, institution=policy.institution, certificates=[each], now=ISSUED
        )
        for each in (issued, second)
    )
    assert first.proposed_credits == 1
    counted = issued.items.order_by("participation").first().participation
    return {
        "contributions/918/": f"contributions/{counted.contribution_id}/",
        "OC-7K3M-9QXT-2B8W-HJ4N": issued.code,
        "CLIENT_ID": machine.client_id,
        "CLIENT_SECRET": machine.secret,
        "CREDENTIAL": issued.credential,
        "application": other,
    }


def test_every_request_of_the_page_gets_the_answer_of_the_page(client, filled_in, registrar):
    application = filled_in.pop("application")
    for asked, told in EXAMPLES:
        if "state=approved" in asked.first_line:
            decided = decide_application(
                application, Decision(approve=True), decided_by=registrar, now=timezone.now()
            )
            filled_in['"recognition": 17'] = f'"recognition": {decided.recognition.pk}'
        answer = send(client, asked, filled_in)
        compare(answer, told, filled_in)
        remember(answer, filled_in)


def send(client: Any, asked: Message, known: dict[str, str]) -> Any:
    method, address = fill(asked.first_line, known).split(" ")
    headers = {name: fill(value, known) for name, value in asked.headers.items()}
    content_type = headers.pop("Content-Type", "")
    if not address.startswith(WITHOUT_TOKEN):
        headers.setdefault("Authorization", f"Bearer {known['ACCESS_TOKEN']}")
    body = fill(asked.body, known).encode()
    return client.generic(method, address, body, content_type=content_type, headers=headers)


def fill(text: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(name, value)
    return text


def remember(answer: Any, known: dict[str, str]) -> None:
    if answer.has_header("ETag"):
        known.setdefault("LAST_ETAG", answer["ETag"])
    if b"access_token" in answer.content:
        known["ACCESS_TOKEN"] = answer.json()["access_token"]


def compare(answer: Any, told: Message, known: dict[str, str]) -> None:
    assert answer.status_code == int(told.first_line.split(" ")[0]), answer.content
    for name, value in told.headers.items():
        assert fits(answer[name], value), (name, answer[name])
    if told.body:
        difference = differs(answer.json(), json.loads(fill(told.body, known)))
        assert not difference, difference


def differs(found: Any, shown: Any, place: str = "$") -> str:
    """Where ``found`` is not what the page shows; empty if it is."""
    if isinstance(shown, dict):
        if not isinstance(found, dict) or found.keys() != shown.keys():
            return f"{place}: {found}"
        parts = [
            differs(found[name], shown[name], f"{place}.{name}")
            for name in shown
            if name not in NUMBERED
        ]
        return next(filter(None, parts), "")
    if isinstance(shown, list):
        if not isinstance(found, list) or len(found) != len(shown):
            return f"{place}: {found}"
        parts = [differs(*pair, f"{place}[]") for pair in zip(found, shown, strict=True)]
        return next(filter(None, parts), "")
    same = fits(found, shown) if isinstance(shown, str) and found is not None else found == shown
    return "" if same else f"{place}: {found!r}, not {shown!r}"


def fits(found: Any, shown: str) -> bool:
    """Whether ``found`` is ``shown``, in which … stands for anything."""
    escaped = re.sub(r"([\[?*])", r"[\1]", shown)
    return fnmatchcase(str(found), escaped.replace("…", "*"))


def test_the_command_of_the_page_exists():
    (command,) = re.findall(r"```sh\nopencredits (\w+) ", TEXT)

    assert list(Path("accounts/management/commands").glob(f"{command}.py"))


def test_every_scope_that_opens_something_is_listed():
    table = set(re.findall(r"^\| `([a-z]+:[a-z]+)` \|", TEXT, re.MULTILINE))

    assert table == {
        Scope.CERTIFICATES_READ.value,
        Scope.RECOGNITIONS_READ.value,
        Scope.RECOGNITIONS_WRITE.value,
    }


def test_every_outcome_of_a_verification_is_listed():
    (sentence,) = re.findall(r"^`outcome` is .*$", TEXT, re.MULTILINE)

    assert set(Outcome) <= set(re.findall(r"`(\w+)`", sentence))


def test_every_address_of_the_page_is_in_the_schema(client, db):
    known = client.get("/api/v1/openapi.json").json()["paths"]
    named = set(re.findall(r"/api/v1/[\w-]+", TEXT)) - {"/api/v1/openapi", "/api/v1/institutions"}

    assert named <= known.keys()
