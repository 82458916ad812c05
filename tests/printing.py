"""Printed certificates, and what independent programs (poppler-utils) read in them."""

import subprocess
from pathlib import Path

from credits.core.code import make_code
from credits.core.evidence import evidence_bytes
from credits.core.papers import Paper, read_paper
from tests.credentials import FACTS, as_bytes, certificate

CREDENTIAL = as_bytes(certificate()).decode()
CODE = make_code(bytes(range(16)))


def paper_of(credential: str = CREDENTIAL) -> Paper:
    """What a certificate says, with a code whose check symbol is right."""
    paper = read_paper(credential, evidence_bytes(FACTS).decode())
    assert paper is not None
    return paper


def poppler(program: str, *options: str) -> str:
    """The output of one of poppler's programs."""
    done = subprocess.run([program, *options], capture_output=True, check=True, text=True)
    return done.stdout


def text_of(path: Path) -> str:
    """The words of a PDF, as they are copied from it, in one line."""
    return " ".join(poppler("pdftotext", "-layout", str(path), "-").split())


def pages_of(path: Path) -> int:
    """How many pages a PDF has."""
    lines = poppler("pdfinfo", str(path)).splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pages:"))


def glyphs_outside(path: Path) -> list[str]:
    """Words that lie, even in part, beyond the printed frame."""
    boxes = poppler("pdftotext", "-bbox", str(path), "-").splitlines()
    found = []
    for line in boxes:
        if "<word" not in line:
            continue
        parts = dict(part.split("=", 1) for part in line.split(">")[0].split()[1:])
        left, top, right, bottom = (
            float(parts[name].strip('"')) for name in ("xMin", "yMin", "xMax", "yMax")
        )
        if left < FRAME or top < FRAME or right > WIDTH - FRAME or bottom > HEIGHT - FRAME:
            found.append(line)
    return found


FRAME, WIDTH, HEIGHT = 27.0, 841.89, 595.28
