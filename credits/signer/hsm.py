"""Keys in a PKCS#11 token: they are made there, and never leave it.

Needs the package python-pkcs11 (``pip install 'opencredits[pkcs11]'``) and the token's module.
Ed25519 by CKM_EDDSA (PKCS#11 3.0), as SoftHSM 2.6 and tokens with Edwards curves have it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from credits.signer.stores import KeyFileError

EDWARDS25519 = bytes.fromhex("06032b6570")
"""The object identifier 1.3.101.112 (RFC 8410) in DER, as CKA_EC_PARAMS."""

KEY_BYTES = 32
RETIRED = "withdrawn-"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Token:
    """A token by the path of its ``module``, its ``label``, and the PIN of its user."""

    module: str
    label: str
    pin: str


class HsmSigner:
    """An Ed25519 key in a token."""

    def __init__(self, store: "HsmStore", name: str, public_key: bytes) -> None:
        self._store = store
        self._name = name
        self._public_key = public_key

    def public_key(self) -> bytes:
        return self._public_key

    def sign(self, data: bytes) -> bytes:
        return self._store.sign(self._name, data)


class HsmStore:
    """Ed25519 keys in ``token``, by label. A broken session is opened again."""

    def __init__(self, token: Token, first: str) -> None:
        self.first = first
        self._token = token
        self._session: Any = None
        self._lock = threading.Lock()

    def load(self, name: str) -> HsmSigner:
        return self._with_session(lambda session: self._loaded(session, name))

    def make(self, name: str) -> HsmSigner:
        return self._with_session(lambda session: self._made(session, name))

    def withdraw(self, name: str) -> str:
        """Rename the key, so that nothing here uses it; the token's owner destroys it."""

        def renamed(session: Any) -> str:
            p11 = _library()
            for kind in (p11.ObjectClass.PRIVATE_KEY, p11.ObjectClass.PUBLIC_KEY):
                for found in list(session.get_objects(_called(name, kind))):
                    found[p11.Attribute.LABEL] = RETIRED + name
            return f"{self._token.label}: {RETIRED}{name}"

        return self._with_session(renamed)

    def sign(self, name: str, data: bytes) -> bytes:
        """The signature of the key ``name``, made in the token."""

        def signed(session: Any) -> bytes:
            p11 = _library()
            (key,) = session.get_objects(_called(name, p11.ObjectClass.PRIVATE_KEY))
            return bytes(key.sign(data, mechanism=p11.Mechanism.EDDSA))

        return self._with_session(signed)

    def _loaded(self, session: Any, name: str) -> HsmSigner:
        p11 = _library()
        found = list(session.get_objects(_called(name, p11.ObjectClass.PUBLIC_KEY)))
        if not found and name == self.first:
            return self._made(session, name)
        if len(found) != 1:
            raise KeyFileError(f"{self._token.label} holds {len(found)} keys called {name}, not 1.")
        # An octet string in DER around the key.
        point = bytes(found[0][p11.Attribute.EC_POINT])
        return HsmSigner(self, name, point[-KEY_BYTES:])

    def _made(self, session: Any, name: str) -> HsmSigner:
        p11 = _library()
        curve = session.create_domain_parameters(
            p11.KeyType.EC_EDWARDS, {p11.Attribute.EC_PARAMS: EDWARDS25519}, local=True
        )
        curve.generate_keypair(
            mechanism=p11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
            store=True,
            label=name,
            id=f"{name} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}".encode(),
        )
        return self._loaded(session, name)

    def _with_session(self, act: Callable[[Any], T]) -> T:
        """``act`` with the session, one at a time; opened anew once if the token was away."""
        p11 = _library()
        with self._lock:
            for is_last in (False, True):
                try:
                    if self._session is None:
                        self._session = self._opened()
                    return act(self._session)
                except (p11.PKCS11Error, ValueError) as error:
                    self._session = None
                    if is_last:
                        said = str(error) or type(error).__name__
                        raise KeyFileError(f"The token {self._token.label}: {said}.") from error
        raise AssertionError  # the loop returns or raises

    def _opened(self) -> Any:
        p11 = _library()
        token = _module(self._token.module).get_token(token_label=self._token.label)
        try:
            return token.open(user_pin=self._token.pin, rw=True)
        except p11.exceptions.UserAlreadyLoggedIn:
            return token.open(rw=True)


@lru_cache(maxsize=4)
def _module(path: str) -> Any:
    return _library().lib(path)


def _library() -> Any:
    try:
        import pkcs11  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise KeyFileError(
            "OPENCREDITS_HSM_MODULE needs the package python-pkcs11:"
            " pip install 'opencredits[pkcs11]'"
        ) from error
    return pkcs11


def _called(name: str, kind: Any) -> dict[Any, Any]:
    p11 = _library()
    return {p11.Attribute.LABEL: name, p11.Attribute.CLASS: kind}
