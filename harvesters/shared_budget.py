"""The budget of a forge account in PostgreSQL, where all workers find it.

It lies below the services, because a source is opened with it.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from harvesters.budget import Budget, merge
from harvesters.models import RateBudget

REMEMBERED_FOR = timedelta(days=1)
"""Longer than any window; tokens of an app change every hour, and each is another account."""

ANONYMOUS = "anonymous"


def account_of(host: str, token: str) -> str:
    """A name for the account that tells nothing of ``token``."""
    return hashlib.sha256(f"{host}\n{token}".encode()).hexdigest() if token else ANONYMOUS


class SharedBudget:
    """What the account of ``token`` may ask ``host``, by kind of request."""

    def __init__(self, host: str, token: str) -> None:
        self.name = host
        self._account = account_of(host, token)

    def read(self, kind: str) -> Budget | None:
        """What is known of ``kind``."""
        row = RateBudget.objects.filter(**self._key(kind)).first()
        return row.budget if row else None

    @transaction.atomic
    def note(self, kind: str, told: Budget) -> None:
        """Merge what the forge ``told`` into the row; whoever comes at the same time waits."""
        rows = RateBudget.objects.select_for_update()
        row, is_new = rows.get_or_create(**self._key(kind), defaults=_columns(told))
        merged = merge(row.budget, told)
        if not is_new and merged != row.budget:
            RateBudget.objects.filter(pk=row.pk).update(**_columns(merged))

    def _key(self, kind: str) -> dict[str, str]:
        return {"host": self.name, "account": self._account, "kind": kind}


def _columns(budget: Budget) -> dict[str, int | datetime | None]:
    return {
        "limit_count": budget.limit,
        "remaining": budget.remaining,
        "resets_at": budget.resets_at,
        "wait_until": budget.wait_until,
        "measured_at": budget.measured_at,
    }


def forget_budgets(*, now: datetime) -> int:
    """Delete budgets that nobody has used for a day; how many."""
    return RateBudget.objects.filter(measured_at__lt=now - REMEMBERED_FOR).delete()[0]
