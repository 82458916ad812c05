"""Whether the translations are whole: ``python -m tests.check_locale``; exit 0, or 1 with a list.

Nothing untranslated, nothing fuzzy, placeholders kept, the compiled file equal to its source, and
(where GNU gettext is installed) no text in the code that the source has not got.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
FOLDERS = ("config", "credits", "accounts", "harvesters", "templates", "locale")
MAKEMESSAGES = ("makemessages", "-l", "zh_Hans", "--no-obsolete", "--no-location", "--no-wrap")
PLACEHOLDER = re.compile(r"%\((\w+)\)")

Key = tuple[str, str]


def main() -> int:
    """Print what is wrong; the exit code."""
    catalogue = polib.pofile(str(ROOT / SOURCE))
    problems = [
        *(f"untranslated: {entry.msgid}" for entry in catalogue.untranslated_entries()),
        *(f"fuzzy: {entry.msgid}" for entry in catalogue.fuzzy_entries()),
        *(f"placeholders differ: {entry.msgid}" for entry in catalogue if not _keeps_names(entry)),
        *_stale_in_compiled(catalogue),
        *_missing_in_source(catalogue),
    ]
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    sys.stdout.write(f"{len(catalogue)} texts, {len(problems)} problems\n")
    return 1 if problems else 0


def _keeps_names(entry: polib.POEntry) -> bool:
    """Whether no placeholder was invented; a plural may do without the number."""
    known = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    said = " ".join([entry.msgstr, *entry.msgstr_plural.values()])
    return set(PLACEHOLDER.findall(said)) <= known


def _stale_in_compiled(catalogue: polib.POFile) -> list[str]:
    compiled = _texts(polib.mofile(str((ROOT / SOURCE).with_suffix(".mo"))))
    if compiled == _texts(catalogue):
        return []
    return ["django.mo is not compiled from django.po: run `make messages`"]


def _missing_in_source(catalogue: polib.POFile) -> list[str]:
    """Texts that the code has and the catalogue lacks, or the reverse; needs GNU gettext."""
    if shutil.which("xgettext") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        for name in FOLDERS:
            shutil.copytree(ROOT / name, Path(folder) / name)
        command = [sys.executable, "-m", "django", *MAKEMESSAGES]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        found = set(_texts(polib.pofile(str(Path(folder) / SOURCE))))
    kept = set(_texts(catalogue))
    return [
        *(f"not in django.po: {text}" for _context, text in sorted(found - kept)),
        *(f"no longer in the code: {text}" for _context, text in sorted(kept - found)),
    ]


def _texts(catalogue: polib.POFile | polib.MOFile) -> dict[Key, tuple[str, ...]]:
    """What each text, in its context, is translated to."""
    return {
        (entry.msgctxt or "", entry.msgid): (entry.msgstr, *entry.msgstr_plural.values())
        for entry in catalogue
        if not entry.obsolete
    }


if __name__ == "__main__":
    sys.exit(main())
