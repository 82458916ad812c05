"""Changes that a program made in bulk, as their authors say themselves: bumps, formatter runs.

Only what is said plainly counts: a title that a person would write of their own work as well
("Fix the formatter", "Support black 24") says nothing.
"""

import re
from collections.abc import Iterable

_VERSION = r"v?\d+(?:\.\d+)*[\w.+-]*"
_RELEASE = r"[`\"']?(?:[<>=~^!]{1,2}\s?)?(?:v?\d|[0-9a-f]{7})\S*"
_FORMATTERS = (
    r"(?:black|ruff(?:[ -]format)?|prettier|clang-format|isort|yapf|autopep8|gofmt|goimports"
    r"|rustfmt|cargo fmt|go fmt|eslint --fix|pre-commit|make (?:style|format|fmt|fix-copies)"
    r"|(?:the |code )?(?:auto-?)?formatters?)"
)
_SCOPE = (
    r"^(?:\[[\w /.-]{1,30}\]\s*)?"
    r"(?:[A-Za-z][\w .@/-]{0,30}(?:\([\w /.@-]{1,60}\))?!?:\s*|(?:ci|chore|mnt|maint|build)\s+)?"
)
"""What may stand before: an area, or a kind as in conventional commits."""
_TITLES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"{_SCOPE}(?:bump|upgrade|update)s? \S{{1,100}}(?: requirement)?"
            rf" from {_RELEASE} to {_RELEASE}"
        ),
        (
            rf"{_SCOPE}bump(?:s|ed|ing)? (?:the )?(?:\w+ )?versions?\b"
            r"(?! (?:check|pars|compar|handl))(?!.*\b(?:and|fix|add|support)\b)"
        ),
        rf"{_SCOPE}(?:set|release) (?:dev )?version(?: (?:to )?{_VERSION})?$",
        rf"{_SCOPE}bump(?:s|ed)? (?:to |version )?{_VERSION}$",
        rf"{_SCOPE}bump the [\w./@-]{{1,100}} group\b",
        r"^(?:chore|build|fix|ci)\((?:\w+[-_ ])?deps(?:[-_]dev)?\)!?:",
        r"^style(?:\([\w /.-]{1,40}\))?!?:",
        (
            rf"{_SCOPE}(?:re-?)?(?:run|ran|running|apply|applied|applying) {_FORMATTERS}"
            r"(?: (?:on|to|over|across|with|again|everywhere|and|formatting|format|fixes|hooks?)\b"
            r".*)?\W*$"
        ),
        (
            rf"{_SCOPE}re-?format(?:s|ted|ting)?\b"
            r"(?: (?:the )?(?:all|code|codebase|code base|files?|everything|repo\w*|sources?"
            r"|python|with|using|by)\b.*)?\W*$"
        ),
        (
            rf"{_SCOPE}format(?:ted|ting)? (?:(?:the |all )*(?:code|files|codebase|everything) )?"
            rf"(?:with|using|by) {_FORMATTERS}\W*$"
        ),
        rf"{_SCOPE}(?:{_FORMATTERS} )(?:format(?:ting)?|fixes|reformat|run|pass)\W*$",
        r"\bcode-?mod\b(?!.*\b(?:fix|add|support|improve|implement)\b)",
        r"^make (?:style|fix-copies|fmt)\W*$",
        r"^\[pre-commit\.ci\]",
        rf"{_SCOPE}(?:pre-commit )?auto-?(?:fixes|format|update)\b.*\b(?:pre-commit|hooks?)\b",
    )
)
_ABOUT_CODEMODS = re.compile(
    r"\b(?:fix|add|support|improve|implement|document|write|test)\w*\b.*\bcode-?mod", re.IGNORECASE
)
_LABELS = frozenset({"formatting", "style-only", "version-bump", "codemod"})
_SIGNED = re.compile(
    r"^updated-dependencies:[ \t]*$|^for more information, see https://pre-commit\.ci",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER = re.compile(r" ?\([#!]\d{1,9}\)$")
LONGEST_TITLE = 300


def is_mechanical(title: str, message: str = "", labels: Iterable[str] = ()) -> bool:
    """Whether the change calls itself the work of a program, by title, ``labels`` or message."""
    shown = _NUMBER.sub("", title.strip()[:LONGEST_TITLE])
    if any(pattern.search(shown) for pattern in _TITLES):
        return not _ABOUT_CODEMODS.search(shown)
    if _LABELS.intersection(label.lower() for label in labels):
        return True
    return _SIGNED.search(message) is not None
