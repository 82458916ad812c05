"""Our canonical form beside the one of jsonld and rdf-canonize, on random certificates."""

import pytest

from credits.core.credential import build_credential
from credits.core.jsonld import to_quads
from credits.core.rdfc import canonicalize
from tests.canonical_forms import compare, is_signed, other_canonize
from tests.credentials import FACTS
from tests.interop.shown import RECORD

SOME = range(300)


@pytest.fixture(scope="module")
def canonize():
    with other_canonize() as asked:
        yield asked


def test_random_certificates_have_the_same_canonical_form_in_an_independent_implementation(
    canonize,
):
    found = dict(compare(SOME, canonize))

    assert [seed for seed, how in found.items() if how not in {"equal", "refused"}] == []
    assert list(found.values()).count("equal") > len(SOME) * 0.9


def test_what_javascript_sorts_otherwise_is_what_we_refuse(canonize):
    document = build_credential(FACTS)
    subject = document["credentialSubject"]
    tagged = subject["achievement"] | {"tag": ["\uff01", "\U0001f600"]}
    document |= {"credentialSubject": subject | {"achievement": tagged}}

    assert canonicalize(to_quads(document)) != canonize(document)
    assert not is_signed(document)


def test_a_whole_record_has_the_same_canonical_form(canonize):
    unsigned = {key: value for key, value in RECORD.items() if key != "proof"}

    assert canonicalize(to_quads(unsigned)) == canonize(unsigned)
