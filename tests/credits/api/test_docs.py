"""The API explains itself, from this host alone."""

import re

import pytest
from drf_spectacular.validation import validate_schema

from credits.api.problems import BY_EXCEPTION, TYPES

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(client):
    return client.get("/api/v1/openapi.json").json()


def test_the_schema_is_valid_openapi(schema):
    validate_schema(schema)

    assert schema["openapi"] == "3.1.0"


def test_every_operation_is_described_and_names_its_errors(schema):
    operations = [way for path in schema["paths"].values() for way in path.values()]

    assert len(operations) >= 9
    for operation in operations:
        assert operation["summary"]
        assert operation["description"]
        assert "application/problem+json" in str(operation["responses"])


def test_the_schema_says_which_scope_an_operation_needs(schema):
    post = schema["paths"]["/api/v1/recognitions"]["post"]

    assert post["security"] == [{"clientCredentials": ["recognitions:write"]}]
    flow = schema["components"]["securitySchemes"]["clientCredentials"]["flows"]
    assert flow["clientCredentials"]["tokenUrl"] == "/identity/o/api/token"


def test_the_page_that_tries_the_api_asks_no_other_host(client):
    page = client.get("/api/docs/").content.decode()

    asked = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert any("swagger-ui-bundle" in address for address in asked)
    assert all(address.startswith(("/", "#", "?")) for address in asked)


def test_every_problem_type_has_a_place_on_its_page(client):
    page = client.get("/api/docs/problems").content.decode()

    assert all(f'id="{slug}"' in page for slug in TYPES)


def test_every_error_has_a_problem_type():
    assert set(BY_EXCEPTION.values()) <= set(TYPES)
