"""``opencredits record``: a person's whole record in one file, to be checked offline."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from credits.management.arguments import find_person, writable
from credits.management.companions import Companion, companion_paths
from credits.management.did_files import did_documents_beside
from credits.models import StatusList
from credits.services.errors import CreditsError
from credits.services.records import issue_record
from credits.services.status import status_list_document, suspension_list_document


class Command(BaseCommand):
    """Write a person's record to a file."""

    help = (
        "Write all valid certificates of a person to FILE as one signed record (CLR 2.0), and"
        " beside it what verifies it offline: the issuer's DID document and the status lists.\n"
        "Example: opencredits record --holder li.ming@stu.university.example --out li.clr.json"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--holder", required=True, metavar="EMAIL")
        parser.add_argument("--out", required=True, metavar="FILE")

    def handle(self, *_args: Any, **options: Any) -> None:
        out, holder = writable(Path(options["out"])), find_person(options["holder"])
        try:
            record = issue_record(holder, now=timezone.now())
        except CreditsError as error:
            raise CommandError(str(error)) from error
        held = StatusList.objects.filter(certificates__holder=holder).distinct()
        lists = list(held.select_related("institution"))
        issuers = [None, *(each.institution for each in lists)]
        contents = {out: record, **did_documents_beside(out, issuers)}
        documents = {
            Companion.STATUS_LIST: status_list_document,
            Companion.SUSPENSIONS: suspension_list_document,
        }
        for companion, document in documents.items():
            for path, status_list in zip(companion_paths(out, companion), lists, strict=False):
                contents[path] = document(status_list.pk, now=timezone.now())
        for path, content in contents.items():
            path.write_text(content, encoding="utf-8", newline="")
            self.stdout.write(str(path))
        self.stdout.write(_("Check it: opencredits verify %(file)s") % {"file": out})
