"""Invented names and titles for the sample: built from `words.toml`, never from real ones."""

import random
import tomllib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
FOLDERS_UNSAID = {"src", "tests", "docs", "source", "examples", ".github"}
STEMS_UNSAID = {"__init__", "utils", "main", "index", "other", "common", "base", "_toctree"}

Dice = random.Random


class Names:
    """Logins that nobody has twice, Chinese and English mixed."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._taken: set[str] = set()

    def new(self) -> str:
        """Invent the next login."""
        while (login := self._guess()) in self._taken:
            pass
        self._taken.add(login)
        return login

    def _guess(self) -> str:
        number = self._dice.randrange(10, 99)
        style = self._dice.random()
        if style < 0.6:
            quality, creature = map(self._dice.choice, (WORDS["qualities"], WORDS["creatures"]))
            return f"{quality}-{creature}-{number}"
        drawn = (self._dice.choice(WORDS[part]) for part in ("families", "given", "given"))
        chinese, latin = map("".join, zip(*(word.split() for word in drawn), strict=True))
        return f"{latin}{number}" if style < 0.85 else chinese


def title_of(kind: str, path: str, size: tuple[int, int], dice: Dice) -> str:
    """Word a change of file kind ``kind`` whose largest file is ``path``."""
    added, deleted = size
    part = part_of(path)
    is_chinese = dice.random() < 0.04
    if kind in WORDS["chores"]:
        pattern = WORDS["chores_chinese"].get(kind) if is_chinese else None
        pattern = pattern or dice.choice(WORDS["chores"][kind])
        return pattern.format(part=part, fault=dice.choice(WORDS["faults"])[0])
    if added > 60 and added > 2 * deleted:
        english, chinese = dice.choice(WORDS["features"])
        return f"为{part}加入{chinese}" if is_chinese else f"Add {english} to {part}"
    if added + deleted > 80:
        return f"重构{part}" if is_chinese else f"{dice.choice(('Simplify', 'Rework'))} {part}"
    english, chinese = dice.choice(WORDS["faults"])
    return f"修复{part}中的{chinese}" if is_chinese else f"Fix {english} in {part}"


def issue_title_of(path: str, dice: Dice) -> str:
    """Word a report about ``path``."""
    english, chinese = dice.choice(WORDS["faults"])
    if dice.random() < 0.1:
        return f"{part_of(path)}:{chinese}"
    return f"{english[0].upper()}{english[1:]} in {part_of(path)}"


def part_of(path: str) -> str:
    """Name a file as people speak of it: ``tuners/lora/layer.py`` is ``lora layer``."""
    pure = PurePosixPath(path)
    words = [_spoken(pure.stem.lstrip("."))]
    folder = pure.parent.name
    if folder and folder not in FOLDERS_UNSAID:
        words.insert(0, _spoken(folder))
    if len(words) > 1 and pure.stem in STEMS_UNSAID:
        words.pop()
    return " ".join(_without_echo(" ".join(words).split())) or "the project"


def _spoken(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ").replace("-", " ").strip()


def _without_echo(words: Sequence[str]) -> list[str]:
    return [word for at, word in enumerate(words) if word not in words[:at]][:5]
