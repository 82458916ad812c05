"""What the worker does for harvests: take due sources and walk their pages."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from harvesters.forge import ForgeError
from harvesters.models import HarvestCursor
from harvesters.services.harvesting import harvest_source, lease_due

SOURCES_PER_TICK = 20


@shared_task
def tick() -> int:
    """Wake up the sources whose time has come; two ticks at once take different ones."""
    leased = lease_due(now=timezone.now(), limit=SOURCES_PER_TICK)
    for cursor in leased:
        transaction.on_commit(lambda pair=(cursor.pk, cursor.fence): harvest.delay(*pair))
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
