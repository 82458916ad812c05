"""The door to a signer in another process."""

import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from credits.signer.protocol import (
    MAX_ANSWER_BYTES,
    SignerFailedError,
    question,
    read_answer,
)

TIMEOUT_SECONDS = 60
BATCH = 100
BATCH_BYTES = 2_000_000
CHUNK = 262_144


class SignerAbsentError(SignerFailedError):
    """Nobody answers at the signer's socket."""


class SignerClient:
    """Asks the signer at ``path``. The signer goes by its own clock, whatever ``now`` says."""

    def __init__(self, path: Path, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._path = path
        self._timeout = timeout_seconds

    def issuer_key(self, *, now: datetime, institution: str = "") -> str:
        whose = {"institution": institution} if institution else {}
        return str(self._ask("issuer_key", **whose))

    def token_key(self, *, now: datetime) -> Mapping[str, str]:
        answer: Mapping[str, str] = self._ask("token_key")
        return answer

    def sign_documents(
        self,
        documents: Sequence[Mapping[str, Any]],
        *,
        now: datetime,
    ) -> list[str]:
        return self._in_batches("documents", documents)

    def sign_tokens(
        self,
        documents: Sequence[Mapping[str, Any]],
        *,
        now: datetime,
    ) -> list[str]:
        return self._in_batches("tokens", documents)

    def signed_size(self) -> int:
        return int(self._ask("signed_size"))

    def sign_checkpoint(
        self,
        text: str,
        proof: Sequence[str],
        *,
        now: datetime,
    ) -> str:
        return str(self._ask("checkpoint", text=text, proof=list(proof)))

    def _in_batches(self, ask: str, documents: Sequence[Mapping[str, Any]]) -> list[str]:
        signed: list[str] = []
        for batch in _batches(documents):
            answer = self._ask(ask, documents=batch)
            if not isinstance(answer, list) or len(answer) != len(batch):
                raise SignerFailedError("The signer left something unsigned.")
            signed += answer
        return signed

    def _ask(self, ask: str, **parts: Any) -> Any:
        """The answer.

        Raises:
            SigningRefusedError, SignerFailedError, SignerAbsentError
        """
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.settimeout(self._timeout)
                link.connect(str(self._path))
                link.sendall(question(ask, **parts))
                return read_answer(_line(link))
        except OSError as error:
            raise SignerAbsentError(f"No signer answers at {self._path}: {error}.") from error


def _batches(documents: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    batch: list[Mapping[str, Any]] = []
    size = 0
    for document in documents:
        length = len(json.dumps(document, ensure_ascii=False).encode())
        if batch and (len(batch) == BATCH or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += length
    if batch:
        yield batch


def _line(link: socket.socket) -> bytes:
    received = bytearray()
    while not received.endswith(b"\n") and len(received) < MAX_ANSWER_BYTES:
        chunk = link.recv(CHUNK)
        if not chunk:
            break
        received += chunk
    return bytes(received)
