"""Deliveries are the forge's or not, and name their repository; no bytes confuse us."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.webhooks import (
    WEBHOOKS,
    Delivery,
    ForgedDeliveryError,
    Subject,
    UnreadableDeliveryError,
    read_delivery,
)
from tests.deliveries import (
    GITHUB_PAYLOAD,
    GITLAB_PAYLOAD,
    HUGGING_FACE_PAYLOAD,
    JSON,
    NOW,
    NUMBER,
    SECRET,
    SECRETS,
    SENDERS,
    SIGNING_TOKEN,
    body_of,
    from_forgejo,
    from_gitea,
    from_github,
    from_gitlab,
    from_hugging_face,
    from_signing_gitee,
    from_signing_gitlab,
)

all_senders = pytest.mark.parametrize(
    ("forge", "sign", "payload", "host"), SENDERS.values(), ids=SENDERS
)
COVERS_BODY = {"GitHub", "GitLab by signature", "Gitea", "Forgejo"}


@all_senders
def test_a_delivery_of_each_forge_names_its_repository(forge, sign, payload, host):
    hint = read_delivery(forge, sign(body_of(payload)), SECRETS, now=NOW)

    assert hint.subject is not None
    assert hint.subject.host == host
    assert hint.digest == hashlib.sha256(body_of(payload)).hexdigest()
    if forge != "huggingface":
        assert hint.subject == Subject(host, str(NUMBER))


def test_hugging_face_names_its_repository_by_id_and_by_name():
    hint = read_delivery(
        "huggingface", from_hugging_face(body_of(HUGGING_FACE_PAYLOAD)), SECRETS, now=NOW
    )

    assert hint.subject == Subject(
        "huggingface.co",
        "621ffdc036468d709f17434d",
        ("openai-community/gpt2", "models/openai-community/gpt2"),
    )


@all_senders
@pytest.mark.parametrize("secrets", [[], ["another"], [SECRET[:-1]], [SECRET + "x"], ["whsec_!"]])
def test_a_delivery_by_another_secret_is_forged(forge, sign, payload, host, secrets):
    with pytest.raises(ForgedDeliveryError):
        read_delivery(forge, sign(body_of(payload)), secrets, now=NOW)


@all_senders
def test_a_delivery_without_its_headers_is_forged(forge, sign, payload, host):
    with pytest.raises(ForgedDeliveryError):
        read_delivery(forge, Delivery(JSON, body_of(payload)), SECRETS, now=NOW)


@all_senders
def test_a_delivery_for_one_forge_is_forged_at_every_other(forge, sign, payload, host):
    for other in set(WEBHOOKS) - {forge}:
        with pytest.raises(ForgedDeliveryError):
            read_delivery(other, sign(body_of(payload)), SECRETS, now=NOW)


@pytest.mark.parametrize("name", sorted(COVERS_BODY))
@given(data=st.data())
def test_one_flipped_bit_breaks_a_signature_over_the_body(name, data):
    forge, sign, payload, _ = SENDERS[name]
    delivery = sign(body_of(payload))
    place = data.draw(st.integers(0, len(delivery.body) * 8 - 1))
    flipped = bytearray(delivery.body)
    flipped[place // 8] ^= 1 << place % 8

    with pytest.raises(ForgedDeliveryError):
        read_delivery(forge, replace(delivery, body=bytes(flipped)), SECRETS, now=NOW)


def test_both_secrets_are_good_while_one_is_changed():
    delivery = from_github(body_of(GITHUB_PAYLOAD))

    for secrets in (["new", SECRET], [SECRET, "new"]):
        assert read_delivery("github", delivery, secrets, now=NOW).subject


def test_the_signature_of_githubs_handbook_is_accepted():
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    delivery = Delivery({"x-hub-signature-256": signature}, b"Hello, World!")

    assert WEBHOOKS["github"].is_genuine(delivery, "It's a Secret to Everybody", NOW)


STANDARD = Delivery(
    {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,bm9uZQ== v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    b'{"test": 2432232314}',
)
SENT_AT = datetime.fromtimestamp(1614265330, UTC)


@pytest.mark.parametrize(
    ("late", "is_genuine"),
    [
        (timedelta(0), True),
        (timedelta(minutes=5), True),
        (timedelta(minutes=-5), True),
        (timedelta(minutes=5, seconds=1), False),
        (timedelta(minutes=-5, seconds=-1), False),
    ],
)
def test_the_vector_of_standard_webhooks_is_accepted_for_five_minutes(late, is_genuine):
    assert WEBHOOKS["gitlab"].is_genuine(STANDARD, SIGNING_TOKEN, SENT_AT + late) is is_genuine


@pytest.mark.parametrize(
    ("late", "is_genuine"),
    [
        (timedelta(hours=1), True),
        (timedelta(hours=-1), True),
        (timedelta(hours=1, seconds=1), False),
        (timedelta(hours=-1, seconds=-1), False),
    ],
)
def test_a_time_that_gitee_signed_is_good_for_an_hour(late, is_genuine):
    delivery = from_signing_gitee(b"{}")

    assert WEBHOOKS["gitee"].is_genuine(delivery, SECRET, NOW + late) is is_genuine


@pytest.mark.parametrize("encode", [quote, quote_plus], ids=["quote", "quote_plus"])
def test_gitees_signature_may_be_encoded_for_an_address(encode):
    delivery = from_signing_gitee(b"{}")
    told = {**delivery.headers, "x-gitee-token": encode(delivery.header("x-gitee-token"))}

    assert WEBHOOKS["gitee"].is_genuine(Delivery(told, b"{}"), SECRET, NOW)


@pytest.mark.parametrize("sent_at", ["", "soon", "-1", "1e9", "9" * 5_000, "٣", "1795428000.0"])
def test_a_time_that_is_none_is_refused(sent_at):
    told = {**from_signing_gitlab(b"{}").headers, "webhook-timestamp": sent_at}

    assert not WEBHOOKS["gitlab"].is_genuine(Delivery(told, b"{}"), SIGNING_TOKEN, NOW)


def test_a_signing_token_is_never_taken_for_a_secret_token():
    delivery = Delivery({"x-gitlab-token": SIGNING_TOKEN}, body_of(GITLAB_PAYLOAD))

    with pytest.raises(ForgedDeliveryError):
        read_delivery("gitlab", delivery, [SIGNING_TOKEN], now=NOW)


def test_a_bad_signature_of_forgejo_is_not_rescued_by_a_good_one_of_gitea():
    delivery = from_gitea(b"{}")
    told = {**delivery.headers, "x-forgejo-signature": "0" * 64}

    with pytest.raises(ForgedDeliveryError):
        read_delivery("gitea", Delivery(told, b"{}"), SECRETS, now=NOW)


@pytest.mark.parametrize(
    ("forge", "delivery", "told"),
    [
        ("github", from_github(b"{}", 7), "github-7"),
        ("gitlab", from_gitlab(b"{}", 7), "gitlab-7"),
        ("gitlab", from_signing_gitlab(b"{}", 7), "gitlab-7"),
        ("gitea", from_gitea(b"{}", 7), "gitea-7"),
        ("gitea", from_forgejo(b"{}", 7), "forgejo-7"),
        ("gitee", from_signing_gitee(b"{}", 7), hashlib.sha256(b"{}").hexdigest()),
        ("huggingface", from_hugging_face(b"{}", 7), hashlib.sha256(b"{}").hexdigest()),
    ],
    ids=["GitHub", "GitLab", "GitLab, signed", "Gitea", "Forgejo", "Gitee", "Hugging Face"],
)
def test_a_delivery_has_the_id_that_its_forge_gave_or_the_digest_of_its_body(forge, delivery, told):
    assert read_delivery(forge, delivery, SECRETS, now=NOW).delivery_id == told


@pytest.mark.parametrize("told", ["", " ", "a b", "\0", "x" * 256, "学分", "\ud800"])
def test_an_id_that_cannot_be_kept_is_replaced_by_the_digest(told):
    delivery = from_github(b"{}")
    renamed = Delivery({**delivery.headers, "x-github-delivery": told}, b"{}")

    hint = read_delivery("github", renamed, SECRETS, now=NOW)

    assert hint.delivery_id == hint.digest


def test_a_form_as_github_sends_it_by_default_is_read():
    body = b"payload=" + quote_plus(body_of(GITHUB_PAYLOAD)).encode()
    delivery = from_github(body)
    form = {**delivery.headers, "content-type": "application/x-www-form-urlencoded"}

    hint = read_delivery("github", Delivery(form, body), SECRETS, now=NOW)

    assert hint.subject == Subject("github.com", str(NUMBER))


NO_OBJECT = {
    "nothing": b"",
    "no JSON": b"payload",
    "half of it": body_of(GITHUB_PAYLOAD)[:100],
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "deep": b"[" * 100_000,
    "a long number": b'{"repository": ' + b"9" * 5_000 + b"}",
    "no UTF-8": b'{"\xff": 1}',
}


@pytest.mark.parametrize("body", NO_OBJECT.values(), ids=NO_OBJECT)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_what_is_signed_and_no_object_is_refused_by_name(body, kind):
    delivery = from_github(body)

    with pytest.raises(UnreadableDeliveryError):
        read_delivery(
            "github", Delivery({**delivery.headers, "content-type": kind}, body), SECRETS, now=NOW
        )


NO_SUBJECT = {
    "an event of an organisation": {"action": "member_added", "organization": {"id": 7}},
    "a list": {"repository": [1]},
    "no number": {"repository": {"html_url": "https://github.com/lab/vision"}},
    "a name for a number": {"repository": {"id": "7", "html_url": "https://github.com/a/b"}},
    "true": {"repository": {"id": True, "html_url": "https://github.com/a/b"}},
    "a fraction": {"repository": {"id": 7.5, "html_url": "https://github.com/a/b"}},
    "zero": {"repository": {"id": 0, "html_url": "https://github.com/a/b"}},
    "below zero": {"repository": {"id": -7, "html_url": "https://github.com/a/b"}},
    "beyond 2^63": {"repository": {"id": 2**63, "html_url": "https://github.com/a/b"}},
    "no address": {"repository": {"id": 7}},
    "an address of something else": {"repository": {"id": 7, "html_url": "ssh://github.com/a"}},
    "an address with NUL": {"repository": {"id": 7, "html_url": "https://git\0hub.com/a/b"}},
    "an address with a surrogate": {"repository": {"id": 7, "html_url": "https://\ud800/a"}},
}


@pytest.mark.parametrize("payload", NO_SUBJECT.values(), ids=NO_SUBJECT)
def test_what_names_no_repository_is_genuine_and_hints_at_nothing(payload):
    hint = read_delivery("github", from_github(body_of(payload)), SECRETS, now=NOW)

    assert hint.subject is None


@pytest.mark.parametrize(
    "repo",
    [
        None,
        {"id": 7, "name": "a/b", "url": {"web": "https://huggingface.co/a/b"}},
        {"id": "621ffdc036468d709f17434d", "name": "a/b"},
        {"id": "621ffdc036468d709f17434d", "name": "a/b", "url": {"web": ["https://x"]}},
        {"id": "621ffdc036468d709f17434d", "name": "\0", "url": {"web": "https://x/a"}},
        {"id": "621ffdc036468d709f17434d", "name": "a/b/c", "url": {"web": "https://x/a"}},
        {"id": "621FFDC036468D709F17434D", "name": "a/b", "url": {"web": "https://x/a"}},
    ],
    ids=["nothing", "a number", "no address", "a list", "NUL", "three parts", "no id of theirs"],
)
def test_what_names_no_repository_of_hugging_face_hints_at_nothing(repo):
    delivery = from_hugging_face(body_of({"repo": repo}))

    assert read_delivery("huggingface", delivery, SECRETS, now=NOW).subject is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
payloads = st.dictionaries(
    st.sampled_from(["repository", "project", "repo", "other"]),
    values | st.dictionaries(st.sampled_from(["id", "html_url", "web_url", "url", "name"]), values),
)


@all_senders
@given(said=payloads)
def test_whatever_a_signed_payload_says_is_a_storable_subject_or_none(
    forge, sign, payload, host, said
):
    delivery = sign(body_of(said))

    subject = read_delivery(forge, delivery, SECRETS, now=NOW).subject

    if subject is not None:
        assert all(text.isascii() for text in (subject.host, subject.external_id, *subject.paths))


NAMES = sorted(
    {name for _, sign, _, _ in SENDERS.values() for name in sign(b"{}").headers}
    | {"webhook-signature", "webhook-id", "webhook-timestamp"}
)


@pytest.mark.parametrize("forge", sorted(WEBHOOKS))
@given(
    headers=st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(max_codepoint=255))),
    body=st.binary(),
)
def test_no_bytes_and_no_headers_of_a_stranger_do_more_than_being_refused(forge, headers, body):
    with pytest.raises(ForgedDeliveryError):
        read_delivery(forge, Delivery(headers, body), SECRETS, now=NOW)


@all_senders
@given(body=st.binary())
def test_any_signed_bytes_are_read_or_refused_by_name(forge, sign, payload, host, body):
    try:
        hint = read_delivery(forge, sign(body), SECRETS, now=NOW)
    except UnreadableDeliveryError:
        return
    assert hint.subject is None
