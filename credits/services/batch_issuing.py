"""Certificates for many people at once: a chunk is entered while the one before is signed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext as _

from accounts.models import User
from credits.models import Certificate
from credits.services.counted import Cover
from credits.services.entering import enter_certificates
from credits.services.processes import several
from credits.services.signing import sign_rows
from credits.services.wishes import Wishes

CHUNK = 200
"""People whose certificates are written in one transaction: what a stop in between costs."""

Report = Callable[[int, int], None]
"""Told how many people were looked at, and how many there are."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What came of one person: a certificate, new or had before, or why there is none."""

    holder: User
    certificate: Certificate | None
    problem: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What all of the certificates have in common."""

    cover: Cover
    wishes: Wishes
    now: datetime


def issue_to_many(
    holders: Sequence[int],
    batch: Batch,
    tell: Callable[[Issued], None],
    *,
    jobs: int = 1,
    report: Report = lambda _done, _all: None,
) -> int:
    """A certificate of ``batch`` for each of ``holders`` (keys of people) who has none of it.

    ``tell`` hears of each person as soon as it is entered. Returns how many were signed; what
    could not be signed waits for `signing.sign_entered`. Who is stopped in between and begins
    again goes on where it stopped.
    """

    def entered() -> Iterator[tuple[list[int], datetime]]:
        done = 0
        for chunk in _chunks(holders):
            found = _enter(chunk, batch)
            new = [each.certificate.pk for each in found if each.certificate and each.is_new]
            yield new, batch.now
            for each in found:
                tell(each)
            done += len(chunk)
            report(done, len(holders))

    with several(jobs) as work:
        return sum(work(sign_rows, entered()))


def _chunks(keys: Sequence[int]) -> Iterator[list[int]]:
    remaining = iter(keys)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def _enter(keys: Sequence[int], batch: Batch) -> list[Issued]:
    people = User.objects.in_bulk(keys)
    had = _had_before(keys, batch.cover)
    new = [people[key] for key in keys if key not in had]
    entered, refused = enter_certificates(new, batch.cover, batch.wishes, now=batch.now)
    return [
        *(Issued(each.holder, each, is_new=True) for each in entered),
        *(Issued(people[key], each, _("had it already")) for key, each in had.items()),
        *(Issued(each.holder, None, str(each.error)) for each in refused),
    ]


def _had_before(keys: Sequence[int], cover: Cover) -> dict[int, Certificate]:
    """Who holds a certificate of the same work already."""
    held = Certificate.entered.filter(
        holder__in=keys,
        period_start=cover.start,
        period_end=cover.end,
        revoked_at=None,
    )
    if cover.project is not None:
        held = held.filter(projects=cover.project)
    return {each.holder_id: each for each in held.order_by("issued_at").defer("evidence")}
