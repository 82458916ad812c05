"""A certificate as it gets printed: every text of it, ready made, in both languages.

What is printed is what was signed. Pairs are in the order in which they stand: first the language
that leads, then the other.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from credits.core.certificate_words import kind_name
from credits.core.evidence import decimal_text
from credits.core.papers import Paper, PaperRow
from credits.core.verdict import Outcome
from credits.exports.sheet_words import LANGUAGES, WORDS, day_in, stamp_in

NAME_LENGTH, PROJECT_LENGTH, LABEL_LENGTH = 160, 60, 100
PROJECTS_SHOWN, ROWS_SHOWN = 5, 16
BREAKABLE = 20
UNBROKEN = re.compile(rf"([\x21-\x7e\u00a1-\u1fff]{{{BREAKABLE}}})(?=[\x21-\x7e\u00a1-\u1fff])")
KEPT_INVISIBLE = frozenset("\u200c\u200d")

Pair = list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A certificate, what it is worth at the moment, and the language that leads on paper."""

    paper: Paper
    credential: str
    outcome: Outcome = Outcome.VALID
    language: str = "en"

    @property
    def order(self) -> tuple[str, str]:
        """The language that leads, then the other."""
        english, chinese = LANGUAGES
        return (chinese, english) if self.language == chinese else (english, chinese)

    def words(self, name: str, **values: object) -> Pair:
        """The words called ``name``, in both languages."""
        return [WORDS[name][language].format(**values) for language in self.order]

    @property
    def stamp(self) -> Pair:
        """What the sheet is stamped with; empty while it is valid."""
        return [stamp_in(self.outcome, language) for language in self.order]

    @property
    def timestamp(self) -> int:
        """The second of issue, which is every file's creation date: no clock is asked."""
        issued = self.paper.issued_at
        return int(issued.timestamp()) if issued else 0


def certificate_data(sheet: Sheet) -> dict[str, Any]:
    """Every text of the certificate on A4."""
    paper = sheet.paper
    rows = _rows(paper.rows)
    return {
        "langs": list(sheet.order),
        "brand": sheet.words("brand"),
        "title": sheet.words("title"),
        "number": [*sheet.words("number"), paper.code],
        "certifies": sheet.words("certifies"),
        "name": [holder] if (holder := printed(paper.holder, NAME_LENGTH)) else [],
        "nameless": sheet.words("nameless"),
        "sentences": [_sentence(sheet, language) for language in sheet.order],
        "header": [sheet.words(name) for name in ("kind", "count", "points")],
        "rows": [
            [*_labels(sheet, row), _count(row.count), decimal_text(row.points)] for row in rows
        ],
        "total": [*sheet.words("total"), _count(paper.count), decimal_text(paper.points)],
        "facts": [
            [*sheet.words("rules"), printed(paper.rule_set, LABEL_LENGTH) or "–"],
            [*sheet.words("issuer"), printed(paper.issuer, LABEL_LENGTH) or "–"],
            [*sheet.words("issued"), _issued(sheet)],
        ],
        "points_note": sheet.words("points_note"),
        "scan": sheet.words("scan"),
        "address": printed(paper.address.partition("://")[2], NAME_LENGTH),
        "embedded": sheet.words("embedded"),
        "stamp": sheet.stamp,
    }


def card_data(sheet: Sheet) -> dict[str, Any]:
    """Every text of the picture that is shared."""
    paper = sheet.paper
    listed = [_listed(paper, language) for language in sheet.order]
    count = [] if paper.count is None else sheet.words("contributions", count=paper.count)
    return {
        "langs": list(sheet.order),
        "brand": sheet.words("brand"),
        "name": printed(paper.holder, NAME_LENGTH) or sheet.words("title")[0],
        "title": sheet.words("title"),
        "projects": listed[0],
        "facts": [*count, sheet.words("worth", points=decimal_text(paper.points))[0]],
        "span": [_span(sheet, language) for language in sheet.order],
        "address": printed(paper.address.partition("://")[2], NAME_LENGTH),
        "stamp": sheet.stamp,
    }


def printed(text: str, length: int) -> str:
    """``text`` as paper can take it: on one line, no longer than ``length``, breakable.

    What is invisible and turns the direction of writing would turn the words around it as well.
    """
    visible = "".join(
        character
        for character in " ".join(text.split())
        if character in KEPT_INVISIBLE or unicodedata.category(character) not in {"Cf", "Cc"}
    )
    if len(visible) > length:
        visible = f"{visible[: length - 1].rstrip()}…"
    return UNBROKEN.sub("\\1\u200b", visible)


def _sentence(sheet: Sheet, language: str) -> Pair:
    """What was done: before the projects, the projects, after them."""
    words = {name: text[language] for name, text in WORDS.items()}
    span = _span(sheet, language)
    listed = _listed(sheet.paper, language)
    if not listed:
        return [words["without_projects"].format(span=span), "", ""]
    before = words["before_one" if len(sheet.paper.projects) == 1 else "before"]
    return [before.format(span=span), listed, words["after"].format(span=span)]


def _listed(paper: Paper, language: str) -> str:
    """The first projects by name, and how many more there are."""
    names = [printed(name, PROJECT_LENGTH) for name in paper.projects if name.strip()]
    listed = WORDS["list"][language].join(names[:PROJECTS_SHOWN])
    more = len(names) - PROJECTS_SHOWN
    if more > 0:
        listed += WORDS["more"][language].format(more=more, all=len(names))
    return listed


def _span(sheet: Sheet, language: str) -> str:
    paper = sheet.paper
    start, end = (
        day_in(moment and moment.astimezone(UTC), language) for moment in (paper.start, paper.end)
    )
    return WORDS["span"][language].format(start=start, end=end)


def _issued(sheet: Sheet) -> str:
    issued = sheet.paper.issued_at
    days = [day_in(issued and issued.astimezone(UTC), language) for language in sheet.order]
    return " · ".join(days)


def _labels(sheet: Sheet, row: PaperRow) -> Pair:
    """The kind's name in both languages; one that we have no words for stands there once."""
    if not row.category:
        return sheet.words("others")
    first, second = (kind_name(row.category, language) for language in sheet.order)
    return [printed(first, LABEL_LENGTH), "" if first == second else second]


def _rows(rows: list[PaperRow]) -> list[PaperRow]:
    """As many kinds as the page has lines for; the smallest are added up in the last."""
    if len(rows) <= ROWS_SHOWN:
        return rows
    largest = sorted(rows, key=lambda row: -row.points)[: ROWS_SHOWN - 1]
    others = [row for row in rows if row not in largest]
    counts = [row.count for row in others]
    count = None if None in counts else sum(filter(None, counts))
    return [
        *(row for row in rows if row in largest),
        PaperRow("", count, sum(row.points for row in others)),
    ]


def _count(count: int | None) -> str:
    return "–" if count is None else str(count)
