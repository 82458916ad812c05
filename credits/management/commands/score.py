"""``opencredits score``: score what changed, or explain the points of one contribution."""

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from credits.management.arguments import find_project
from credits.models import Project, Score
from credits.services.errors import CreditsError
from credits.services.scoring import score_project
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

    def handle(self, *_args: Any, **options: Any) -> None:
        project = find_project(options["project"]) if options["project"] else None
        if options["explain"]:
            self._explain(_contribution(options["explain"], project))
            return
        for each in [project] if project else Project.objects.all():
            self._score(each)

    def _score(self, project: Project) -> None:
        try:
            counts = score_project(project, now=timezone.now())
        except CreditsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("%(project)s: %(scored)d contributions scored, %(written)d scores changed")
            % {"project": project.slug, "scored": counts.scored, "written": counts.written}
        )

    def _explain(self, contribution: Contribution) -> None:
        self.stdout.write(f"{contribution.title}\n{contribution.url}")
        scores = Score.objects.in_force().filter(participation__contribution=contribution)
        if not scores:
            self.stdout.write(_("Not scored yet. Run: opencredits score"))
        for score in scores.select_related("participation__actor", "rule_set"):
            self._explain_score(score)

    def _explain_score(self, score: Score) -> None:
        language = "zh" if (get_language() or "").startswith("zh") else "en"
        self.stdout.write(
            f"\n{score.participation.actor.login}, {score.participation.get_role_display()}:"
            f" {score.decimal_points} ({score.get_state_display()}; {score.rule_set})"
        )
        for reason in score.trace:
            points = Decimal(reason["points"]) / 1000
            self.stdout.write(f"  {points:>9.3f}  {reason['rule']}: {reason[language]}")


def _contribution(name: str, project: Project | None) -> Contribution:
    """Find a contribution by our number, by its address, or by the forge's id."""
    known = Contribution.objects.all()
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
