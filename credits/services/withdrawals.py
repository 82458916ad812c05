"""People take their own work back, and let it count again; a mistaken bot verdict is mended."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Identity, User
from credits.models import BotVerdict, Project, Ruling, Score
from credits.models.rulings import RulingQuerySet
from credits.services.disputes import MayNotDecideError, NotYoursError, ReasonNeededError
from credits.services.grounds import score_in_force
from credits.services.outcomes import score_after_decision
from credits.services.rulings import Author, judge_account, rule_on
from harvesters.models import Actor, Participation


def withdraw_participation(
    participation: Participation, *, by: User, now: datetime, reason: str = ""
) -> Ruling | None:
    """Take back what one did: it earns nothing any more. Others keep their shares, no more.

    Raises:
        NotYoursError
    """
    return _withdraw(participation, withdrawn=True, author=Author(by, reason), now=now)


def restore_participation(
    participation: Participation, *, by: User, now: datetime, reason: str = ""
) -> Ruling | None:
    """Let what was taken back count again.

    Raises:
        NotYoursError
    """
    return _withdraw(participation, withdrawn=False, author=Author(by, reason), now=now)


def is_withdrawn(participation: Participation) -> bool:
    """Whether its owner took ``participation`` back."""
    return _withdrawals(participation).filter(value__withdrawn=True).exists()


def _withdraw(
    participation: Participation, *, withdrawn: bool, author: Author, now: datetime
) -> Ruling | None:
    own = Identity.objects.active().filter(user=author.decided_by, actor=participation.actor_id)
    if not own.exists():
        raise NotYoursError
    with transaction.atomic():
        Participation.objects.select_for_update(no_key=True).get(pk=participation.pk)
        if is_withdrawn(participation) == withdrawn:
            return _withdrawals(participation).first()
        ruling = rule_on(
            participation.contribution,
            Ruling.Subject.WITHDRAWAL,
            {"withdrawn": withdrawn},
            author=author,
            now=now,
            participation=participation,
        )
    score = score_in_force(participation)
    if score is not None:
        score_after_decision(score.project, now=now)
    return ruling


def _withdrawals(participation: Participation) -> RulingQuerySet:
    standing = Ruling.objects.standing().filter(subject=Ruling.Subject.WITHDRAWAL)
    return standing.filter(participation=participation)


def correct_bot_verdict(
    actor: Actor, *, project: Project, is_bot: bool, author: Author, now: datetime
) -> BotVerdict:
    """Say that ``actor``, who has work in ``project``, is a bot or none; all its work follows.

    A maintainer of the project may, or the staff, and nobody about an account of their own. Only
    the staff calls an account a bot that a person proved to own.

    Raises:
        MayNotDecideError, ReasonNeededError
    """
    user = author.decided_by
    if not author.reason.strip():
        raise ReasonNeededError
    looks_after = user.is_staff or project.maintainers.contains(user)
    has_work = Score.objects.filter(project=project, participation__actor=actor).exists()
    owners = Identity.objects.active().filter(actor=actor)
    is_own = owners.filter(user=user).exists()
    is_for_staff = is_bot and not user.is_staff and owners.exists()
    if not looks_after or not has_work or is_own or is_for_staff:
        raise MayNotDecideError(
            _(
                "A maintainer of a project decides on accounts that work there, not on their own,"
                " and only the staff calls an account a bot that a person proved to own."
            )
        )
    verdict = judge_account(actor, is_bot=is_bot, author=author, now=now)
    score_after_decision(project, now=now)
    return verdict
