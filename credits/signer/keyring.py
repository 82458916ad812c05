"""The keys of one purpose, one after another: which one signs today.

``issuer.json`` beside ``issuer.pem`` lists them, with the moment from which each is used. It
belongs to the signer: who can write to the database alone cannot bring an old key back.
"""

import json
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkstemp
from typing import Generic, TypeVar

from credits.signer.stores import KeyFileError, KeyStore

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class KeyringEntry:
    """A key by its ``name`` in the store, its ``public`` part, and when it is used first."""

    name: str
    public: str
    use_from: str

    @property
    def used_from(self) -> datetime:
        return datetime.fromisoformat(self.use_from)


class Keyring(Generic[S]):
    """The keys of one purpose; ``public_of`` names a key by its public part."""

    def __init__(self, file: Path, store: KeyStore[S], public_of: Callable[[S], str]) -> None:
        self._file = file
        self._store = store
        self._public_of = public_of

    def present(self, now: datetime) -> S:
        """The key that signs at ``now``: the newest one whose time has come.

        Raises:
            KeyFileError
        """
        entries = sorted(self.entries(), key=lambda entry: entry.used_from)
        due = [entry for entry in entries if entry.used_from <= now] or entries[:1]
        signer = self._store.load(due[-1].name)
        if due[-1].public and self._public_of(signer) != due[-1].public:
            raise KeyFileError(f"{due[-1].name} holds another key than {self._file} says.")
        return signer

    @property
    def is_begun(self) -> bool:
        """Whether it says which keys there are, rather than take the first one for granted."""
        return self._file.exists()

    def begin(self, *, use_from: datetime) -> S:
        """The first key, and the list that says so.

        Raises:
            KeyFileError
        """
        signer = self._store.load(self._store.first)
        public = self._public_of(signer)
        self._write([KeyringEntry(self._store.first, public, use_from.isoformat())])
        return signer

    def entries(self) -> Sequence[KeyringEntry]:
        """The keys in the order in which they were added; just the first one if none was."""
        try:
            listed = json.loads(self._file.read_text(encoding="utf-8"))
            return [KeyringEntry(**entry) for entry in listed["keys"]]
        except FileNotFoundError:
            return [KeyringEntry(self._store.first, "", BEGINNING.isoformat())]
        except (ValueError, TypeError, KeyError) as error:
            raise KeyFileError(f"{self._file} is damaged: {error}") from error

    def add(self, *, use_from: datetime) -> S:
        """A new key, to be used from ``use_from`` on.

        Raises:
            KeyFileError
        """
        entries = [self._known(entry) for entry in self.entries()]
        first = Path(self._store.first)
        name = f"{first.stem}-{use_from:%Y%m%d}-{secrets.token_hex(4)}{first.suffix}"
        signer = self._store.make(name)
        entries.append(KeyringEntry(name, self._public_of(signer), use_from.isoformat()))
        self._write(entries)
        return signer

    def withdraw(self, public: str) -> list[str]:
        """Take the key ``public`` out for good; says where it lies now.

        Raises:
            KeyFileError: it is the only one.
        """
        entries = [self._known(entry) for entry in self.entries()]
        stays = [entry for entry in entries if entry.public != public]
        if not stays:
            raise KeyFileError("The only key cannot be withdrawn; add another one first.")
        self._write(stays)
        return [self._store.withdraw(entry.name) for entry in entries if entry not in stays]

    def _known(self, entry: KeyringEntry) -> KeyringEntry:
        """``entry`` with its public part, which the first key has not until another one comes."""
        if entry.public:
            return entry
        public = self._public_of(self._store.load(entry.name))
        return KeyringEntry(entry.name, public, entry.use_from)

    def _write(self, entries: Sequence[KeyringEntry]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = mkstemp(prefix=f".{self._file.name}.", dir=self._file.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as draft:
            json.dump({"keys": [asdict(entry) for entry in entries]}, draft, indent=1)
            draft.flush()
            os.fsync(draft.fileno())
        Path(name).rename(self._file)
