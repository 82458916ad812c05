"""``opencredits rules``: check a rule set, or see what it would change on real history."""

from argparse import ArgumentParser
from decimal import Decimal
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.table import Table

from credits.core.rule_reader import parse_rule_set
from credits.core.rules import RuleSet, RuleSetError
from credits.management.arguments import find_project, read_text
from credits.services.errors import CreditsError
from credits.services.preview import Preview, preview_rule_set

MOST_PEOPLE_SHOWN = 20


class Command(BaseCommand):
    """Check and preview rule sets in TOML."""

    help = (
        "Check a rule set, or show who gains and who loses by it on a project's real history.\n"
        "Examples: opencredits rules check rules.toml;"
        " opencredits rules preview rules.toml --project vision-toolkit"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|preview")
        check = verbs.add_parser("check", help="say what is wrong, with line and column")
        preview = verbs.add_parser("preview", help="compare with the rules in force")
        for verb in (check, preview):
            verb.add_argument("file", metavar="FILE", help="a rule set in TOML")
        preview.add_argument("--project", required=True, metavar="P")

    def handle(self, *_args: Any, **options: Any) -> None:
        rules = self._parsed(options["file"])
        if options["verb"] == "check":
            self.stdout.write(
                _("%(file)s: %(slug)s %(version)s, %(rules)d rules, %(cases)d cases hold")
                % {
                    "file": options["file"],
                    "slug": rules.slug,
                    "version": rules.version,
                    "rules": len(rules.guards) + len(rules.rules),
                    "cases": len(rules.cases),
                }
            )
            return
        project = find_project(options["project"])
        try:
            preview = preview_rule_set(rules, project, now=timezone.now())
        except CreditsError as error:
            raise CommandError(str(error)) from error
        self._show(preview)

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

    def _show(self, preview: Preview) -> None:
        gain = sum(item.change > 0 for item in preview.changes)
        self.stdout.write(
            _(
                "%(count)d contributions: %(before)s points become %(after)s."
                " %(gain)d accounts gain, %(lose)d lose."
            )
            % {
                "count": preview.contributions,
                "before": _decimal(preview.before),
                "after": _decimal(preview.after),
                "gain": gain,
                "lose": len(preview.changes) - gain,
            }
        )
        if preview.changes:
            Console(file=cast(IO[str], self.stdout)).print(_table(preview))


def _table(preview: Preview) -> Table:
    table = Table(box=None)
    table.add_column(_("Account"))
    for heading in (_("Before"), _("After"), _("Change")):
        table.add_column(heading, justify="right")
    for item in preview.changes[:MOST_PEOPLE_SHOWN]:
        table.add_row(
            item.login,
            _decimal(item.before),
            _decimal(item.after),
            f"{Decimal(item.change) / 1000:+.1f}",
        )
    return table


def _decimal(points: int) -> str:
    return f"{Decimal(points) / 1000:.1f}"
