"""Issuing to many people: from scores in the database to signed rows with their log entries.

The floor signs the same documents with both proofs and writes nothing; the peer is one
certificate after the other, each as a click issues it.
"""

import json
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.contributions import SOURCE
from benchmarks.rescoring import A_PERSONS, BEGUN, NOW, load, peak

BATCH = "issue-batch"
SIZE, QUICK_SIZE = 10_000, 1_000
SINGLES = 20
SIGNED = 200
JOBS = os.cpu_count() or 1
PERIOD = BEGUN + timedelta(days=180), BEGUN + timedelta(days=360)


def run(names: list[str], quick: bool) -> Iterator[dict[str, Any]]:
    """One row, if it is asked for; the full size takes some minutes to prepare."""
    if BATCH in names:
        yield _measured(QUICK_SIZE if quick else SIZE)


def _measured(size: int) -> dict[str, Any]:
    from credits.models import Certificate  # noqa: PLC0415 - Django is set up by now
    from credits.services.batch_issuing import Batch, issue_to_many  # noqa: PLC0415
    from credits.services.certificates import issue_certificate  # noqa: PLC0415
    from credits.services.counted import Cover  # noqa: PLC0415
    from credits.services.wishes import Wishes  # noqa: PLC0415

    people = _people(size)
    start, end = PERIOD
    singles, many = people[:SINGLES], people[SINGLES:]
    begun = time.perf_counter()
    for person in singles:
        issue_certificate(person, start=start, end=end, now=NOW)
    alone = len(singles) / (time.perf_counter() - begun)
    begun = time.perf_counter()
    keys = [person.pk for person in many]
    batch = Batch(Cover(start, end), Wishes(), NOW)
    signed = sum(each.is_new for each in issue_to_many(keys, batch, jobs=JOBS))
    together = signed / (time.perf_counter() - begun)
    items = Certificate.objects.filter(items__isnull=False).count() / max(1, signed + SINGLES)
    return {
        "name": BATCH,
        "ours": round(together, 1),
        "unit": "certificates a second, signed and logged",
        "peer": "one after the other",
        "peer_value": round(alone, 1),
        "ratio": round(together / alone, 2),
        "floor": "both proofs alone, on one core",
        "floor_value": round(_signing(), 1),
        "size": f"{signed} certificates of {items:.0f} contributions, {JOBS} processes,"
        f" peak {peak()} MB",
    }


def _people(size: int) -> list[Any]:
    """``size`` people with their scored work of two years."""
    from accounts.models import Identity, User  # noqa: PLC0415 - Django is set up by now
    from credits.models import Project  # noqa: PLC0415
    from credits.services.rules import create_draft, publish_rule_set  # noqa: PLC0415
    from credits.services.scoring import score_project  # noqa: PLC0415
    from harvesters.models import Actor  # noqa: PLC0415

    project = Project.objects.create(slug="issuing", name="Issuing", registered_at=BEGUN)
    load(project, size * A_PERSONS, first=0)
    people = User.objects.bulk_create(
        User(username=f"person-{number}", email=f"person-{number}@example.org")
        for number in range(size)
    )
    actors = {actor.external_id: actor for actor in Actor.objects.filter(host="forge.example")}
    Identity.objects.bulk_create(
        Identity(user=person, actor=actors[str(number)], method="demo", proved_at=BEGUN)
        for number, person in enumerate(people)
    )
    draft = create_draft(SOURCE.replace('"ai-open-source"', '"issuing"'), project=project)
    publish_rule_set(draft, active_from=BEGUN, now=BEGUN)
    score_project(project, now=NOW, jobs=JOBS)
    return people


def _signing() -> float:
    """How many documents as those that were issued one core signs in a second."""
    from credits.models import Certificate  # noqa: PLC0415
    from credits.services.issuer import sign_documents  # noqa: PLC0415

    documents = [
        {name: value for name, value in json.loads(text).items() if name != "proof"}
        for text in Certificate.objects.values_list("credential", flat=True)[:SIGNED]
    ]
    begun = time.process_time()
    sign_documents(documents, now=NOW)
    return len(documents) / (time.process_time() - begun)
