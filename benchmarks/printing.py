"""Certificates as PDF and as pictures for sharing: how many a CPU second of one core.

Every round prints certificates that differ in name and number, as the site would; a page that was
set before is quicker. The floor is the same engine with the same fonts on a page without a word.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import typst

from credits.core.evidence import evidence_bytes
from credits.core.papers import read_paper
from credits.exports.fonts import font_shelf
from credits.exports.pdf import certificate_pdf
from credits.exports.share_card import share_card
from credits.exports.sheet import Sheet
from tests.credentials import FACTS, as_bytes, certificate

ROUNDS, QUICK_ROUNDS = 12, 4
TIMES = 10
CREDENTIAL = as_bytes(certificate()).decode()
EVIDENCE = evidence_bytes(FACTS).decode()
NUMBERS = count()
FLOOR = "typst, an empty page"
DRAWN = {"pdf": certificate_pdf, "share-card": share_card}


def run(names: list[str], quick: bool) -> list[dict[str, Any]]:
    """One row for each of ``names`` that is measured here."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    return [_row(name, rounds) for name in DRAWN if name in names]


def _row(name: str, rounds: int) -> dict[str, Any]:
    form = "pdf" if name == "pdf" else "png"
    ways = (lambda: _certificate(name), lambda: _blank(form))
    size = next(len(way()) for way in ways)
    spent = [[_seconds(way) for way in ways] for _ in range(rounds)]
    ours, least = (rounds * TIMES / sum(column) for column in zip(*spent, strict=True))
    return {
        "name": name,
        "ours": round(ours, 1),
        "unit": "documents per CPU second",
        "peer": FLOOR,
        "peer_value": round(least, 1),
        "ratio": round(ours / least, 3),
        "floor": FLOOR,
        "floor_value": round(least, 1),
        "size": f"{size} bytes",
    }


def _certificate(name: str) -> bytes:
    paper = read_paper(CREDENTIAL, EVIDENCE)
    if paper is None:
        raise RuntimeError("the benchmark's certificate cannot be read")
    number = next(NUMBERS)
    sheet = Sheet(replace(paper, holder=f"李明 {number}", code=f"OC-{number:08}"), CREDENTIAL)
    return DRAWN[name](sheet, font_shelf())


def _blank(form: Any) -> bytes:
    page = f"#set document(title: [{next(NUMBERS)}])".encode()
    compiler = typst.Compiler(page, font_paths=font_shelf().fonts, ignore_system_fonts=True)
    standards: list[Any] = ["a-3b", "ua-1"] if form == "pdf" else []
    made = compiler.compile(format=form, ppi=72.0, pdf_standards=standards, timestamp=0)
    if not isinstance(made, bytes):
        raise TypeError("an empty page became several")
    return made


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    for _ in range(TIMES):
        work()
    return time.process_time() - start
