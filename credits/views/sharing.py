"""Showing a part of a certificate: its holder chooses, whoever has the link sees that part."""

import json
from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from credits.core.disclosure import Leaf, LeafKind
from credits.core.papers import contribution_items
from credits.core.verdict import Verdict
from credits.core.verify import MAX_BYTES
from credits.models import Certificate, Share
from credits.services.errors import CreditsError
from credits.services.sharing import (
    share_part,
    shared_document,
    verify_share,
    what_can_be_shown,
    withdraw_share,
)
from credits.views.shared_papers import shared_paper

GONE = 410
LONGEST_PLACE = 9
"""Digits; no certificate says so many things."""


@login_required
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, code: str) -> HttpResponse:
    """Tick what is to be seen, have a link to it; see and withdraw the links so far."""
    held = Certificate.objects.held_by(cast(User, request.user))
    certificate = get_object_or_404(held, code=code)
    leaves = what_can_be_shown(certificate)
    if request.method == "POST":
        try:
            share_part(certificate, _chosen(request, leaves), now=timezone.now())
        except CreditsError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Your link is ready. It shows only what you ticked."))
        return redirect("certificate-share", certificate.code)
    context = {
        "certificate": certificate,
        "others": _choices(leaves),
        "projects": _projects(leaves),
        "shares": _shares(request, certificate),
        "now": timezone.now(),
    }
    return render(request, "credits/student/certificate_share.html", context)


def _chosen(request: HttpRequest, leaves: list[Leaf]) -> set[int]:
    """What was ticked, all contributions of projects ticked as a whole, and their projects."""
    ticked = {int(place) for place in request.POST.getlist("shown") if _is_place(place)}
    whole = {int(place) for place in request.POST.getlist("whole") if _is_place(place)}
    places = list(enumerate(leaves))
    work = [(place, leaf) for place, leaf in places if leaf.kind is LeafKind.CONTRIBUTION]
    projects = [(place, leaf) for place, leaf in places if leaf.kind is LeafKind.PROJECT]
    urls = {leaf.value["url"] for place, leaf in projects if place in whole}
    chosen = ticked | {place for place, leaf in work if leaf.value["project"] in urls}
    told = urls | {leaf.value["project"] for place, leaf in work if place in chosen}
    return chosen | {place for place, leaf in projects if leaf.value["url"] in told}


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < LONGEST_PLACE


def _choices(leaves: list[Leaf]) -> list[dict[str, Any]]:
    """Name, rule set and total, with their places."""
    kinds = (LeafKind.NAME, LeafKind.RULES, LeafKind.TOTAL)
    return [
        {"place": place, "kind": leaf.kind.value, "value": leaf.value}
        for place, leaf in enumerate(leaves)
        if leaf.kind in kinds
    ]


def _projects(leaves: list[Leaf]) -> list[dict[str, Any]]:
    """Each project with its contributions, all with their places."""
    work: dict[str, list[dict[str, Any]]] = {}
    for place, leaf in enumerate(leaves):
        if leaf.kind is LeafKind.CONTRIBUTION:
            (item,) = contribution_items([leaf.value])
            work.setdefault(leaf.value["project"], []).append({"place": place, "item": item})
    return [
        {"place": place, "name": leaf.value["name"], "work": work.get(leaf.value["url"], [])}
        for place, leaf in enumerate(leaves)
        if leaf.kind is LeafKind.PROJECT
    ]


def _shares(request: HttpRequest, certificate: Certificate) -> list[dict[str, Any]]:
    """The open links, each with its full address and how much it shows."""
    shares = Share.objects.open().filter(sealed__certificate=certificate)
    return [
        {
            "share": each,
            "url": request.build_absolute_uri(each.get_absolute_url()),
            "count": len(each.shown),
        }
        for each in shares
    ]


@login_required
@require_POST
def share_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a link of one's own."""
    own = Share.objects.filter(sealed__certificate__holder=cast(User, request.user))
    share = get_object_or_404(own.select_related("sealed__certificate"), pk=pk)
    withdraw_share(share, now=timezone.now())
    messages.success(request, _("Withdrawn. The link shows nothing any more."))
    return redirect("certificate-share", share.sealed.certificate.code)


@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """What the holder chose to show, with the verdict on it."""
    found = _share(token)
    if found.withdrawn_at is not None:
        return render(request, "credits/public/share_withdrawn.html", status=GONE)
    document = shared_document(found)
    verdict = verify_share(found, document, now=timezone.now())
    return render_shared(request, document, verdict, share=found)


def render_shared(
    request: HttpRequest,
    document: Mapping[str, Any],
    verdict: Verdict,
    *,
    share: Share | None = None,
) -> HttpResponse:
    """The page of a part, whether it is ours by link or a file that somebody brought."""
    context = {
        "verdict": verdict,
        "paper": shared_paper(document, verdict),
        "share": share,
        "limit": MAX_BYTES,
        "now": timezone.now(),
    }
    return render(request, "credits/public/shared.html", context)


@never_cache
@require_safe
def shared_json(request: HttpRequest, token: str) -> HttpResponse:
    """The file that anyone can verify, without us too."""
    found = _share(token)
    if found.withdrawn_at is not None:
        return render(request, "credits/public/share_withdrawn.html", status=GONE)
    text = json.dumps(shared_document(found), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="certificate-part.json"'
    return response


def _share(token: str) -> Share:
    shares = Share.objects.select_related("sealed__certificate")
    return get_object_or_404(shares, token=token.replace("\0", ""))
