"""What the worker does for rules, scores, certificates and the log; each is safe to run twice."""

from celery import shared_task
from django.utils import timezone

from accounts.programs import forget_programs
from credits.services.integrity import look_for_signals as look
from credits.services.issuer import issuer_signer
from credits.services.log import publish_checkpoint
from credits.services.maintenance import record_maintenance
from credits.services.outcomes import record_outcomes
from credits.services.repository_rules import drafts_from_repositories
from credits.services.scoring import score_stale_projects
from credits.services.signing import sign_entered
from credits.services.status import renew_status_lists as renew
from credits.services.wallets import forget_offers


@shared_task
def score_stale() -> int:
    """Score what was harvested since the last look; returns scores written."""
    written = score_stale_projects(now=timezone.now())
    record_outcomes()
    return written


@shared_task
def sign_checkpoint() -> int:
    """Sign the log's present size; returns that size."""
    now = timezone.now()
    checkpoint = publish_checkpoint(issuer_signer(now=now), now=now)
    return checkpoint.tree_size if checkpoint else 0


@shared_task
def sign_what_was_entered() -> int:
    """Sign what was entered in the log while the signer was away; returns how many."""
    return sign_entered(now=timezone.now())


@shared_task
def forget_unused_access() -> int:
    """Delete offers to wallets, tokens and programs that nobody can use; returns how many."""
    now = timezone.now()
    return forget_offers(now=now) + forget_programs(now=now)


@shared_task
def renew_status_lists() -> int:
    """Sign status lists that are older than a day; returns how many were."""
    return renew(now=timezone.now())


@shared_task
def record_months_of_maintenance() -> int:
    """Bring the months of maintenance up to date; returns how many changed."""
    return record_maintenance(now=timezone.now())


@shared_task
def take_rules_from_repositories() -> int:
    """Take changed rule files of repositories as drafts; returns how many."""
    return drafts_from_repositories(now=timezone.now())


@shared_task
def look_for_signals() -> int:
    """Ask where two independent signals speak; returns reviews opened."""
    return look(now=timezone.now())
