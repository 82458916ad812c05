"""``opencredits witness``: has this log only grown since it was last seen? Needs no database."""

import json
import os
import platform
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from credits.core.checkpoint import (
    MAX_NOTE_BYTES,
    Checkpoint,
    CheckpointError,
    parse_checkpoint,
    parse_verifier_key,
    read_note,
    verifier_key,
    verify_checkpoint_by_any,
)
from credits.core.cosignature import COSIGNATURE_TYPE, cosign, verify_cosignature
from credits.core.proof import KeySigner
from credits.core.verdict import EXIT_CANNOT_TELL
from credits.core.witness import Growth, growth
from credits.keyfiles import kept_ed25519_key
from credits.management.fetching import UnreadableError, read_bytes
from credits.management.log_source import LogSource

REFUSED = 1


class Command(BaseCommand):
    """Check that a log only grew, and cosign its checkpoint."""

    help = (
        "Watch a transparency log for everybody who relies on it: fetch its checkpoint and tiles,"
        " check that it only grew since the last time, and cosign the checkpoint with a key of your"
        " own. Run it every day.\n"
        "Exit code 0: it only grew, and FILE holds the cosigned checkpoint; 1: it did not, and"
        " nothing was cosigned; 2: cannot tell.\n"
        "Example: opencredits witness https://credits.example/log --state witness.txt"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("log", metavar="URL-or-FOLDER", help="where checkpoint and tile/ are")
        parser.add_argument(
            "--state",
            metavar="FILE",
            type=Path,
            required=True,
            help="the last cosigned checkpoint; made on the first run",
        )
        parser.add_argument(
            "--key", metavar="FILE", type=Path, help="your key (FILE of --state, with .key); kept"
        )
        parser.add_argument("--name", default=platform.node() or "witness", help="your name")
        parser.add_argument(
            "--log-key",
            metavar="KEY",
            action="append",
            default=[],
            help="a key of the log, name+id+key, instead of those in its DID document",
        )
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            self._witness(**options)
        except (UnreadableError, CheckpointError, ValueError, OSError) as error:
            raise CommandError(str(error), returncode=EXIT_CANNOT_TELL) from error

    def _witness(self, **options: Any) -> None:
        state: Path = options["state"]
        name: str = options["name"]
        source = LogSource(options["log"])
        signer = KeySigner(kept_ed25519_key(options["key"] or state.with_name(f"{state.name}.key")))
        seen = _last_seen(state, name, signer.public_key())
        note = source.checkpoint()
        offered = verify_checkpoint_by_any(note, _log_keys(source, options["log_key"]))
        found = growth(seen, offered, source.read)
        if found.is_honest:
            moment = int(datetime.now(UTC).timestamp())
            _keep(state, cosign(note, signer, name=name, timestamp=moment))
        else:
            _keep(_evidence(state), note)
        self._say(found, seen, offered, options)
        if not found.is_honest:
            raise SystemExit(REFUSED)
        if found is Growth.FIRST and not options["json"]:
            own = verifier_key(name, signer.public_key(), COSIGNATURE_TYPE)
            self.stdout.write(_("Your key, for those who trust you: %(key)s") % {"key": own})

    def _say(
        self, found: Growth, seen: Checkpoint | None, offered: Checkpoint, options: dict[str, Any]
    ) -> None:
        if options["json"]:
            told = {
                "log": offered.origin,
                "found": found.value,
                "cosigned": found.is_honest,
                "size": offered.tree_size,
                "root": offered.root_hash.hex(),
                "seen_size": seen and seen.tree_size,
                "seen_root": seen and seen.root_hash.hex(),
            }
            self.stdout.write(json.dumps(told))
            return
        style = self.style.SUCCESS if found.is_honest else self.style.ERROR
        self.stdout.write(style(_sentence(found, seen or offered, offered)))
        if not found.is_honest:
            sentence = _("Nothing was cosigned. Keep both signed checkpoints: %(seen)s, %(new)s")
            kept = {"seen": options["state"], "new": _evidence(options["state"])}
            self.stdout.write(sentence % kept)


def _sentence(found: Growth, seen: Checkpoint, offered: Checkpoint) -> str:
    values = {
        "log": offered.origin,
        "seen_log": seen.origin,
        "seen": seen.tree_size,
        "size": offered.tree_size,
    }
    return {
        Growth.FIRST: _("%(log)s: seen for the first time, with %(size)d entries. Cosigned."),
        Growth.SAME: _("%(log)s: unchanged, %(size)d entries. Cosigned."),
        Growth.GREW: _("%(log)s: only grew, from %(seen)d entries to %(size)d. Cosigned."),
        Growth.OTHER_LOG: _(
            "This is the log %(log)s; the state is that of %(seen_log)s."
            " Give each log a state of its own."
        ),
        Growth.SHRANK: _(
            "%(log)s: had %(seen)d entries, and now says %(size)d. Either an old copy was"
            " answered, or entries were taken out; ask again, then ask the issuer."
        ),
        Growth.FORKED: _(
            "%(log)s: FORK. Its first %(seen)d entries are not those that it signed before:"
            " something was changed, put in or taken out. Tell the issuer and other witnesses."
        ),
        Growth.DAMAGED: _(
            "%(log)s: its tiles do not lead to the root that it signed for %(size)d entries."
            " Ask again; if it stays so, tell the issuer."
        ),
    }[found] % values


def _last_seen(state: Path, name: str, key: bytes) -> Checkpoint | None:
    """The checkpoint in ``state``, which we cosigned; None on the first run."""
    if not state.exists():
        return None
    note = read_bytes(str(state), MAX_NOTE_BYTES).decode()
    try:
        verify_cosignature(note, name, key)
    except CheckpointError as error:
        sentence = _("%(file)s is not as this witness left it: %(error)s.")
        raise CheckpointError(sentence % {"file": state, "error": error}) from error
    return parse_checkpoint(read_note(note)[0])


def _log_keys(source: LogSource, given: Sequence[str]) -> list[bytes]:
    return [parse_verifier_key(key)[1] for key in given] or source.keys()


def _evidence(state: Path) -> Path:
    """Where a checkpoint is kept that was not cosigned."""
    return state.with_name(f"{state.name}.refused")


def _keep(path: Path, note: str) -> None:
    """Put ``note`` into ``path``, whole or not at all, before anybody is told of it."""
    draft = path.with_name(f"{path.name}.draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
