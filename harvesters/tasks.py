"""What the worker does for harvests: take due sources and walk their pages."""

from celery import shared_task
from django.utils import timezone

from harvesters.forge import ForgeError
from harvesters.models import HarvestCursor, Heartbeat
from harvesters.services.freshness import take_due
from harvesters.services.harvesting import harvest_source
from harvesters.services.hinting import forget_deliveries
from harvesters.shared_answers import forget_old_answers
from harvesters.shared_budget import forget_budgets

SOURCES_PER_TICK = 20


@shared_task
def tick() -> int:
    """Wake up the sources whose time has come; two ticks at once take different ones."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="tick", defaults={"beaten_at": now})
    leased = take_due(now=now, limit=SOURCES_PER_TICK, clock=timezone.now)
    for cursor in leased:
        harvest.delay(cursor.pk, cursor.fence)
    return len(leased)


@shared_task
def harvest(cursor_id: int, fence: int) -> int:
    """Harvest one leased source; a lease that went to another worker leaves nothing to do."""
    cursor = HarvestCursor.objects.filter(pk=cursor_id, fence=fence).first()
    if cursor is None:
        return 0
    try:
        report = harvest_source(cursor)
    except ForgeError:
        # The cursor keeps the message and its next time; the worker has nothing to add.
        return 0
    return report.new + report.changed


@shared_task
def forget_old() -> int:
    """Forget what no longer has a use; how many rows."""
    now = timezone.now()
    return forget_deliveries(now=now) + forget_budgets(now=now) + forget_old_answers(now=now)
