"""``opencredits rules``: check a rule set, preview and publish it, propose bands."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from credits.core.rule_reader import parse_rule_set
from credits.core.rules import RuleSet, RuleSetError
from credits.management.arguments import find_project, parse_day, read_text
from credits.management.preview_words import show_preview
from credits.services.bands import bands_of
from credits.services.errors import CreditsError
from credits.services.preview import preview_rule_set
from credits.services.preview_json import as_json
from credits.services.rules import create_draft, publish_rule_set


class Command(BaseCommand):
    """Check, preview and publish rule sets in TOML, and propose bands."""

    help = (
        "Check a rule set, show who gains and who loses by it on a project's real history, propose"
        " bands from that history, or publish the default rule set.\n"
        "Examples: opencredits rules check rules.toml;"
        " opencredits rules preview rules.toml --project vision-toolkit;"
        " opencredits rules bands --project vision-toolkit"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(
            dest="verb", required=True, metavar="check|preview|bands|publish"
        )
        check = verbs.add_parser("check", help="say what is wrong, with line and column")
        preview = verbs.add_parser("preview", help="compare with the rules in force")
        bands = verbs.add_parser("bands", help="propose bands from a project's own history")
        publish = verbs.add_parser("publish", help="put a default rule set into force")
        for verb in (check, preview, publish):
            verb.add_argument("file", metavar="FILE", help="a rule set in TOML")
        for verb in (preview, bands):
            verb.add_argument("--project", required=True, metavar="P")
            verb.add_argument("--json", action="store_true", help="for machines")
        publish.add_argument(
            "--from", dest="active_from", metavar="DAY", help="2026-03-01; now, if left out"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        verb = {
            "check": self._check,
            "preview": self._preview,
            "bands": self._bands,
            "publish": self._publish,
        }[options["verb"]]
        try:
            verb(options)
        except CreditsError as error:
            raise CommandError(str(error)) from error

    def _check(self, options: dict[str, Any]) -> None:
        rules = self._parsed(options["file"])
        self.stdout.write(
            _("%(file)s: %(slug)s %(version)s, %(rules)d rules, %(cases)d cases hold")
            % {
                "file": options["file"],
                "slug": rules.slug,
                "version": rules.version,
                "rules": len(rules.texts),
                "cases": len(rules.cases),
            }
        )

    def _preview(self, options: dict[str, Any]) -> None:
        rules = self._parsed(options["file"])
        preview = preview_rule_set(rules, find_project(options["project"]), now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(as_json(preview), ensure_ascii=False, indent=2))
        else:
            show_preview(preview, self.stdout)

    def _bands(self, options: dict[str, Any]) -> None:
        proposals = bands_of(find_project(options["project"]), now=timezone.now())
        if options["json"]:
            told = [
                {"kind": one.kind, "count": one.count, "limits": list(one.limits)}
                for one in proposals
            ]
            self.stdout.write(json.dumps(told, indent=2))
            return
        self.stdout.write("\n\n".join(one.as_toml() for one in proposals))

    def _publish(self, options: dict[str, Any]) -> None:
        self._parsed(options["file"])
        now = timezone.now()
        day = options["active_from"]
        published = publish_rule_set(
            create_draft(read_text(options["file"]), now=now),
            active_from=parse_day(day) if day else now,
            now=now,
        )
        self.stdout.write(
            _("%(rule_set)s is published, in force from %(day)s (UTC).")
            % {"rule_set": published, "day": f"{published.active_from:%Y-%m-%d %H:%M}"}
        )

    def _parsed(self, file: str) -> RuleSet:
        try:
            return parse_rule_set(read_text(file))
        except RuleSetError as error:
            for problem in error.problems:
                self.stderr.write(f"{file}: {problem}")
            count = len(error.problems)
            raise CommandError(
                ngettext("%(count)d problem in %(file)s.", "%(count)d problems in %(file)s.", count)
                % {"count": count, "file": file}
            ) from error
