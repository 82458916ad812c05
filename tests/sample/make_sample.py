"""Make the sample of `harvesters/data/sample` from a folder of real git histories.

Run from the project's folder as ``python -m tests.sample.make_sample HISTORIES OUT``. HISTORIES
holds one ``*.jsonl.gz`` for each key of `PROJECTS`; a line is one commit with ``sha``,
``parents``, ``author``, ``committer``, ``subject``, ``pull_requests``, ``closes``, ``trailers``
and ``numstat``. The secret that disguises people and commits is thrown away, so that a second
run gives another sample of the same shape.
"""

import gzip
import io
import json
import secrets
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from harvesters.forge import ContributionRecord, RepositoryRecord
from harvesters.forges.jsonl import dump_lines
from tests.sample.history import HOST, OWNER, PROJECTS, Disguise, Row, casting
from tests.sample.records import Retelling


def main(histories: Path, out: Path) -> None:
    """Write one file a project to ``out``."""
    rows = {name: _read(histories / f"{name}.jsonl.gz") for name in PROJECTS}
    disguise = Disguise(secrets.token_bytes(32))
    for person, part in casting(rows).items():
        disguise.play(person, part)
    for number, (name, project) in enumerate(PROJECTS.items(), start=1):
        repository = RepositoryRecord(
            HOST, str(41_000 + number), f"{OWNER}/{project}", f"https://{HOST}/{OWNER}/{project}"
        )
        told = Retelling(project, rows[name], disguise).records()
        records = marked_as_reverted(sorted(told, key=lambda item: item.occurred_at))
        written = _write(out / f"{project}.jsonl.gz", dump_lines(repository, records))
        sys.stdout.write(f"{project}: {len(records)} contributions, {written} bytes\n")


def marked_as_reverted(records: list[ContributionRecord]) -> list[ContributionRecord]:
    """Say of what a later change took back that it was taken back, as the adapters do."""
    taken_back = {record.facts["reverts"] for record in records if record.facts.get("reverts")}
    return [
        replace(record, state="reverted") if record.facts.get("sha") in taken_back else record
        for record in records
    ]


def _read(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _write(path: Path, lines: Iterable[str]) -> int:
    """Compress without a time stamp, so that equal lines are equal bytes."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.writelines(f"{line}\n".encode() for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_bytes(packed.getvalue())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
