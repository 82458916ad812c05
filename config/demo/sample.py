"""The sample histories, moved in time so that they end shortly before today.

The files of `harvesters/data/sample` end when their source ended. A copy in the data folder is
shifted by whole days, so that hours keep their meaning, and harvested by the road every source
takes. The day of the first load stays: it is in the database, as the registration of a project.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

import harvesters
from credits.models import Project
from harvesters.models import HarvestCursor, Repository
from harvesters.services.harvesting import harvest_source, register_source
from harvesters.services.leasing import lease_source
from harvesters.sources import open_forge

SAMPLE = Path(harvesters.__file__).parent / "data" / "sample"
QUIET = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class SampleProject:
    """A project of the demonstration; its history is in ``<slug>.jsonl.gz``."""

    slug: str
    name: str
    description: str


SAMPLE_PROJECTS = (
    SampleProject(
        "vision-toolkit", "Vision Toolkit", "Small adapters for large vision and language models."
    ),
    SampleProject("open-trainer", "Open Trainer", "One training loop for every kind of device."),
    SampleProject("pocket-lm", "Pocket LM", "The smallest language model worth training."),
    SampleProject("speech-lab", "Speech Lab", "Speech recognition in many languages."),
)


def first_load(now: datetime) -> datetime:
    """When the demonstration was loaded first: ``now``, if it is being loaded now."""
    slugs = [project.slug for project in SAMPLE_PROJECTS]
    registered = Project.objects.filter(slug__in=slugs).order_by("registered_at").first()
    return now if registered is None else registered.registered_at


def load_project(project: SampleProject, *, loaded_at: datetime, now: datetime) -> Project:
    """Harvest ``project``, unless that is done, and register it."""
    repository = _harvested(f"jsonl:{shifted_copy(project.slug, loaded_at)}", now)
    stored, _ = Project.objects.get_or_create(
        slug=project.slug,
        defaults={
            "name": project.name,
            "description": project.description,
            "registered_at": loaded_at,
        },
    )
    stored.repositories.add(repository)
    return stored


def _harvested(source: str, now: datetime) -> Repository:
    known = HarvestCursor.objects.filter(source=source).exclude(swept_at=None).first()
    if known is not None and known.repository is not None:
        return known.repository
    forge, address = open_forge(source, now=now)
    cursor = register_source(source, forge.find_repository(address), now=now)
    harvest_source(lease_source(cursor, now=now))
    return Repository.objects.get(cursors=cursor)


def shifted_copy(slug: str, loaded_at: datetime) -> Path:
    """Write the history of ``slug`` so that it ends two days before ``loaded_at``; once."""
    copy = settings.HOME / "demo" / f"{slug}.jsonl"
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        lines = list(_shifted(_read(SAMPLE / f"{slug}.jsonl.gz"), loaded_at - QUIET))
        partial = copy.with_suffix(".partial")
        partial.write_text("".join(lines), encoding="utf-8")
        partial.replace(copy)
    return copy


def _read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _shifted(items: list[dict[str, Any]], end: datetime) -> Iterator[str]:
    moments = [_moment(item) for item in items if "occurred_at" in item]
    days = (end - max(moments)) // timedelta(days=1)
    for item in items:
        if "occurred_at" in item:
            moved = _moment(item) + timedelta(days=days)
            item["occurred_at"] = moved.isoformat().replace("+00:00", "Z")
        yield json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n"


def _moment(item: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(item["occurred_at"]).astimezone(UTC)
