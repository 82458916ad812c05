"""``opencredits verify``: is this certificate valid? Needs no database."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from credits.core.bundle import VerificationBundle, verify_with_bundle
from credits.core.verdict import EXIT_CANNOT_TELL, EXIT_VALID, StepState, Verdict
from credits.core.verify import MAX_BYTES
from credits.management.companions import Companion, companion_paths
from credits.management.fetching import UnreadableError, is_address, read_bytes
from credits.management.log_proofs import with_log_proofs, with_log_step
from credits.management.verdict_words import outcome_sentence, step_sentence
from credits.management.verification_files import ask_issuer, gather, joined

ENDINGS = (".json", ".jwt", ".png", ".svg", ".pdf")
MARKS = {StepState.OK: "✓", StepState.FAILED: "✗", StepState.UNKNOWN: "?"}


class Command(BaseCommand):
    """Verify a certificate from a file or an address."""

    help = (
        "Verify a certificate: JSON or JWT, or a PNG, SVG or PDF that carries it.\n"
        "Exit code 0: valid, 1: not valid, 2: cannot tell.\n"
        "Online, the issuer's DID document and status list are fetched from the issuer. Offline,"
        " they are read from the files that lie beside it (li.did.json, li.status.json) or that"
        " you name: whose DID document you hand in, you trust. With --recompute every point is"
        " derived again from the evidence record and the rule set (li.evidence.json,"
        " li.rules.toml), and each difference is named.\n"
        "Examples: opencredits verify li.json --offline --recompute;"
        " opencredits verify https://credits.example/c/OC-7K3M-9QXT-2B8W-HJ4N"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("certificate", metavar="FILE-or-URL")
        parser.add_argument("--offline", action="store_true", help="ask nobody")
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        parser.add_argument(
            "--recompute", action="store_true", help="derive every point again from the facts"
        )
        for option, kind, what in (
            ("--did-document", Companion.DID_DOCUMENT, "the issuer's DID document"),
            ("--status-list", Companion.STATUS_LIST, "the signed status list"),
            ("--suspensions", Companion.SUSPENSIONS, "the signed list of suspensions"),
            ("--evidence", Companion.EVIDENCE, "the evidence record"),
            ("--rules", Companion.RULES, "the text of the rule set"),
        ):
            parser.add_argument(
                option, metavar="FILE", action="append", default=[], dest=kind, help=what
            )

    def handle(self, *_args: Any, **options: Any) -> None:
        name: str = options["certificate"]
        if options["offline"] and is_address(name):
            raise _cannot_tell(_("An address cannot be read offline; download the certificate."))
        try:
            data = read_bytes(_json_address(name), MAX_BYTES)
            bundle = _bundle(name, data, options)
            bundle = with_log_proofs(bundle, name, data, offline=options["offline"])
        except UnreadableError as error:
            raise _cannot_tell(str(error)) from error
        recomputes: bool = options["recompute"]
        verdict = verify_with_bundle(data, bundle, now=datetime.now(UTC), recomputes=recomputes)
        verdict = with_log_step(verdict, name, bundle, offline=options["offline"])
        if options["json"]:
            self.stdout.write(json.dumps(verdict.as_json(), ensure_ascii=False, indent=2))
        else:
            self._say(name, verdict)
        if code := verdict.exit_code or _recompute_code(verdict):
            raise SystemExit(code)

    def _say(self, name: str, verdict: Verdict) -> None:
        style = self.style.SUCCESS if verdict.is_valid else self.style.ERROR
        self.stdout.write(style(f"{name}: {outcome_sentence(verdict.outcome)}"))
        for step in verdict.steps:
            self.stdout.write(f"  {MARKS[step.state]} {step_sentence(step)}")


def _recompute_code(verdict: Verdict) -> int:
    """A valid certificate whose points could not be computed again is a question left open."""
    step = verdict.step("recompute")
    is_open = step is not None and step.state is StepState.UNKNOWN
    return EXIT_CANNOT_TELL if is_open else EXIT_VALID


def _cannot_tell(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=EXIT_CANNOT_TELL)


def _json_address(name: str) -> str:
    """A certificate's page has its document beside it."""
    if is_address(name) and not name.endswith(ENDINGS):
        return f"{name.rstrip('/')}.json"
    return name


def _bundle(name: str, data: bytes, options: dict[str, Any]) -> VerificationBundle:
    """What it takes to verify ``data``, from files offline, else from the issuer as well."""
    named = [(kind, path) for kind in Companion for path in options[kind]]
    given = gather(named, data)
    if options["offline"]:
        return joined(gather(_beside(Path(name)), data), given)
    return joined(ask_issuer(data, for_records=options["recompute"]), given)


def _beside(certificate: Path) -> list[tuple[Companion, str]]:
    return [
        (kind, str(path))
        for kind in Companion
        for path in takewhile(Path.exists, companion_paths(certificate, kind))
    ]
