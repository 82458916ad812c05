"""``opencredits score``: score what changed, or explain the points of one contribution."""

import json
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from credits.management.arguments import find_project
from credits.management.explaining import explanation_lines
from credits.management.progress import bar
from credits.models import Project
from credits.services.errors import CreditsError
from credits.services.explanation_documents import explanation_document
from credits.services.explanations import explain_contribution
from credits.services.scoring import ScoreCounts, score_project
from harvesters.models import Contribution


class Command(BaseCommand):
    """Score by the rule set in force."""

    help = (
        "Score what changed since the last time, by the rule set in force.\n"
        "Examples: opencredits score --project vision-toolkit;"
        " opencredits score --project vision-toolkit --explain 918"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", metavar="P", help="address name of one project")
        parser.add_argument(
            "--explain",
            metavar="CONTRIBUTION",
            help="why this contribution has its points: its number here, its address,"
            " or its id at the forge (a pull request's number, a commit's hash)",
        )
        parser.add_argument(
            "--anew", action="store_true", help="score everything again, not only what changed"
        )
        parser.add_argument(
            "--jobs", type=int, default=1, help="processes, for a long history (one)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            help="of what is printed; without it, that of LANG",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        with translation.override(options["language"] or _language_of_terminal()):
            project = find_project(options["project"]) if options["project"] else None
            if options["explain"]:
                found = _contribution(options["explain"], project)
                self._explain(found, as_json=options["json"])
                return
            for each in [project] if project else Project.objects.all():
                self._score(each, options)

    def _score(self, project: Project, options: dict[str, Any]) -> None:
        # Not self.stderr, which ends and colours what it writes: a bar does that by itself.
        try:
            with bar(project.slug, options.get("stderr") or sys.stderr) as report:
                counts = score_project(
                    project,
                    now=timezone.now(),
                    report=report,
                    anew=options["anew"],
                    jobs=options["jobs"],
                )
        except CreditsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_as_json(project, counts) if options["json"] else _said(project, counts))

    def _explain(self, contribution: Contribution, *, as_json: bool) -> None:
        try:
            found = explain_contribution(contribution, None, now=timezone.now())
        except CreditsError as error:
            raise CommandError(_("Nobody the forge names took part in it.")) from error
        if as_json:
            document = explanation_document(found, str(settings.BASE_URL).rstrip("/"))
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
            return
        for line in explanation_lines(found):
            self.stdout.write(line)


def _said(project: Project, counts: ScoreCounts) -> str:
    return _("%(project)s: %(scored)d contributions scored, %(written)d scores changed") % {
        "project": project.slug,
        "scored": counts.scored,
        "written": counts.written,
    }


def _as_json(project: Project, counts: ScoreCounts) -> str:
    return json.dumps({"project": project.slug, "scored": counts.scored, "written": counts.written})


def _language_of_terminal() -> str:
    """What the terminal speaks, as POSIX names it, if we speak that; else what is active."""
    named = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh-hans" if named.startswith("zh") else translation.get_language() or "en"


def _contribution(name: str, project: Project | None) -> Contribution:
    """Find a contribution by our number, by its address, or by the forge's id."""
    known = Contribution.objects.select_related("repository")
    if project is not None:
        known = known.filter(repository__projects=project)
    found = list(known.filter(url=name)[:2] or known.filter(external_id=name)[:2])
    if not found and name.isdigit():
        found = list(known.filter(pk=int(name)))
    if not found:
        raise CommandError(
            _("No contribution is called %(name)s. Give its address as the forge shows it.")
            % {"name": name}
        )
    if len(found) > 1:
        raise CommandError(
            _("Several contributions are called %(name)s. Name the project, or give the address.")
            % {"name": name}
        )
    return found[0]
