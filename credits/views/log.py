"""The transparency log: a page for people; checkpoint and tiles (C2SP) for witnesses."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from credits.core.checkpoint import verifier_key
from credits.core.tiles import TileError
from credits.models import Checkpoint, IssuerKey, IssuerTokenKey, LogEntry
from credits.services.log import log_key, log_origin, tlog_proof_of
from credits.services.log_tiles import published_tile
from credits.services.sound_proofs import sound_proof_by
from credits.views.verification import get_certificate

ENTRIES_A_PAGE = 50
TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
A_YEAR = 31_536_000
NOT_FOUND = 404
NOT_SIGNED = "No checkpoint is signed yet. Try again in a minute.\n"


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The newest entries of the transparency log, and the checkpoint that covers them."""
    before = request.GET.get("before", "")
    entries = LogEntry.objects.order_by("-index")
    if before.isdecimal():
        entries = entries.filter(index__lt=int(before[:18]))
    found = list(entries[: ENTRIES_A_PAGE + 1])
    shown = found[:ENTRIES_A_PAGE]
    context = {
        "entries": shown,
        "older_url": f"?before={shown[-1].index}" if len(found) > len(shown) else "",
        "newest_url": "log" if before else "",
        "checkpoint": Checkpoint.objects.first(),
        "log_key": _key(),
        "keys": [
            *IssuerKey.objects.select_related("institution"),
            *IssuerTokenKey.objects.all(),
        ],
        "now": timezone.now(),
        "witness_url": request.build_absolute_uri(reverse("log")),
    }
    return render(request, "credits/public/log.html", context)


def _key() -> str:
    """The key that signs checkpoints, as witnesses write it; empty before there is one."""
    key = log_key(timezone.now())
    return verifier_key(log_origin(), key) if key is not None else ""


@cache_control(public=True, max_age=5)
@require_safe
def log_checkpoint(request: HttpRequest) -> HttpResponse:
    """The latest signed checkpoint (C2SP tlog-checkpoint), for machines and witnesses."""
    latest = Checkpoint.objects.first()
    if latest is None:
        return HttpResponse(NOT_SIGNED, content_type=TEXT, status=NOT_FOUND)
    return HttpResponse(latest.note, content_type=TEXT)


@require_safe
def log_tile(request: HttpRequest, address: str) -> HttpResponse:
    """A tile of hashes, or a bundle of entries (C2SP tlog-tiles); it never changes."""
    try:
        data = published_tile(address)
    except TileError as error:
        raise Http404 from error
    if data is None:
        message = "No checkpoint covers this yet.\n"
        return HttpResponse(message, content_type=TEXT, status=NOT_FOUND)
    kept = f"public, max-age={A_YEAR}, immutable"
    return HttpResponse(data, content_type=BYTES, headers={"Cache-Control": kept})


@cache_control(public=True, max_age=60)
@require_safe
def certificate_proof(request: HttpRequest, code: str) -> HttpResponse:
    """The proof that a certificate is in the log (C2SP tlog-proof), to be kept beside it.

    With ``?key=`` it shows to who has an older file that the certificate was in the log before
    that key was stolen.
    """
    found = get_certificate(code)
    if stolen := request.GET.get("key", ""):
        return _as_file(sound_proof_by(found.log_entry, stolen), found.code)
    return proof_answer(found.log_entry, found.code)


def proof_answer(entry: LogEntry, name: str) -> HttpResponse:
    """The proof of ``entry`` as a file, once a checkpoint over it is signed."""
    return _as_file(tlog_proof_of(entry), name)


def _as_file(proof: str | None, name: str) -> HttpResponse:
    if proof is None:
        return HttpResponse(NOT_SIGNED, content_type=TEXT, status=NOT_FOUND)
    response = HttpResponse(proof, content_type=TEXT)
    response["Content-Disposition"] = f'attachment; filename="{name}.tlog-proof"'
    return response
