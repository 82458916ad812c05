"""Typst, the engine that sets pages: a template and data in, a file out."""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import typst

from credits.exports.fonts import FontShelf

TEMPLATES = Path(__file__).parent / "data"
ONE_DOT_A_POINT = 72.0

Format = Literal["pdf", "png"]


def print_page(
    template: str,
    data: Mapping[str, Any],
    shelf: FontShelf,
    *,
    inputs: Mapping[str, str] | None = None,
    form: Format = "pdf",
    timestamp: int = 0,
) -> bytes:
    """Set ``data`` by ``template``; ``inputs`` are files that it needs beside, by name.

    Nothing of either is ever code: typst gets them as values. A PDF is to be kept for decades with
    a file within (PDF/A-3b) and to be read aloud in order (PDF/UA-1); typst refuses to make one
    that breaks either standard.

    Raises:
        UnprintableError: a text in ``data`` has a character that no font has.
    """
    shelf.refuse_unprintable(data)
    compiler = typst.Compiler(
        root=str(TEMPLATES),
        font_paths=shelf.fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False), **(inputs or {})},
    )
    made = compiler.compile(
        input=str(TEMPLATES / template),
        format=form,
        ppi=ONE_DOT_A_POINT,
        pdf_standards=["a-3b", "ua-1"] if form == "pdf" else [],
        timestamp=timestamp,
    )
    if not isinstance(made, bytes):
        raise TypeError(f"{template} makes several pages; it has to make one")
    return made


@cache
def press_version() -> str:
    """Changes when the engine or a template does, and with it the bytes that come out."""
    digest = sha256(version("typst").encode())
    for template in sorted(TEMPLATES.iterdir()):
        digest.update(template.read_bytes())
    return digest.hexdigest()[:16]
