"""``opencredits certificate``: how a certificate stands; suspend, reinstate or revoke it."""

import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from credits.management.verdict_words import outcome_sentence
from credits.models import Certificate
from credits.services.certificate_life import (
    reinstate_certificate,
    revoke_certificate,
    suspend_certificate,
)
from credits.services.certificates import find_certificate
from credits.services.errors import CreditsError
from credits.services.notice_words import reason_words
from credits.services.verification import verify_stored


class Command(BaseCommand):
    """Say how a certificate stands, or change that."""

    help = (
        "Say how a certificate stands, or suspend, reinstate or revoke it. The status list, the"
        " log, the holder and the universities that were sent it are told.\n"
        "Examples: opencredits certificate OC-7K3M-9QXT-2B8W-HJ4N --revoke --reason 'by mistake'"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE")
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--suspend", action="store_true", help="for a time")
        acts.add_argument("--reinstate", action="store_true", help="end a suspension")
        acts.add_argument("--revoke", action="store_true", help="for good")
        parser.add_argument("--reason", default="", help="everybody who verifies it can read it")
        parser.add_argument("--yes", action="store_true", help="do not ask whether it is meant")

    def handle(self, *_args: Any, **options: Any) -> None:
        certificate, now = find_certificate(options["code"]), timezone.now()
        if certificate is None:
            raise CommandError(_("There is no certificate %(code)s.") % {"code": options["code"]})
        act = next((name for name in ("suspend", "reinstate", "revoke") if options[name]), "")
        if act:
            self._confirm(certificate, is_meant=options["yes"])
            try:
                certificate = _changed(certificate, act, options["reason"], now)
            except CreditsError as error:
                raise CommandError(str(error)) from error
        self._tell(certificate, now)

    def _confirm(self, certificate: Certificate, *, is_meant: bool) -> None:
        if is_meant:
            return
        question = _("Certificate %(code)s of %(person)s: type its code to go on: ") % {
            "code": certificate.code,
            "person": certificate.holder,
        }
        typed = input(question) if sys.stdin.isatty() else ""
        if typed.strip() != certificate.code:
            raise CommandError(_("Nothing was changed. Without a terminal, add --yes."))

    def _tell(self, certificate: Certificate, now: datetime) -> None:
        outcome = verify_stored(certificate, now=now).outcome
        self.stdout.write(f"{certificate.code}: {outcome_sentence(outcome)}")
        reason = certificate.revocation_reason or certificate.suspension_reason
        if reason:
            self.stdout.write(_("Reason: %(reason)s") % {"reason": reason_words(reason)})
        if certificate.superseded_by is not None:
            self.stdout.write(certificate.superseded_by.code)


def _changed(certificate: Certificate, act: str, reason: str, now: datetime) -> Certificate:
    if act == "suspend":
        return suspend_certificate(certificate, reason=reason, now=now)
    if act == "reinstate":
        return reinstate_certificate(certificate, now=now)
    return revoke_certificate(certificate, reason=reason, now=now)
