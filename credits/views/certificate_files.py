"""A certificate as paper and picture: the PDF, the picture for sharing, the badge for a README.

They say what its page says, to the same readers: to whoever has the address.
"""

from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from credits.core.papers import read_paper
from credits.core.verdict import Outcome
from credits.exports import EXPORTS
from credits.exports.fonts import UnprintableError, font_shelf, named
from credits.exports.pdf_signature import pdf_signer, sign_pdf
from credits.exports.press import press_version
from credits.exports.sheet import Sheet
from credits.exports.sheet_words import LANGUAGES
from credits.services.verification import verify_stored
from credits.views.verification import get_certificate

LIFETIME_SECONDS = 300
"""How long a copy may be shown elsewhere after a certificate was revoked."""

KEPT = 64
"""Files of some 80,000 bytes: crawlers ask for one several times in a minute."""

UNPRINTABLE = 422


@cache_control(public=True, max_age=LIFETIME_SECONDS)
@require_safe
def pdf(request: HttpRequest, code: str) -> HttpResponseBase:
    """The certificate on A4, with the signed credential within."""
    return _answer(request, code, "pdf")


@cache_control(public=True, max_age=LIFETIME_SECONDS)
@require_safe
def share(request: HttpRequest, code: str) -> HttpResponseBase:
    """The picture that shows where the certificate's address is shared."""
    return _answer(request, code, "share")


@cache_control(public=True, max_age=LIFETIME_SECONDS)
@require_safe
def badge(request: HttpRequest, code: str) -> HttpResponseBase:
    """The badge for a README."""
    return _answer(request, code, "badge")


def _answer(request: HttpRequest, code: str, name: str) -> HttpResponseBase:
    """The export ``name``, in the language asked for, else in the certificate's own."""
    found = get_certificate(code)
    outcome = verify_stored(found, now=timezone.now()).outcome
    asked = request.GET.get("lang", "")
    document = (found.credential, found.evidence, outcome, asked if asked in LANGUAGES else "")
    etag = _etag(name, *document)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    try:
        made = _made(name, *document)
    except UnprintableError as error:
        context = {"certificate": found, "characters": [*map(named, error.characters)]}
        return render(request, "credits/public/unprintable.html", context, status=UNPRINTABLE)
    export = EXPORTS[name]
    disposition = f'inline; filename="{found.code}{export.suffix}"'
    # Its page asks search engines to stay out; a file has to ask in a header.
    headers = {"ETag": etag, "Content-Disposition": disposition, "X-Robots-Tag": "noindex"}
    return HttpResponse(made, content_type=export.media_type, headers=headers)


@lru_cache(maxsize=KEPT)
def _made(name: str, credential: str, evidence: str, outcome: Outcome, language: str) -> bytes:
    paper = read_paper(credential, evidence)
    if paper is None:
        raise Http404
    sheet = Sheet(paper, credential, outcome, language or paper.language)
    made = EXPORTS[name].render(sheet, font_shelf(*settings.FONT_DIRS))
    if _is_signed(name, outcome):
        return sign_pdf(made, pdf_signer(settings.PDF_KEY_FILE, settings.PDF_KEY_PASSWORD))
    return made


def _is_signed(name: str, outcome: Outcome) -> bool:
    """Whether the institution's key is set; it signs nothing that is not valid."""
    return name == "pdf" and outcome is Outcome.VALID and settings.PDF_KEY_FILE is not None


def _etag(name: str, credential: str, evidence: str, outcome: Outcome, language: str) -> str:
    """What the bytes depend on: they need not be made to know that they are the same.

    Signed ones tell when they were signed, so they are the same in all but that (a weak tag).
    """
    is_signed = _is_signed(name, outcome)
    key = str(settings.PDF_KEY_FILE) if is_signed else ""
    parts = [press_version(), name, outcome, language, key, *map(str, settings.FONT_DIRS)]
    digest = sha256("\n".join([*parts, credential, evidence]).encode()).hexdigest()
    return f'{"W/" if is_signed else ""}"{digest[:32]}"'
