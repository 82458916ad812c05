"""``opencredits rotate``: a new key, and what to do when a key was stolen."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Institution
from credits.management.arguments import find_institution
from credits.management.progress import bar
from credits.models import Certificate, IssuerKey, IssuerTokenKey, StatusList
from credits.services.certificates import revoke_certificate
from credits.services.errors import CreditsError
from credits.services.issuer import issuer_signer
from credits.services.log import publish_checkpoint
from credits.services.rotation import (
    PUBLISHED_BEFORE_USE,
    rotate_issuer_key,
    rotate_token_key,
)
from credits.services.status import sign_lists
from credits.services.theft import (
    Theft,
    doubtful_certificates,
    sign_anew,
    survey_theft,
    withdraw_issuer_key,
    withdraw_token_key,
)

ISSUER, INSTITUTION, TOKEN = "issuer-key", "institution-key", "token-key"
ALL = "all"


class Command(BaseCommand):
    """Put a new key in the place of an old one."""

    help = (
        "Make a new key, publish it at once, and use it in a week (--now: at once). Certificates"
        " of the old key stay valid. Run it where the signer runs, as its user; the signer learns"
        " of it by itself. An institution-key is that by which an institution issues in its own"
        " name: the first one is made, and used at once.\n"
        "If a key was stolen: --compromised-since the last moment when it was safe. The key is put"
        " out of force at once; what was logged before is signed anew; what came after is listed,"
        " and is only valid again if you name it --genuine. Look first: --dry-run.\n"
        "Examples: opencredits rotate issuer-key;"
        " opencredits rotate institution-key --institution first-university;"
        " opencredits rotate issuer-key --compromised-since 2026-11-20T18:00 --dry-run"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=[ISSUER, INSTITUTION, TOKEN])
        parser.add_argument("--institution", metavar="SLUG", help="whose key, if not the site's")
        parser.add_argument("--now", action="store_true", help="use the new key at once")
        parser.add_argument("--compromised-since", metavar="TIME", help="in UTC if no zone is told")
        parser.add_argument("--key", default="", metavar="z6Mk...", help="not the key of today")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--resume", action="store_true", help="go on after a break")
        parser.add_argument(
            "--genuine", nargs="+", default=[], metavar="CODE", help="certificates, or: all"
        )
        parser.add_argument(
            "--revoke-rest", action="store_true", help="revoke what came after and is not genuine"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        options["institution"] = _institution(options)
        try:
            if options["compromised_since"] or options["resume"]:
                self._stolen(options)
            else:
                self._rotate(options)
        except CreditsError as error:
            raise CommandError(str(error)) from error

    def _rotate(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        use_from = now if options["now"] else now + PUBLISHED_BEFORE_USE
        if options["dry_run"]:
            raise CommandError(_("There is nothing to try: without a theft nothing is lost."))
        key: IssuerKey | IssuerTokenKey
        if options["what"] == TOKEN:
            key = rotate_token_key(now=now, use_from=use_from)
        else:
            whose = options["institution"]
            key = rotate_issuer_key(now=now, use_from=use_from, institution=whose)
        self.stdout.write(
            _("New key: %(key)s. It signs from %(moment)s on; the old one stays listed.")
            % {"key": key, "moment": key.first_used.isoformat(timespec="minutes")}
        )

    def _stolen(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        if options["what"] == TOKEN:
            self._token_stolen(options, now)
            return
        if not options["resume"]:
            since = _moment(options["compromised_since"], now)
            whose = {"name": options["key"], "institution": options["institution"]}
            theft = survey_theft(since, now=now, **whose)
            self._tell(theft)
            if options["dry_run"]:
                return
            successor = withdraw_issuer_key(since, now=now, **whose)
            self.stdout.write(_("Out of force. New key: %(key)s") % {"key": successor})
        self._mend(options, now)

    def _token_stolen(self, options: dict[str, Any], now: datetime) -> None:
        if options["dry_run"] or options["resume"]:
            raise CommandError(_("Certificates as JWT are made when asked for: nothing to mend."))
        key = withdraw_token_key(_moment(options["compromised_since"], now), now=now)
        self.stdout.write(_("Out of force. New key: %(key)s") % {"key": key})

    def _mend(self, options: dict[str, Any], now: datetime) -> None:
        """Sign lists, log and certificates with the new key, and settle what is doubtful."""
        sign_lists(StatusList.objects.all(), now=now)
        publish_checkpoint(issuer_signer(now=now), now=now)
        genuine = None if ALL in options["genuine"] else _known(options["genuine"])
        with bar(_("signing anew"), sys.stderr) as show:
            for done, total in sign_anew(now=now, genuine=genuine):
                show(done, total)
        self.stdout.write(_("%(count)d documents signed anew.") % {"count": total})
        left = _doubtful()
        if options["revoke_rest"]:
            for certificate in left:
                revoke_certificate(certificate, reason=REASON, now=timezone.now())
            self.stdout.write(_("%(count)d certificates revoked.") % {"count": len(left)})
        elif left:
            self.stdout.write(
                _(
                    "%(count)d certificates that came after the theft are not valid now. Look at"
                    " them, then: opencredits rotate issuer-key --resume --genuine CODE ..."
                    " --revoke-rest"
                )
                % {"count": len(left)}
            )

    def _tell(self, theft: Theft) -> None:
        self.stdout.write(
            _("Key %(key)s, stolen since %(since)s. The log had %(size)d entries then.")
            % {"key": theft.key, "since": theft.since.isoformat(), "size": theft.sound_size}
        )
        self.stdout.write(
            _("Genuine, to be signed anew: %(count)d certificates.")
            % {"count": theft.genuine_count}
        )
        self.stdout.write(
            _("In the log since then: %(count)d certificates.") % {"count": len(theft.doubtful)}
        )
        for each in theft.doubtful:
            self.stdout.write(f"  {each.code}  {each.issued_at:%Y-%m-%d %H:%M}  {each.holder}")
        if theft.strange_count:
            self.stdout.write(
                self.style.ERROR(
                    _("In the log since then, and not known here: %(count)d entries.")
                    % {"count": theft.strange_count}
                )
            )


def _institution(options: dict[str, Any]) -> Institution | None:
    """Whose key is meant; None for the site's.

    Raises:
        CommandError: none is named, there is no such institution, or it has no key of that kind.
    """
    slug, what = options["institution"], options["what"]
    if what == INSTITUTION and not slug:
        raise CommandError(_("Say whose: --institution SLUG."))
    if what == TOKEN and slug:
        raise CommandError(_("Institutions have no key of their own for JWT; the site signs them."))
    return find_institution(slug) if slug else None


REASON = "Signed after the key of the issuer was stolen."


def _moment(text: str, now: datetime) -> datetime:
    """A day or a moment, in UTC if it names no zone.

    Raises:
        CommandError: it is none, or one to come.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        example = "2026-11-20T18:00"
        raise CommandError(
            _("%(text)s is no moment; write it like %(example)s.")
            % {"text": text, "example": example}
        ) from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > now:
        raise CommandError(_("A key cannot have been stolen in the future."))
    return moment


def _known(codes: Sequence[str]) -> Sequence[str]:
    """``codes``, each of which must be that of a certificate.

    Raises:
        CommandError
    """
    found = set(Certificate.entered.filter(code__in=codes).values_list("code", flat=True))
    if missing := [code for code in codes if code not in found]:
        raise CommandError(_("There is no certificate %(code)s.") % {"code": missing[0]})
    return codes


def _doubtful() -> list[Certificate]:
    """What still bears the signature of a stolen key only."""
    stolen = IssuerKey.objects.exclude(compromised_since=None)
    return [each for key in stolen for each in doubtful_certificates(key, key.sound_size)]
