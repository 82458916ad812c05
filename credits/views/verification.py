"""Verifying: by code, by link, by file. And what a verifier elsewhere fetches from us."""

import json
import re
from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from credits.core.clr import is_record
from credits.core.code import CodeCheckError, CodeError, parse_code
from credits.core.jose import is_compact
from credits.core.log import body_digest, document_body
from credits.core.opening import carried_text
from credits.core.papers import read_paper
from credits.core.verify import MAX_BYTES
from credits.models import Certificate, StatusList
from credits.services import carrying
from credits.services.certificates import find_certificate
from credits.services.errors import CreditsError
from credits.services.institutions import issuing_institutions
from credits.services.issuer import did_document
from credits.services.log import proof_of
from credits.services.status import status_list_document, suspension_list_document
from credits.services.verification import certificate_of, verify_stored, verify_upload
from credits.views.certificate_life import possible_acts
from credits.views.shared_papers import read_shared
from credits.views.sharing import render_shared

CREDENTIAL = "application/vc"
TOKEN = "application/jwt"  # noqa: S105 (a media type)
PLAIN = "text/plain; charset=utf-8"
UNAVAILABLE = 503
LARGEST_UPLOAD = MAX_BYTES
"""Bytes; what is larger is not even read."""

LARGEST_DISCARD = 256_000_000
CHUNK = 65_536
LINK_END = re.compile("[?#]")
FORM_ENDING = re.compile(r"\.(json|jwt|png|svg|pdf)\Z")
TOO_LARGE, NOT_FOUND = 413, 404


