"""What is said over the signer's socket: one JSON object a line, a question and its answer.

    {"ask": "documents", "documents": [...]}   {"answer": ["..."]}
    {"ask": "checkpoint", "text": "...", "proof": ["..."]}
    {"ask": "issuer_key"}                      {"refused": {"reason", "message", "until"}}
    {"ask": "issuer_key", "institution": "x"}  {"failed": "..."}
    {"ask": "token_key"}
    {"ask": "signed_size"}

The signer goes by its own clock: nobody can ask for a signature of another day.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from credits.core.canonical import JsonError, parse_json
from credits.core.signing_policy import Refusal, SigningRefusedError
from credits.signer.notary import Notarial
from credits.signer.stores import KeyFileError

logger = logging.getLogger(__name__)

MAX_REQUEST_BYTES = 8_000_000
MAX_ANSWER_BYTES = 64_000_000
MAX_DEPTH = 40
"""A document of the deepest kind, within a list within the question."""


class SignerFailedError(Exception):
    """The signer could not do what it was asked, through no fault of what was asked."""


def answered(line: bytes, notary: Notarial, *, now: datetime) -> bytes:
    """The answer of ``notary`` to a line; never raises for what is in the line."""
    try:
        question = parse_json(line, max_bytes=MAX_REQUEST_BYTES, max_depth=MAX_DEPTH)
        answer: dict[str, Any] = {"answer": _asked(question)(notary, now)}
    except JsonError as error:
        answer = _refusal(SigningRefusedError(Refusal.NOT_UNDERSTOOD, str(error)))
    except SigningRefusedError as error:
        answer = _refusal(error)
    except KeyFileError as error:
        answer = {"failed": str(error)}
    except Exception:
        # One question's trouble is not another's, and the asker learns that it is not their fault.
        logger.exception("a question could not be answered")
        answer = {"failed": "The signer could not do it; its log says why."}
    return json.dumps(answer, ensure_ascii=False).encode() + b"\n"


def _asked(question: Any) -> Callable[[Notarial, datetime], Any]:
    """What to call for ``question``.

    Raises:
        SigningRefusedError: it is none of the questions, or has not exactly their parts.
    """
    match question:
        case {"ask": "documents", "documents": list(documents), **rest} if not rest:
            return lambda notary, now: notary.sign_documents(documents, now=now)
        case {"ask": "tokens", "documents": list(documents), **rest} if not rest:
            return lambda notary, now: notary.sign_tokens(documents, now=now)
        case {"ask": "checkpoint", "text": str(text), "proof": list(proof), **rest} if not rest:
            return lambda notary, now: notary.sign_checkpoint(text, proof, now=now)
        case {"ask": "issuer_key", **rest} if rest.keys() <= {"institution"}:
            whose = str(rest.get("institution", ""))
            return lambda notary, now: notary.issuer_key(now=now, institution=whose)
        case {"ask": "signed_size", **rest} if not rest:
            return lambda notary, _now: notary.signed_size()
        case {"ask": "token_key", **rest} if not rest:
            return lambda notary, now: dict(notary.token_key(now=now))
    raise SigningRefusedError(Refusal.NOT_UNDERSTOOD, "This is no question to a signer.")


def _refusal(error: SigningRefusedError) -> dict[str, Any]:
    until = error.until.isoformat() if error.until else None
    told = {"reason": error.reason.value, "message": str(error), "until": until}
    return {"refused": told}


def read_answer(line: bytes) -> Any:
    """What the signer answered.

    Raises:
        SigningRefusedError: it refuses.
        SignerFailedError: it cannot, or says something that is no answer.
    """
    try:
        told = json.loads(line)
    except ValueError as error:
        raise SignerFailedError("The signer broke off its answer.") from error
    match told:
        case {"answer": answer}:
            return answer
        case {"refused": {"reason": str(reason), "message": str(message), "until": until}}:
            raise SigningRefusedError(Refusal(reason), message, until=_moment(until))
        case {"failed": str(message)}:
            raise SignerFailedError(message)
    raise SignerFailedError("The signer answers in another language.")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def question(ask: str, **parts: Any) -> bytes:
    """A line that asks for something."""
    told: Mapping[str, Any] = {"ask": ask, **parts}
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"
