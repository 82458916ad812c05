"""Putting a certificate into a wallet: its holder's page, and what the public is told of it."""

import json
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from credits.models import BoundCertificate, Certificate
from credits.services.wallets import (
    OFFER_LASTS,
    NewOffer,
    OfferNotInForceError,
    offer_certificate,
    offer_document,
)
from credits.views.log import proof_answer

SCHEME = "openid-credential-offer://"
"""What wallets listen to (OpenID4VCI 1.0, section 12.1.1)."""


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def wallet(request: HttpRequest, code: str) -> HttpResponse:
    """Offer the certificate to a wallet: a QR code, a link and digits, all shown this once."""
    held = Certificate.objects.held_by(cast(User, request.user))
    certificate = get_object_or_404(held, code=code)
    context: dict[str, Any] = {"certificate": certificate}
    if request.method == "POST":
        try:
            offered = offer_certificate(certificate, now=timezone.now())
        except OfferNotInForceError as error:
            messages.error(request, str(error))
            return redirect("certificate-wallet", certificate.code)
        context |= _shown(offered)
    context["bound_forms"] = certificate.bound_forms.all()
    return render(request, "credits/student/certificate_wallet.html", context)


class OfferLinks(NamedTuple):
    """An offer as what a wallet opens: short for a QR code, or whole for a link."""

    reference: str
    value: str


def offer_links(handle: str) -> OfferLinks:
    """Both forms of the offer ``handle`` (OpenID4VCI 1.0, sections 4.1.2 and 4.1.3)."""
    reference = f"{settings.BASE_URL}{reverse('wallet-offer', args=[handle])}"
    value = json.dumps(offer_document(handle), separators=(",", ":"))
    return OfferLinks(
        f"{SCHEME}?{urlencode({'credential_offer_uri': reference})}",
        f"{SCHEME}?{urlencode({'credential_offer': value})}",
    )


def _shown(offered: NewOffer) -> dict[str, Any]:
    links = offer_links(offered.handle)
    return {
        "qr_url": links.reference,
        "link_url": links.value,
        "digits": offered.digits,
        "expires_at": offered.offer.expires_at,
        "minutes": int(OFFER_LASTS.total_seconds() // 60),
    }


@login_required
@require_safe
def proof(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """What shows that the log holds the form in a wallet, as a file to keep beside it."""
    held = BoundCertificate.objects.filter(certificate__holder=cast(User, request.user))
    bound = get_object_or_404(held.select_related("log_entry"), pk=pk, certificate__code=code)
    return proof_answer(bound.log_entry, f"{code}-wallet")


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What wallets get and connected programs may read, for whoever wants to know."""
    return render(request, "credits/public/wallet.html", {"issuer_name": settings.ISSUER_NAME})
