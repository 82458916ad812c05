"""An explanation as a terminal prints it, in the language that is active."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from credits.core.points import decimal_points
from credits.core.texts import Text
from credits.models import Ruling
from credits.services.explanations import Explanation, PartExplanation

SHORT_DIGEST = 16


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Why a contribution has its points: what the page of it says."""
    found = explanation.contribution
    yield found.title
    if found.url:
        yield found.url
    yield _("Read %(moment)s, facts %(digest)s") % {
        "moment": _moment(found.harvested_at),
        "digest": found.digest[:SHORT_DIGEST],
    }
    for part in explanation.parts:
        yield ""
        yield from _part_lines(part)
    if explanation.facts:
        yield ""
        yield _("What the rules look at:")
        yield from (f"  {fact.name}: {_value(fact.value)}" for fact in explanation.facts)
    if explanation.related:
        yield ""
        yield _("Scored as one piece of work with:")
        yield from (f"  - {other.title}  {other.url}".rstrip() for other in explanation.related)
    if explanation.rulings or explanation.verdicts:
        yield ""
        yield _("Decided by people:")
        yield from map(_ruling_line, explanation.rulings)
        for verdict in explanation.verdicts:
            kind = _("a bot") if verdict.is_bot else _("a person")
            yield f"  - {verdict.actor.login}: {kind}. {verdict.reason}"


def _part_lines(part: PartExplanation) -> Iterator[str]:
    who = part.participation
    score = part.score
    yield _("%(login)s, %(role)s: %(points)s points. %(state)s") % {
        "login": who.actor.login,
        "role": who.get_role_display(),
        "points": decimal_points(part.points),
        "state": _mine(part.headline),
    }
    if score is None:
        yield _("Not scored yet. Run: opencredits score")
        return
    yield _("Rule set %(rule_set)s, sha256 %(digest)s, scored %(moment)s") % {
        "rule_set": score.rule_set,
        "digest": score.rule_set.digest[:SHORT_DIGEST],
        "moment": _moment(score.scored_at),
    }
    yield from map(_line, part.lines)
    yield f"  {part.points / 1000:>9.3f}  {_('sum')}"
    if part.is_stale:
        yield _("The facts were read again since. Run: opencredits score")
    if part.changes or part.depends_on:
        yield _("What would change it:")
        yield from (f"  - {_mine(change.text)}" for change in part.changes)
        yield from (f"  - {_mine(text)}" for text in part.depends_on)
    if part.former:
        yield _("By other rule sets:")
        for former in part.former:
            points, state = decimal_points(former.points), former.get_state_display()
            yield f"  - {former.rule_set}: {points} ({state})"


def _line(line: Mapping[str, Any]) -> str:
    said = _mine(Text(line["en"], line["zh"]))
    return f"  {line['points'] / 1000:>9.3f}  {line['rule']}: {said}"


def _ruling_line(ruling: Ruling) -> str:
    replaced = f" ({_('replaced')})" if ruling.replaced_at else ""
    day = _moment(ruling.decided_at)
    return f"  - {ruling.get_subject_display()}: {ruling.reason}, {day}{replaced}"


def _value(value: Any) -> str:
    """As JSON and the rules have it."""
    return json.dumps(value, ensure_ascii=False)


def _mine(text: Text) -> str:
    return text.in_language(get_language() or "en")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
