import pytest

from credits.core.contexts import (
    CREDENTIALS_V2,
    OPEN_BADGES_3,
    ContextError,
    ContextLibrary,
    UndefinedTermError,
    UnknownContextError,
)
from credits.core.jsonld import LostDataError, to_quads

LIBRARY = ContextLibrary(
    {
        "urn:context": {
            "@context": {
                "id": "@id",
                "type": "@type",
                "xsd": "http://www.w3.org/2001/XMLSchema#",
                "name": "urn:name",
                "knows": {"@id": "urn:knows", "@type": "@id"},
                "steps": {"@id": "urn:steps", "@container": "@list"},
                "graph": {"@id": "urn:graph", "@container": "@graph"},
                "day": {"@id": "urn:day", "@type": "xsd:date"},
                "size": {"@id": "urn:size", "@type": "xsd:double"},
                "raw": {"@id": "urn:raw", "@type": "@json"},
                "Person": {"@id": "urn:Person", "@context": {"age": "urn:age"}},
                "inside": {"@id": "urn:inside", "@context": {"deep": "urn:deep"}},
                "purpose": {
                    "@id": "urn:purpose",
                    "@type": "@vocab",
                    "@context": {"assert": "urn:assert"},
                },
            }
        }
    }
)


def quads(**document):
    return to_quads({"@context": "urn:context", "id": "urn:s", **document}, LIBRARY)


def objects(**document):
    return [quad[2] for quad in quads(**document)]


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("a", '"a"'),
        ('say "\\"\n', '"say \\"\\\\\\"\\n"'),
        (True, '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        (2, '"2"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (2.0, '"2"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (1.5, '"1.5E0"^^<http://www.w3.org/2001/XMLSchema#double>'),
        ({"@value": "a"}, '"a"'),
        ({"@value": "a", "@language": "zh-CN"}, '"a"@zh-cn'),
        ({"@value": "1", "@type": "urn:t"}, '"1"^^<urn:t>'),
    ],
)
def test_values_become_literals_in_canonical_form(value, literal):
    assert objects(name=value) == [literal]


def test_types_of_a_term_are_kept():
    assert objects(day="2026-01-01") == ['"2026-01-01"^^<http://www.w3.org/2001/XMLSchema#date>']
    assert objects(size=10) == ['"1.0E1"^^<http://www.w3.org/2001/XMLSchema#double>']
    assert objects(knows=["urn:a", "xsd:b"]) == ["<urn:a>", "<http://www.w3.org/2001/XMLSchema#b>"]
    assert objects(purpose="assert") == ["<urn:assert>"]


def test_a_list_keeps_its_order():
    found = quads(steps=["a", "b"])

    assert [quad[2] for quad in found if quad[1].endswith("#first>")] == ['"b"', '"a"']
    assert found[-1][:2] == ("<urn:s>", "<urn:steps>")


def test_a_graph_is_a_named_dataset():
    found = quads(graph={"id": "urn:g", "name": "inside"})

    assert found == [
        ("<urn:g>", "<urn:name>", '"inside"', "_:b0"),
        ("<urn:s>", "<urn:graph>", "_:b0", ""),
    ]


def test_the_terms_of_a_type_hold_for_that_node_only():
    assert '"3"^^<http://www.w3.org/2001/XMLSchema#integer>' in objects(type="Person", age=3)
    with pytest.raises(UndefinedTermError, match=r"\$\.knows\.age"):
        quads(type="Person", knows={"id": "urn:b", "age": 3})


def test_the_terms_of_a_property_hold_below_it():
    assert '"x"' in objects(inside={"deep": "x", "knows": {"id": "urn:b", "deep": "y"}})
    with pytest.raises(UndefinedTermError, match=r"\$\.deep"):
        quads(deep="x")


def test_a_colon_after_a_term_that_is_no_prefix_is_an_address_of_its_own():
    assert objects(knows="name:somebody") == ["<name:somebody>"]


@pytest.mark.parametrize(
    ("document", "error", "place"),
    [
        ({"grade": "A+"}, UndefinedTermError, r"\$\.grade: no context defines the term 'grade'"),
        ({"knows": {"id": "urn:b", "grade": 1}}, UndefinedTermError, r"\$\.knows\.grade"),
        ({"type": "Wizard"}, UndefinedTermError, r"\$\.type: 'Wizard'"),
        ({"knows": "somebody"}, UndefinedTermError, r"\$\.knows: 'somebody'"),
        ({"@type": "urn:x"}, UndefinedTermError, r"@type"),
        ({"knows": "urn:a> <urn:p> <urn:o"}, ContextError, r"\$\.knows: .* is not an absolute"),
        ({"knows": "urn:a\u3000b"}, ContextError, r"\$\.knows: .* is not an absolute"),
        ({"knows": "urn:a\ufeffb"}, ContextError, r"\$\.knows: .* is not an absolute"),
        ({"knows": "_:b0"}, ContextError, "blank node name"),
        ({"id": 5}, ContextError, "it is text"),
        ({"type": [5]}, ContextError, "a type is text"),
        ({"raw": "x"}, ContextError, "JSON literals"),
        ({"graph": "x"}, ContextError, "an object is needed"),
        ({"name": None}, LostDataError, r"\$\.name: nothing to sign"),
        ({"name": []}, LostDataError, r"\$\.name: nothing to sign"),
        ({"name": ["a", None]}, LostDataError, r"\$\.name: nothing to sign"),
        ({"name": [["a"]]}, LostDataError, "a list in a list"),
        ({"name": 2**53}, LostDataError, "cannot be signed exactly"),
        ({"name": {"@value": "a", "@index": "b"}}, ContextError, "not a value object"),
        ({"name": {"@value": 1, "@language": "en"}}, ContextError, "not text in a language"),
        ({"name": {"@context": {"x": "urn:x"}}}, ContextError, "an address, not an object"),
        ({"name": {"@context": "urn:y"}}, UnknownContextError, "'urn:y' is not shipped"),
    ],
)
def test_what_would_be_lost_or_guessed_is_refused_with_its_path(document, error, place):
    with pytest.raises(error, match=place):
        quads(**document)


def test_an_undefined_term_of_a_certificate_is_named():
    document = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "credentialSubject": {"type": ["AchievementSubject"], "grade": "A+"},
    }

    with pytest.raises(UndefinedTermError, match=r"\$\.credentialSubject\.grade"):
        to_quads(document)
