"""The inbox of a person: what happened to certificates that concern them."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from credits.models import Notice
from credits.services.notice_words import address_of
from credits.services.notices import mark_read
from credits.views.paging import keyset_page


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """All notices, the newest first; those not read yet stand out."""
    own = Notice.objects.of(cast(User, request.user)).select_related("certificate")
    context = {
        "page": keyset_page(request, own, moment="created_at"),
        "has_unread": own.unread().exists(),
    }
    return render(request, "credits/notices.html", context)


@login_required
@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice as read, and go where it leads."""
    own = Notice.objects.of(cast(User, request.user)).select_related("certificate")
    notice = get_object_or_404(own, pk=pk)
    mark_read(cast(User, request.user), [notice.pk], now=timezone.now())
    return redirect(address_of(notice))


@login_required
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    mark_read(cast(User, request.user), None, now=timezone.now())
    return redirect("notices")
