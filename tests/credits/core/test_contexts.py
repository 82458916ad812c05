import hashlib
import json
from importlib import resources

import pytest

from credits.core.contexts import (
    BUNDLED,
    CREDENTIALS_V2,
    FILES,
    OPEN_BADGES_3,
    ContextError,
    ContextLibrary,
    UnknownContextError,
)


def library(*contexts):
    return ContextLibrary({f"urn:{n}": {"@context": each} for n, each in enumerate(contexts)})


def terms(*contexts):
    made = library(*contexts)
    return made.root.named([f"urn:{n}" for n in range(len(contexts))], "$").terms


def test_the_context_of_credentials_is_the_published_one():
    data = (resources.files("credits.core") / "data/contexts/credentials-v2.json").read_bytes()

    # The digest stands in Verifiable Credentials Data Model 2.0, appendix B.1.
    published = "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
    assert hashlib.sha256(data).hexdigest() == published


def test_every_bundled_context_can_be_used_with_the_others():
    context = BUNDLED.root.named(list(FILES), "$")

    assert context.terms["Achievement"].iri.endswith("vocab.html#Achievement")
    assert context.terms["Multikey"].iri == "https://w3id.org/security#Multikey"


def test_nothing_is_fetched():
    with pytest.raises(UnknownContextError, match=r"\$\.@context.*'https://else.example/v1'"):
        BUNDLED.root.named([CREDENTIALS_V2, "https://else.example/v1"], "$.@context")


def test_contexts_are_named_by_address_and_once():
    with pytest.raises(ContextError, match="an address, not an object"):
        BUNDLED.root.named([CREDENTIALS_V2, {"grade": "urn:grade"}], "$.@context")
    with pytest.raises(ContextError, match="stands twice"):
        BUNDLED.root.named([CREDENTIALS_V2, CREDENTIALS_V2], "$.@context")


def test_a_context_repeated_deeper_down_makes_nothing_new():
    context = BUNDLED.root.named([CREDENTIALS_V2, OPEN_BADGES_3], "$")

    assert context.named(CREDENTIALS_V2, "$.a") is context


def test_a_protected_term_cannot_be_given_another_meaning():
    with pytest.raises(ContextError, match="the protected term 'name' is defined anew"):
        terms({"@protected": True, "name": "urn:name"}, {"name": "urn:other"})


def test_a_protected_term_may_be_defined_the_same_again():
    assert terms({"@protected": True, "name": "urn:name"}, {"name": "urn:name"})[
        "name"
    ].is_protected


def test_terms_build_on_each_other_in_any_order():
    found = terms({"name": "ex:name", "ex": "urn:example#", "kind": {"@id": "name"}})

    assert found["name"].iri == found["kind"].iri == "urn:example#name"


def test_only_a_simple_term_that_ends_like_one_is_a_prefix():
    found = terms({"ex": "urn:example#", "name": "https://schema.org/name"})

    assert found["ex"].is_prefix
    assert not found["name"].is_prefix


@pytest.mark.parametrize(
    "context",
    [
        {"@base": "urn:x"},
        {"name": {"@id": "urn:x", "@container": "@language"}},
        {"name": {"@reverse": "urn:x"}},
        {"name": "relative"},
    ],
)
def test_what_is_not_understood_in_a_context_is_refused(context):
    with pytest.raises(ContextError):
        terms(json.loads(json.dumps(context)))
