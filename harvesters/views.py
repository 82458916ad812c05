"""Where forges knock. The answers are for their lists of deliveries: one English sentence."""

import logging
import re

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from harvesters.services.hinting import take_hint
from harvesters.tasks import tick
from harvesters.webhooks import (
    Delivery,
    ForgedDeliveryError,
    UnreadableDeliveryError,
    read_delivery,
)

LARGEST_BODY = 5_000_000
TICK_SECONDS = 10
"""What was not sent by then is found by the next tick anyway."""

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def receive_webhook(request: HttpRequest, forge: str) -> HttpResponse:
    """Check a delivery and make the repository's sweep due; nothing it says is kept."""
    secrets = settings.WEBHOOK_SECRETS.get(forge, "").split()
    if not secrets:
        return _said(404, "No secret is set for webhooks of this kind here.")
    if not _is_small(request.META.get("CONTENT_LENGTH") or "0"):
        return _said(413, f"A delivery has at most {LARGEST_BODY} bytes.")
    now = timezone.now()
    try:
        delivery = Delivery(_headers_of(request), request.body)
        hint = read_delivery(forge, delivery, secrets, now=now)
    except ForgedDeliveryError as error:
        return _said(401, str(error))
    except (UnreadableDeliveryError, UnreadablePostError) as error:
        return _said(400, str(error))
    if take_hint(forge, hint, now=now):
        transaction.on_commit(_wake)
    return _said(202, "Taken as a hint.")


def _is_small(length: str) -> bool:
    """Whether so much may be read; of a body without a length nothing is."""
    is_number = bool(re.fullmatch(r"[0-9]{1,9}", length))
    return is_number and int(length) <= LARGEST_BODY


def _headers_of(request: HttpRequest) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _said(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")


def _wake() -> None:
    try:
        tick.apply_async(expires=TICK_SECONDS, retry=False)
    except OperationalError:
        logger.info("the broker is away; beat finds what is due")
