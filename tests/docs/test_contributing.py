"""The recipes name files, functions and settings that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
FORGES = sorted(path.name for path in (ROOT / "harvesters" / "forges").iterdir() if path.is_dir())
PATHS = sorted(
    name for name in set(re.findall(r"`([\w./<>-]+/[\w./<>-]*)`", TEXT)) if not name.startswith("<")
)
NAMES = sorted(set(re.findall(r"`([A-Z][a-z]+[A-Za-z]*|[a-z]+_[a-z_]+)`", TEXT)))
OURS = [*ROOT.glob("harvesters/**/*.py"), *ROOT.glob("credits/**/*.py"), *ROOT.glob("tests/*.py")]


def fill(path: str) -> list[str]:
    """The paths that one with a blank may mean."""
    blank = re.search(r"<\w+>", path)
    if blank is None:
        return [path]
    return [path.replace(blank[0], name) for name in FORGES]


@pytest.mark.parametrize("path", PATHS)
def test_every_file_that_is_named_is_there(path):
    if re.search("<page>|<persona>", path):
        assert (ROOT / path.partition("<")[0]).is_dir()
        return
    assert any((ROOT / one).exists() for one in fill(path)), path


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_defined(name):
    defined = re.compile(rf"^\s*(class|def) {name}\b|^\s*{name}(:| =)", re.MULTILINE)

    assert any(defined.search(path.read_text("utf-8")) for path in OURS), name
