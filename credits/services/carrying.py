"""A certificate in the other forms that Open Badges 3.0 knows: a JWT, and badges as pictures."""

import json
from datetime import datetime
from functools import cache
from importlib import resources

from credits.core.baking import bake_png, bake_svg
from credits.models import Certificate
from credits.services.issuer import sign_tokens


def certificate_jwt(certificate: Certificate, *, now: datetime) -> str:
    """The certificate as a compact JWS: its content as issued, under the key for tokens.

    Raises:
        IssuerKeyError: the key file is damaged or holds another kind of key.
        SignerUnavailableError, SigningPausedError: not now.
    """
    return sign_tokens([json.loads(certificate.credential)], now=now)[0]


def certificate_png(certificate: Certificate) -> bytes:
    """Our seal as a PNG that carries the certificate."""
    return bake_png(_seal("seal.png"), certificate.credential)


def certificate_svg(certificate: Certificate) -> str:
    """Our seal as an SVG that carries the certificate."""
    return bake_svg(_seal("seal.svg").decode(), certificate.credential)


@cache
def _seal(name: str) -> bytes:
    return (resources.files("credits.core") / "data" / "seal" / name).read_bytes()
