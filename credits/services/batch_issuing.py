"""Certificates for many people at once: some hundreds entered and signed by each process."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice

from django.utils.translation import gettext as _

from accounts.models import User
from credits.models import Certificate
from credits.services.counted import Cover
from credits.services.entering import enter_certificates
from credits.services.processes import Report, several
from credits.services.signing import sign_at_once
from credits.services.wishes import Wishes

CHUNK = 200
"""People whose certificates are written in one transaction: what a stop in between costs."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What came of one person: a certificate, new or had before, or why there is none."""

    email: str
    code: str = ""
    points: int = 0
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
    *,
    jobs: int = 1,
    report: Report = lambda _done, _all: None,
) -> Iterator[Issued]:
    """A certificate of ``batch`` for each of ``holders`` (keys of people) who has none of it.

    Each chunk is entered and signed by one of ``jobs`` processes. What cannot be signed waits for
    `signing.sign_entered`. Who is stopped in between and begins again goes on where it stopped.
    """
    done = 0
    with several(jobs) as work:
        for found in work(partial(issue_chunk, batch), _chunks(holders)):
            done += len(found)
            report(done, len(holders))
            yield from found


def issue_chunk(batch: Batch, keys: Sequence[int]) -> list[Issued]:
    """Enter and sign the certificates of some people, in whatever process."""
    people = User.objects.in_bulk(keys)
    had = _had_before(keys, batch)
    new = [people[key] for key in keys if key not in had]
    entered, refused = enter_certificates(new, batch.cover, batch.wishes, now=batch.now)
    if entered:
        sign_at_once(entered, now=batch.now)
    already = _("had it already")
    return [
        *(Issued(each.holder.email, each.code, each.points, is_new=True) for each in entered),
        *(Issued(people[key].email, each.code, each.points, already) for key, each in had.items()),
        *(Issued(each.holder.email, problem=str(each.error)) for each in refused),
    ]


def _chunks(keys: Sequence[int]) -> Iterator[list[int]]:
    remaining = iter(keys)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def _had_before(keys: Sequence[int], batch: Batch) -> dict[int, Certificate]:
    """Who holds a certificate of the same work in the same name already."""
    cover = batch.cover
    held = Certificate.entered.filter(
        holder__in=keys,
        status_list__institution=batch.wishes.issuer,
        period_start=cover.start,
        period_end=cover.end,
        revoked_at=None,
    )
    if cover.project is not None:
        held = held.filter(projects=cover.project)
    return {each.holder_id: each for each in held.order_by("issued_at").defer("evidence")}
