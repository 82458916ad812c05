"""DID documents: which keys may speak for an issuer (W3C DID Core 1.0, did:web)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.multikey import decode_public_key

INSTITUTIONS = "i"
"""The folder of a site in which its institutions have their documents."""

SLUG = re.compile(r"[-\w]{1,60}", re.ASCII)
BASE_URL = re.compile(r"https?://(?P<host>[^/:@\s]+)(?::(?P<port>\d+))?(?P<path>/[^?#\s]*)?")


class DidError(DocumentError):
    """A DID document, or an address for one, is not as did:web says."""


class KeyNotListedError(DidError):
    """The issuer's DID document does not let this key sign statements."""


def did_web(base_url: str) -> str:
    """The did:web of a site: ``https://host:8000/a`` is ``did:web:host%3A8000:a``."""
    found = BASE_URL.fullmatch(base_url)
    if not found:
        raise DidError(f"not the address of a site: {base_url!r}; write https://host")
    host = found["host"] + (f"%3A{found['port']}" if found["port"] else "")
    folders = [part for part in (found["path"] or "").split("/") if part]
    return ":".join(["did:web", host, *folders])


def institution_did(site: str, slug: str) -> str:
    """The DID of the institution ``slug`` of the site with the DID ``site``.

    It is that of an address in the site: its document stands at ``/i/SLUG/did.json``.
    """
    return f"{site}:{INSTITUTIONS}:{slug}"


def institution_slug(site: str, did: str) -> str | None:
    """Whose DID ``did`` is at ``site``: an institution's slug, ``""`` if it is the site's own.

    None for the DID of somebody else.
    """
    if did == site:
        return ""
    slug = did.removeprefix(institution_did(site, ""))
    return slug if slug != did and SLUG.fullmatch(slug) else None


def site_of(did: str) -> str | None:
    """The DID of the site whose institution ``did`` may be; None if it cannot be one."""
    site, _, slug = did.rpartition(f":{INSTITUTIONS}:")
    is_one = site.startswith("did:web:") and SLUG.fullmatch(slug)
    return site if is_one else None


def verification_method(did: str, key: str) -> str:
    """The full id of the Multikey ``key`` (``z6Mk...``) of ``did``."""
    return f"{did}#{key}"


def assertion_key(document: Mapping[str, Any], method_id: str) -> bytes:
    """The public key of ``method_id``, if the document lets it sign statements.

    Raises:
        KeyNotListedError: it is not in ``assertionMethod``, not there at all, revoked, or
            controlled by somebody else.
        MultikeyError: it is not an Ed25519 key.
    """
    return _sound_key(document, _listed(document, method_id))


@dataclass(frozen=True, slots=True)
class RevokedMethod:
    """A key that its owner withdrew, as after a theft: ``since`` then it proves nothing.

    ``public_key`` if it is an Ed25519 key, ``jwk`` if it is one for tokens.
    """

    since: str
    public_key: bytes | None = None
    jwk: Mapping[str, Any] | None = None


def revoked_method(document: Mapping[str, Any], method_id: str) -> RevokedMethod | None:
    """The key of ``method_id`` if the document says that it was revoked; else None.

    It cannot sign statements any more (`assertion_key` refuses it), but what it signed before
    can still be held against it.
    """
    for method in _list(document, "verificationMethod"):
        if isinstance(method, dict) and method.get("id") == method_id and "revoked" in method:
            break
    else:
        return None
    since, sound = str(method["revoked"]), {**method}
    del sound["revoked"]
    try:
        if method.get("type") == "JsonWebKey" and isinstance(method.get("publicKeyJwk"), dict):
            _refuse_unsound(document, sound, "JsonWebKey")
            return RevokedMethod(since, jwk=method["publicKeyJwk"])
        return RevokedMethod(since, public_key=_sound_key(document, sound))
    except DocumentError:
        return None


def assertion_jwk(document: Mapping[str, Any], method_id: str) -> Mapping[str, Any]:
    """The JWK of ``method_id``, if the document lets it sign statements.

    Raises:
        KeyNotListedError: as for `assertion_key`.
    """
    method = _listed(document, method_id)
    jwk = method.get("publicKeyJwk")
    if not isinstance(jwk, dict):
        raise KeyNotListedError(f"{method_id} has no publicKeyJwk")
    _refuse_unsound(document, method, "JsonWebKey")
    return jwk


def _listed(document: Mapping[str, Any], method_id: str) -> dict[str, Any]:
    """The verification method, if it may sign statements; its id is compared, never fetched."""
    if method_id not in _list(document, "assertionMethod"):
        raise KeyNotListedError(f"{method_id} is not in assertionMethod of {document.get('id')}")
    for method in _list(document, "verificationMethod"):
        if isinstance(method, dict) and method.get("id") == method_id:
            return method
    raise KeyNotListedError(f"{method_id} is not a verificationMethod of {document.get('id')}")


def assertion_keys(document: Mapping[str, Any]) -> list[bytes]:
    """Every Ed25519 key that the document lets sign statements, the newest, last listed, first."""
    keys = []
    for method_id in reversed(_list(document, "assertionMethod")):
        try:
            keys.append(assertion_key(document, method_id))
        except DocumentError:
            continue
    return keys


def _list(document: Mapping[str, Any], name: str) -> list[Any]:
    value = document.get(name)
    return value if isinstance(value, list) else []


def _sound_key(document: Mapping[str, Any], method: dict[str, Any]) -> bytes:
    _refuse_unsound(document, method, "Multikey")
    return decode_public_key(str(method.get("publicKeyMultibase", "")))


def _refuse_unsound(document: Mapping[str, Any], method: dict[str, Any], kind: str) -> None:
    if method.get("controller") != document.get("id") or method.get("type") != kind:
        raise KeyNotListedError(f"{method['id']} is not a {kind} of {document.get('id')}")
    if "revoked" in method:
        raise KeyNotListedError(f"{method['id']} was revoked {method['revoked']}")
