"""What an issuer tells wallets by OpenID for Verifiable Credential Issuance 1.0.

Each document is one literal, in the order of the specification: the metadata (sections 12.2.4 and
12.3), the credential offer (section 4.1.1) and the answers. Section numbers are of the final 1.0.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from credits.core.contexts import CREDENTIALS_V2, OPEN_BADGES_3
from credits.core.key_proof import BINDING_METHODS, PROOF_ALGORITHMS
from credits.core.proof import JCS, RDFC

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
DETAILS = "openid_credential"
TYPES = ["VerifiableCredential", "OpenBadgeCredential"]
NAMES = {"en": "Certificate of open-source contributions", "zh-Hans": "开源贡献证书"}
_ORIGIN = re.compile(r"(?P<origin>https?://[^/]+)(?P<path>/.*)?")


class Configuration(StrEnum):
    """The forms in which a wallet can have a certificate."""

    EMBEDDED = "certificate_ldp_vc"
    TOKEN = "certificate_jwt_vc_json"  # noqa: S105 (a name)


CONFIGURATIONS = tuple(each.value for each in Configuration)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the issuer ``issuer`` answers wallets and programs."""

    issuer: str
    token: str
    nonce: str
    credential: str
    authorization: str
    registration: str
    revocation: str
    keys: str


def well_known(name: str, issuer: str) -> str:
    """The path of a document about ``issuer``: its own path comes after the name (RFC 8414, 3)."""
    found = _ORIGIN.fullmatch(issuer)
    path = (found and found["path"]) or ""
    return f"/.well-known/{name}{path.rstrip('/')}"


def build_issuer_metadata(
    addresses: Addresses, *, issuer_name: str, token_algorithm: str
) -> dict[str, Any]:
    """What ``/.well-known/openid-credential-issuer`` says."""
    return {
        "credential_issuer": addresses.issuer,
        "credential_endpoint": addresses.credential,
        "nonce_endpoint": addresses.nonce,
        "display": [{"name": issuer_name}],
        "credential_configurations_supported": {
            Configuration.EMBEDDED.value: {
                "format": "ldp_vc",
                "credential_signing_alg_values_supported": [RDFC, JCS],
                **_binding(),
                "credential_definition": {
                    "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
                    "type": TYPES,
                },
                "credential_metadata": _shown(),
            },
            Configuration.TOKEN.value: {
                "format": "jwt_vc_json",
                "credential_signing_alg_values_supported": [token_algorithm],
                **_binding(),
                "credential_definition": {"type": TYPES},
                "credential_metadata": _shown(),
            },
        },
    }


def _binding() -> dict[str, Any]:
    """A certificate goes to the holder of a key only, so a proof of the key is always needed."""
    return {
        "cryptographic_binding_methods_supported": list(BINDING_METHODS),
        "proof_types_supported": {
            "jwt": {"proof_signing_alg_values_supported": list(PROOF_ALGORITHMS)}
        },
    }


def _shown() -> dict[str, Any]:
    return {"display": [{"name": name, "locale": locale} for locale, name in NAMES.items()]}


def build_server_metadata(
    addresses: Addresses, *, scopes: Sequence[str], documentation: str
) -> dict[str, Any]:
    """What ``/.well-known/oauth-authorization-server`` says (RFC 8414, section 2)."""
    return {
        "issuer": addresses.issuer,
        "authorization_endpoint": addresses.authorization,
        "token_endpoint": addresses.token,
        "jwks_uri": addresses.keys,
        "registration_endpoint": addresses.registration,
        "scopes_supported": list(scopes),
        "response_types_supported": ["code"],
        "grant_types_supported": [
            "authorization_code",
            "refresh_token",
            "client_credentials",
            PRE_AUTHORIZED,
        ],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "service_documentation": documentation,
        "revocation_endpoint": addresses.revocation,
        "code_challenge_methods_supported": ["S256"],
        "authorization_details_types_supported": [DETAILS],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def build_offer(issuer: str, code: str, *, digits: int, description: str) -> dict[str, Any]:
    """A credential offer that ``code`` redeems, with a transaction code of so many digits."""
    return {
        "credential_issuer": issuer,
        "credential_configuration_ids": list(CONFIGURATIONS),
        "grants": {
            PRE_AUTHORIZED: {
                "pre-authorized_code": code,
                "tx_code": {
                    "input_mode": "numeric",
                    "length": digits,
                    "description": description,
                },
            }
        },
    }


def granted_details(asked: Any) -> list[dict[str, Any]] | None:
    """The ``authorization_details`` of a token for what ``asked`` names (section 6.2).

    None where it names anything that is not offered here.
    """
    if not isinstance(asked, list) or not asked:
        return None
    granted = []
    for each in asked:
        if not isinstance(each, Mapping) or each.get("type") != DETAILS:
            return None
        identifier = each.get("credential_configuration_id")
        if identifier not in CONFIGURATIONS:
            return None
        granted.append(
            {
                "type": DETAILS,
                "credential_configuration_id": identifier,
                "credential_identifiers": [identifier],
            }
        )
    return granted
