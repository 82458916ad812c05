"""Files that lie beside a certificate so that it can be verified offline."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import count
from pathlib import Path


class Companion(StrEnum):
    """What lies beside ``certificate.json``, as ``certificate.did.json`` and so on."""

    DID_DOCUMENT = "did"
    STATUS_LIST = "status"
    SUSPENSIONS = "suspensions"
    EVIDENCE = "evidence"
    RULES = "rules"


def companion_path(certificate: Path, companion: Companion) -> Path:
    """Where ``companion`` of the file ``certificate`` lies."""
    ending = "toml" if companion is Companion.RULES else "json"
    return certificate.with_name(f"{certificate.stem}.{companion}.{ending}")


def companion_paths(certificate: Path, companion: Companion) -> Iterator[Path]:
    """Where several ``companion`` of a file lie: ``li.did.json``, ``li.did.2.json`` and so on."""
    first = companion_path(certificate, companion)
    yield first
    for number in count(2):
        yield first.with_suffix(f".{number}{first.suffix}")
