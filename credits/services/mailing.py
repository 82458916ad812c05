"""Send notices by e-mail: each at most once, from the rows that hold them."""

import logging
import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import translation

from credits.models import Notice
from credits.services.notice_words import address_of, body_of, title_of

logger = logging.getLogger(__name__)

AT_ONCE = 100


def send_notices(*, now: datetime) -> int:
    """Send what nobody has begun to send; returns how many went out.

    A notice is taken in a transaction of its own before its message goes out: a crash in between
    leaves it in the inbox, and no mail twice. As long as the mail server cannot be reached, none
    is taken.
    """
    if not Notice.objects.to_mail().exists():
        return 0
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("the mail server cannot be reached: %s", type(error).__name__)
        return 0
    try:
        return sum(_sent(notice, connection) for notice in _taken(now))
    finally:
        connection.close()


def _taken(now: datetime) -> list[Notice]:
    with transaction.atomic():
        waiting = Notice.objects.to_mail().select_for_update(skip_locked=True, of=("self",))
        taken = list(waiting.order_by("pk")[:AT_ONCE])
        keys = [notice.pk for notice in taken]
        Notice.objects.filter(pk__in=keys).update(mail_taken_at=now)
    told = Notice.objects.filter(pk__in=keys).order_by("pk")
    return list(told.select_related("recipient", "certificate"))


def _sent(notice: Notice, connection: BaseEmailBackend) -> int:
    try:
        return message_of(notice, connection).send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("notice %s was not sent: %s", notice.pk, type(error).__name__)
        return 0


def message_of(notice: Notice, connection: BaseEmailBackend | None = None) -> EmailMessage:
    """The message in the language that its reader chose."""
    with translation.override(notice.recipient.language or settings.LANGUAGE_CODE):
        return EmailMessage(
            subject=title_of(notice),
            body=f"{body_of(notice)}\n\n{settings.BASE_URL}{address_of(notice)}\n",
            to=[notice.recipient.email],
            connection=connection,
        )
