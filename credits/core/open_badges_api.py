"""The service description of the Open Badges 3.0 API as far as it is offered here: reading.

Open Badges 3.0, "Request the Service Description Document": an OpenAPI 3.0 document with the
security scheme ``OAuth2ACG`` and the ``x-imssf-`` members that a client registers by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PATH = "/ims/ob/v3p0"
LARGEST_PAGE = 50
SCHEMAS = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json"
STATUSES = {
    400: ("invalid_query_parameter", "A parameter cannot be used."),
    401: ("unauthorizedrequest", "The request carries no valid access token."),
    403: ("forbidden", "The access token lacks the scope."),
    404: ("not_found", "There is nothing at this address."),
    405: ("not_allowed", "This service is read only."),
    406: ("not_acceptable", "Answers are JSON."),
    429: ("server_busy", "Too many requests; see Retry-After."),
    500: ("internal_server_error", "The request failed here; try again later."),
}
"""By HTTP status: the minor code (Open Badges 3.0, Imsx_CodeMinorFieldValue), and what it means."""


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What a description is made of; all addresses are absolute."""

    name: str
    base_url: str
    image_url: str
    privacy_url: str
    terms_url: str
    registration_url: str
    authorization_url: str
    token_url: str
    scopes: Mapping[str, str]
    credentials_scope: str
    profile_scope: str


def build_status(status: int, description: str) -> dict[str, Any]:
    """An error as the standard writes it: ``Imsx_StatusInfo``."""
    minor = STATUSES.get(status, ("unknown", ""))[0]
    return {
        "imsx_codeMajor": "unsupported" if minor == "not_allowed" else "failure",
        "imsx_severity": "error",
        "imsx_description": description,
        "imsx_codeMinor": {
            "imsx_codeMinorField": [
                {
                    "imsx_codeMinorFieldName": "TargetEndSystem",
                    "imsx_codeMinorFieldValue": minor,
                }
            ]
        },
    }


def build_service_description(facts: ServiceFacts) -> dict[str, Any]:
    """The document at ``/ims/ob/v3p0/discovery``."""
    return {
        "openapi": "3.0.1",
        "info": {
            "title": facts.name,
            "version": "3.0",
            "description": "Open Badges 3.0 API: certificates of open source work, read only.",
            "termsOfService": facts.terms_url,
            "x-imssf-image": facts.image_url,
            "x-imssf-privacyPolicyUrl": facts.privacy_url,
        },
        "servers": [{"url": f"{facts.base_url}{PATH}"}],
        "paths": {
            "/credentials": {"get": _credentials_operation(facts)},
            "/profile": {"get": _profile_operation(facts)},
            "/discovery": {
                "get": {
                    "operationId": "getServiceDescription",
                    "summary": "This document.",
                    "security": [],
                    "responses": {
                        "200": {
                            "description": "The service description.",
                            "content": {"application/json": {"schema": {"type": "object"}}},
                        }
                    },
                }
            },
        },
        "components": {
            "securitySchemes": {"OAuth2ACG": _security(facts)},
            "schemas": {
                "GetOpenBadgeCredentialsResponse": {
                    "type": "object",
                    "externalDocs": _schema("getopenbadgecredentialsresponse"),
                    "properties": {
                        "credential": {
                            "type": "array",
                            "description": "OpenBadgeCredentials with embedded proofs.",
                            "items": {
                                "type": "object",
                                "externalDocs": _schema("achievementcredential"),
                            },
                        },
                        "compactJwsString": {"type": "array", "items": {"type": "string"}},
                    },
                },
                "Profile": {
                    "type": "object",
                    "externalDocs": _schema("profile"),
                    "required": ["id", "type"],
                    "properties": {
                        "id": {"type": "string"},
                        "type": {"type": "array", "items": {"type": "string"}},
                        "name": {"type": "string"},
                        "email": {"type": "string"},
                    },
                },
                "Imsx_StatusInfo": {
                    "type": "object",
                    "externalDocs": _schema("imsx_statusinfo"),
                    "required": ["imsx_codeMajor", "imsx_severity"],
                    "properties": {
                        "imsx_codeMajor": {"type": "string"},
                        "imsx_severity": {"type": "string"},
                        "imsx_description": {"type": "string"},
                        "imsx_codeMinor": {"type": "object"},
                    },
                },
            },
        },
    }


def _credentials_operation(facts: ServiceFacts) -> dict[str, Any]:
    return {
        "operationId": "getCredentials",
        "summary": "The valid certificates of the person, the oldest first.",
        "security": [{"OAuth2ACG": [facts.credentials_scope]}],
        "parameters": [
            _parameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
                "A page's size.",
            ),
            _parameter("offset", {"type": "integer", "minimum": 0}, "How many to pass over."),
            _parameter(
                "since", {"type": "string", "format": "date-time"}, "Only what was issued later."
            ),
        ],
        "responses": _responses("GetOpenBadgeCredentialsResponse", paged=True),
    }


def _profile_operation(facts: ServiceFacts) -> dict[str, Any]:
    return {
        "operationId": "getProfile",
        "summary": "The person who connected the program.",
        "security": [{"OAuth2ACG": [facts.profile_scope]}],
        "responses": _responses("Profile"),
    }


def _security(facts: ServiceFacts) -> dict[str, Any]:
    return {
        "type": "oauth2",
        "description": "OAuth 2.0 Authorization Code Grant authorization, with PKCE (S256)",
        "x-imssf-name": facts.name,
        "x-imssf-privacyPolicyUrl": facts.privacy_url,
        "x-imssf-registrationUrl": facts.registration_url,
        "x-imssf-termsOfServiceUrl": facts.terms_url,
        "flows": {
            "authorizationCode": {
                "tokenUrl": facts.token_url,
                "authorizationUrl": facts.authorization_url,
                "refreshUrl": facts.token_url,
                "scopes": dict(facts.scopes),
            }
        },
    }


def _responses(schema: str, *, paged: bool = False) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "What was asked for.", "content": _content(schema)}
    if paged:
        good["headers"] = {
            "X-Total-Count": {"schema": {"type": "integer"}},
            "Link": {"schema": {"type": "string"}},
        }
    return {"200": good} | {
        str(status): {"description": meaning, "content": _content("Imsx_StatusInfo")}
        for status, (_minor, meaning) in STATUSES.items()
    }


def _content(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _schema(name: str) -> dict[str, str]:
    return {"url": f"{SCHEMAS}/ob_v3p0_{name}_schema.json"}
