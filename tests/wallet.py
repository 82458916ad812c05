"""A wallet, written from the text of OpenID4VCI 1.0 and nothing of ours: requests and PyJWT."""

import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import base58
import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
SECONDS = 30


def well_known(name: str, identifier: str) -> str:
    parts = urlsplit(identifier)
    return f"{parts.scheme}://{parts.netloc}/.well-known/{name}{parts.path}"


def did_key(key: Any) -> str:
    """By the did:key method's registry of key types, for both kinds of key."""
    public = key.public_key()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        data = b"\xed\x01" + public.public_bytes_raw()
    else:
        data = b"\x80\x24" + public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return "did:key:z" + base58.b58encode(data).decode()


def public_jwk(key: Any) -> dict[str, str]:
    kind = jwt.algorithms.OKPAlgorithm if is_edwards(key) else jwt.algorithms.ECAlgorithm
    return dict(json.loads(kind.to_jwk(key.public_key())))


def is_edwards(key: Any) -> bool:
    return isinstance(key, ed25519.Ed25519PrivateKey)


@dataclass
class Wallet:
    """Takes credentials by pre-authorized code, and keeps nothing."""

    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    binding: str = "did:key"
    offer: dict[str, Any] = field(default_factory=dict)
    issuer: dict[str, Any] = field(default_factory=dict)
    server: dict[str, Any] = field(default_factory=dict)
    token: str = ""

    def open(self, link: str) -> None:
        """Read an offer, by value or by reference, and the metadata of who makes it."""
        query = parse_qs(urlsplit(link).query)
        if "credential_offer" in query:
            self.offer = json.loads(query["credential_offer"][0])
        else:
            self.offer = self._get(query["credential_offer_uri"][0])
        identifier = self.offer["credential_issuer"]
        self.issuer = self._get(well_known("openid-credential-issuer", identifier))
        assert self.issuer["credential_issuer"] == identifier
        (server,) = self.issuer.get("authorization_servers", [identifier])
        self.server = self._get(well_known("oauth-authorization-server", server))
        assert self.server["issuer"] == server

    def _get(self, address: str) -> dict[str, Any]:
        answer = requests.get(address, timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/json"
        return dict(answer.json())

    def ask_token(self, digits: str | None, **more: str) -> requests.Response:
        grant = self.offer["grants"][PRE_AUTHORIZED]
        form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": grant["pre-authorized_code"]}
        if digits is not None:
            form["tx_code"] = digits
        answer = requests.post(self.server["token_endpoint"], form | more, timeout=SECONDS)
        if answer.ok:
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.json()["token_type"].lower() == "bearer"
            self.token = answer.json()["access_token"]
        return answer

    def nonce(self) -> str:
        answer = requests.post(self.issuer["nonce_endpoint"], timeout=SECONDS)
        assert answer.headers["Cache-Control"] == "no-store"
        return str(answer.json()["c_nonce"])

    @property
    def did(self) -> str:
        if self.binding == "did:jwk":
            text = json.dumps(public_jwk(self.key)).encode()
            return "did:jwk:" + base64.urlsafe_b64encode(text).decode().rstrip("=")
        return did_key(self.key)

    def proof(self, **claims: Any) -> str:
        """A key proof; ``claims`` replace its claims. Without a nonce in them it asks for one."""
        header = {"typ": "openid4vci-proof+jwt"}
        if self.binding == "jwk":
            header["jwk"] = public_jwk(self.key)  # type: ignore[assignment]
        elif self.binding == "did:jwk":
            header["kid"] = f"{self.did}#0"
        else:
            header["kid"] = f"{self.did}#{self.did.removeprefix('did:key:')}"
        told = {"aud": self.offer["credential_issuer"], "iat": int(time.time())} | claims
        if "nonce" not in told:
            told["nonce"] = self.nonce()
        algorithm = "EdDSA" if is_edwards(self.key) else "ES256"
        return jwt.encode(told, self.key, algorithm=algorithm, headers=header)

    def ask_credential(self, asked: dict[str, Any]) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.post(
            self.issuer["credential_endpoint"], json=asked, headers=headers, timeout=SECONDS
        )

    def take(self, configuration: str) -> Any:
        """The credential of one configuration."""
        asked = {
            "credential_configuration_id": configuration,
            "proofs": {"jwt": [self.proof()]},
        }
        answer = self.ask_credential(asked)
        assert answer.status_code == 200, answer.text
        (only,) = answer.json()["credentials"]
        return only["credential"]

    def configurations(self, form: str) -> list[str]:
        """The offered ones of a format."""
        known = self.issuer["credential_configurations_supported"]
        offered = self.offer["credential_configuration_ids"]
        return [name for name in offered if known[name]["format"] == form]
