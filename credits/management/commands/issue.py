"""``opencredits issue``: issue one certificate, with all that is needed to check it offline."""

import os
import sys
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from credits.core.certificate_words import WORDS
from credits.management.arguments import (
    find_institution,
    find_person,
    find_project,
    parse_day,
    writable,
)
from credits.management.companions import Companion, companion_path
from credits.management.did_files import did_documents_beside
from credits.management.issuing_files import issue_into, people_in
from credits.management.log_proofs import write_proof
from credits.management.progress import bar
from credits.models import Certificate
from credits.services.batch_issuing import Batch
from credits.services.certificates import issue_certificate
from credits.services.counted import Cover
from credits.services.errors import CreditsError
from credits.services.status import status_list_document, suspension_list_document
from credits.services.wishes import NameForm, Wishes


class Command(BaseCommand):
    """Issue a certificate to a file."""

    help = (
        "Issue a certificate over a period to FILE, and beside it what verifies it offline:"
        " the issuer's DID document, the status lists of the day, the evidence, the rule set,"
        " the proof that it is in the public log.\n"
        "Examples: opencredits issue --holder li.ming@stu.university.example"
        " --from 2026-03-01 --to 2026-08-31 --out li.json;"
        " opencredits issue --holders term.txt --from 2026-03-01 --to 2026-08-31 --out term/"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--holder", metavar="EMAIL")
        who.add_argument(
            "--holders",
            metavar="FILE",
            help="many people, one address a line: each gets a certificate, and --out is a folder"
            " for them and for issued.csv, which says what came of each",
        )
        parser.add_argument("--from", required=True, metavar="DATE", dest="first_day")
        parser.add_argument(
            "--to", required=True, metavar="DATE", dest="last_day", help="the last day, counted"
        )
        parser.add_argument("--project", metavar="P", help="only this project")
        parser.add_argument("--out", required=True, metavar="FILE")
        parser.add_argument(
            "--name",
            choices=[form.value for form in NameForm],
            help="which name stands on it: that in Latin script, in its own script, both or none"
            " (without this: name for one person, none with --holders, who should agree first)",
        )
        parser.add_argument(
            "--issuer",
            metavar="SLUG",
            help="the institution in whose name, by a key of its own (without this: the site)",
        )
        parser.add_argument(
            "--prove-email",
            action="store_true",
            help="put the e-mail address on it as a salted hash, which who knows it can check",
        )
        parser.add_argument("--language", choices=sorted(WORDS), default="en")
        parser.add_argument(
            "--jobs", type=int, default=os.cpu_count() or 1, help="processes, with --holders"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["holders"]:
            self._issue_to_many(options)
        else:
            self._issue(options)

    def _issue_to_many(self, options: dict[str, Any]) -> None:
        folder = Path(options["out"])
        people = people_in(options["holders"])
        batch = Batch(_cover(options), _wishes(options, NameForm.NONE), timezone.now())
        with bar(_("certificates"), options.get("stderr") or sys.stderr) as report:
            counts = issue_into(folder, people, batch, jobs=options["jobs"], report=report)
        said = _(
            "%(issued)d certificates issued, %(had)d had before, %(refused)d refused. What came of"
            " each person: %(table)s"
        )
        self.stdout.write(said % counts.as_words())
        if counts.waiting:
            raise CommandError(
                _(
                    "%(count)d certificates are entered in the log, but cannot be signed now. They"
                    " are signed while the site runs; then run this again for their files."
                )
                % {"count": counts.waiting}
            )

    def _issue(self, options: dict[str, Any]) -> None:
        out = writable(Path(options["out"]))
        try:
            cover = _cover(options)
            certificate = issue_certificate(
                find_person(options["holder"]),
                start=cover.start,
                end=cover.end,
                project=cover.project,
                now=timezone.now(),
                wishes=_wishes(options, NameForm.NAME),
            )
            if certificate.signed_at is None:
                raise _not_signed(certificate)
            written = _write(certificate, out)
            written += write_proof(certificate, out, now=timezone.now())
        except CreditsError as error:
            raise CommandError(str(error)) from error
        for path in written:
            self.stdout.write(str(path))
        self.stdout.write(
            _("Certificate %(code)s: %(points)s points. Check it: opencredits verify %(file)s")
            % {"code": certificate.code, "points": certificate.decimal_points, "file": out}
        )


def _cover(options: dict[str, Any]) -> Cover:
    return Cover(
        parse_day(options["first_day"]),
        parse_day(options["last_day"]) + timedelta(days=1),
        find_project(options["project"]) if options["project"] else None,
    )


def _wishes(options: dict[str, Any], usual: NameForm) -> Wishes:
    slug = options["issuer"]
    return Wishes(
        names=NameForm(options["name"] or usual),
        language=options["language"],
        proves_email=options["prove_email"],
        issuer=find_institution(slug) if slug else None,
    )


def _not_signed(certificate: Certificate) -> CommandError:
    sentence = _(
        "Certificate %(code)s is entered in the log, but cannot be signed now. It is tried again"
        " every minute while the site runs. Run: opencredits doctor"
    )
    return CommandError(sentence % {"code": certificate.code})


def _write(certificate: Certificate, out: Path) -> list[Path]:
    """Write the certificate byte for byte, and its companions."""
    number, now = certificate.status_list_id, timezone.now()
    contents = {
        out: certificate.credential,
        **did_documents_beside(out, [certificate.status_list.institution]),
        companion_path(out, Companion.STATUS_LIST): status_list_document(number, now=now),
        companion_path(out, Companion.SUSPENSIONS): suspension_list_document(number, now=now),
        companion_path(out, Companion.EVIDENCE): certificate.evidence,
        companion_path(out, Companion.RULES): certificate.rule_set.source,
    }
    for path, content in contents.items():
        path.write_text(content, encoding="utf-8", newline="")
    return list(contents)