@csrf_exempt  # It changes nothing; and the check would read a body of any size.
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Take a code, a link, a text or a file; say what it is worth; keep nothing."""
    if _is_too_large(request):
        _discard(request)
        sentence = _(
            "This is too large to be a certificate, so it was not read. "
            "A certificate is a JSON file of some ten thousand bytes."
        )
        return _ask(request, sentence, status=TOO_LARGE)
    if request.method == "POST":
        file = request.FILES.get("file")
        text = request.POST.get("text", "").strip()
        data = file.read() if file else text.encode()
        if not file and not text.startswith("{") and not is_compact(text.encode()):
            return _look_up(request, text)
        return _check(request, data)
    text = request.GET.get("code", "").strip()
    return _look_up(request, text) if text else _ask(request)


def _is_too_large(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length", "")
    return length.isdecimal() and int(length) > LARGEST_UPLOAD


def _discard(request: HttpRequest) -> None:
    """Let a browser finish sending: until then it does not show the answer."""
    left = LARGEST_DISCARD
    while left > 0 and (chunk := request.read(CHUNK)):
        left -= len(chunk)


def _ask(
    request: HttpRequest, error: str = "", *, text: str = "", status: int = 200
) -> HttpResponse:
    context = {"error": error, "text": text, "limit": LARGEST_UPLOAD}
    return render(request, "credits/public/verify.html", context, status=status)


def _look_up(request: HttpRequest, text: str) -> HttpResponse:
    """A code or a link to a certificate of ours."""
    if not text:
        return _ask(request, _("Give a code, a link, a text or a file."))
    code = LINK_END.split(text)[0].rstrip("/").rpartition("/")[2] if "://" in text else text
    if "/" in code:
        return _unknown(request, code)
    return redirect("certificate", code=FORM_ENDING.sub("", code)[:100] or "-")


def _check(request: HttpRequest, data: bytes) -> HttpResponse:
    now = timezone.now()
    verdict = verify_upload(data, now=now)
    if is_record(verdict.credential):
        sentence = _(
            "This is a whole record (CLR) with several certificates. Check each of them by its"
            " own address, or the file by: opencredits verify FILE"
        )
        return _ask(request, sentence, status=400)
    text = carried_text(data)
    if (shared := read_shared(text)) is not None and verdict.credential is not None:
        return render_shared(request, shared, verdict)
    paper = read_paper(text)
    if paper is None:
        sentence = _(
            "This is not a certificate: there is no Open Badges 3.0 credential in it. "
            "Download it again from the certificate's page, and do not edit it."
        )
        return _ask(request, sentence, status=400)
    context = {
        "known": certificate_of(verdict),
        "verdict": verdict,
        "paper": paper,
        "items": paper.items if "all" in request.GET else paper.largest,
        "limit": LARGEST_UPLOAD,
        "now": now,
    }
    return render(request, "credits/public/certificate.html", context)


@require_safe
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """The public page of a certificate: the verdict first, then what it says."""
    found = find_certificate(code)
    if found is None:
        return _unknown(request, code)
    if found.code != code:
        return redirect(found)
    now, paper = timezone.now(), read_paper(found.credential, found.evidence)
    shows_all = paper is not None and "all" in request.GET
    context = {
        "certificate": found,
        "known": found,
        "may_change_life": bool(possible_acts(found, request.user, now=now)),
        "verdict": verify_stored(found, now=now),
        "paper": paper,
        "items": paper and (paper.items if shows_all else paper.largest),
        "limit": LARGEST_UPLOAD,
        "is_logged": _is_logged(found),
        "log_url": f"{reverse('log')}?before={found.log_entry_id + 1}",
        "page_url": request.build_absolute_uri(found.get_absolute_url()),
        "now": now,
    }
    return render(request, "credits/public/certificate.html", context)


def _is_logged(shown: Certificate) -> bool:
    """Whether the log commits to this very document."""
    body = document_body(json.loads(shown.credential))
    return shown.log_entry.body_digest == body_digest(body)


def _unknown(request: HttpRequest, code: str) -> HttpResponse:
    """Say what is wrong with the code, without looking like the answer to another question."""
    context = {"code": code[:60], "is_code": True, "is_mistyped": False, "limit": LARGEST_UPLOAD}
    try:
        parse_code(code)
    except CodeCheckError:
        context["is_mistyped"] = True
    except CodeError:
        context["is_code"] = False
    return render(request, "credits/public/unknown.html", context, status=NOT_FOUND)


@require_safe
def certificate_json(request: HttpRequest, code: str) -> HttpResponse:
    """The signed credential, byte for byte."""
    found = get_certificate(code)
    return _file(found.credential, CREDENTIAL, f"{found.code}.json")


@require_safe
def certificate_jwt(request: HttpRequest, code: str) -> HttpResponse:
    """The same content as a compact JWS, for verifiers that know no embedded proofs."""
    found = get_certificate(code)
    try:
        token = carrying.certificate_jwt(found, now=timezone.now())
    except CreditsError as error:
        return HttpResponse(f"{error}\n", content_type=PLAIN, status=UNAVAILABLE)
    return _file(token, TOKEN, f"{found.code}.jwt")


@require_safe
def certificate_png(request: HttpRequest, code: str) -> HttpResponse:
    """A picture that carries the signed credential."""
    found = get_certificate(code)
    return _file(carrying.certificate_png(found), "image/png", f"{found.code}.png")


@require_safe
def certificate_svg(request: HttpRequest, code: str) -> HttpResponse:
    """A drawing that carries the signed credential."""
    found = get_certificate(code)
    return _file(carrying.certificate_svg(found), "image/svg+xml", f"{found.code}.svg")


def _file(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    headers = {"Content-Disposition": disposition}
    return HttpResponse(content, content_type=content_type, headers=headers)


@require_safe
def evidence(request: HttpRequest, code: str) -> HttpResponse:
    """The evidence record that the credential pins by its digest."""
    return HttpResponse(get_certificate(code).evidence, content_type="application/json")


@cache_control(public=True, max_age=60)
@require_safe
def log_proof(request: HttpRequest, code: str) -> HttpResponse:
    """What proves that the log holds this certificate; see docs/certificates.md."""
    return JsonResponse(proof_of(get_certificate(code).log_entry))


def get_certificate(code: str) -> Certificate:
    """The certificate with ``code``, else 404."""
    found = find_certificate(code)
    if found is None:
        raise Http404
    return found


@cache_control(public=True, max_age=300)
@require_safe
def status_list(request: HttpRequest, number: int) -> HttpResponse | HttpResponseBase:
    """Which certificates are revoked, signed: the same document for every verifier."""
    get_object_or_404(StatusList, number=number)
    return _listed(request, status_list_document(number, now=timezone.now()))


@cache_control(public=True, max_age=300)
@require_safe
def suspension_list(request: HttpRequest, number: int) -> HttpResponse | HttpResponseBase:
    """Which certificates are suspended at the moment, signed likewise."""
    get_object_or_404(StatusList, number=number)
    return _listed(request, suspension_list_document(number, now=timezone.now()))


def _listed(request: HttpRequest, document: str) -> HttpResponse | HttpResponseBase:
    etag = f'"{sha256(document.encode()).hexdigest()[:32]}"'
    response = HttpResponse(document, content_type=CREDENTIAL, headers={"ETag": etag})
    return get_conditional_response(request, etag=etag, response=response) or response


@cache_control(public=True, max_age=3600)
@require_safe
def did(request: HttpRequest) -> HttpResponse:
    """The issuer's DID document (did:web), which lists our public keys."""
    return JsonResponse(did_document(), content_type="application/did+json")


@cache_control(public=True, max_age=3600)
@require_safe
def institution_did(request: HttpRequest, slug: str) -> HttpResponse:
    """The DID document of an institution that issues in its own name."""
    found = get_object_or_404(issuing_institutions(), slug=slug)
    return JsonResponse(did_document(found), content_type="application/did+json")
