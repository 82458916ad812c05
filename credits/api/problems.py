"""What can go wrong by the API: problem types (RFC 9457), each explained on a page of ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions as drf
from rest_framework import status

from credits.services.booking import MixedHoldersError, WrongStateError
from credits.services.errors import CreditsError
from credits.services.recognition import (
    AlreadyClaimedError,
    AlreadyDecidedError,
    CertificateNotValidError,
    NoPolicyError,
    NotRegistrarError,
    ReasonMissingError,
    TooManyCreditsError,
)


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of failure. ``slug`` is its name in addresses and never changes."""

    slug: str
    status: int
    title: str | Promise
    remedy: str | Promise


class BodyTooLargeError(drf.APIException):
    """The body is larger than this operation takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The body is larger than this operation takes.")
    default_code = "body-too-large"


class InvalidCursorError(drf.APIException):
    """A cursor is not one that we gave."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_detail = _(
        "The cursor is not one that this list gave. Start again without it, "
        "or take the address in `next` or `prev` as it is."
    )
    default_code = "invalid-cursor"


class InvalidIdempotencyKeyError(drf.APIException):
    """An ``Idempotency-Key`` is empty, too long, or has characters that do not print."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_detail = _("Idempotency-Key must have 1 to 255 printable characters.")
    default_code = "invalid-idempotency-key"


class ReusedIdempotencyKeyError(drf.APIException):
    """An ``Idempotency-Key`` came with another request before."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _(
        "This Idempotency-Key came with another request within the last 24 hours. "
        "Use a new key for a new request."
    )
    default_code = "reused-idempotency-key"


class UnknownCertificateError(drf.APIException):
    """A certificate does not exist, or its holder has nothing to do with the institution."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "unknown-certificate"


TYPES = {
    kind.slug: kind
    for kind in (
        ProblemType(
            "malformed-body",
            400,
            _("The body is not valid JSON"),
            _("Send one JSON object, encoded in UTF-8."),
        ),
        ProblemType(
            "invalid-input",
            400,
            _("The request has values that cannot be used"),
            _("Each entry of `errors` points at a value and says what is wrong with it."),
        ),
        ProblemType(
            "invalid-cursor",
            400,
            _("The cursor is not valid"),
            _("Follow `next` and `prev` as they are, or start again without a cursor."),
        ),
        ProblemType(
            "invalid-idempotency-key",
            400,
            _("The idempotency key is not valid"),
            _("Send 1 to 255 printable characters, for example a UUID."),
        ),
        ProblemType(
            "not-authenticated",
            401,
            _("The request carries no valid access token"),
            _("Get a token with your client's id and secret and send it as `Bearer`."),
        ),
        ProblemType(
            "not-allowed",
            403,
            _("The access token does not allow this"),
            _("Ask the operator for a client with the scope that `detail` names."),
        ),
        ProblemType(
            "not-found",
            404,
            _("There is no such thing for your institution"),
            _("Check the address. What belongs to others looks as if it were not there."),
        ),
        ProblemType(
            "method-not-allowed",
            405,
            _("This address does not take this method"),
            _("The header `Allow` lists the methods."),
        ),
        ProblemType(
            "not-acceptable",
            406,
            _("This address cannot answer in the format asked for"),
            _("Accept `application/json`; lists also speak `application/x-ndjson`."),
        ),
        ProblemType(
            "conflict",
            409,
            _("What was asked contradicts what is already so"),
            _("Read the present state; somebody else may have decided meanwhile."),
        ),
        ProblemType(
            "already-claimed",
            409,
            _("A contribution was already used for academic credit"),
            _("A contribution earns credit once. Leave out the certificate that repeats it."),
        ),
        ProblemType(
            "body-too-large",
            413,
            _("The body is too large"),
            _("Send less at a time."),
        ),
        ProblemType(
            "unsupported-media-type",
            415,
            _("The body has a format that this address does not read"),
            _("Send `Content-Type: application/json`."),
        ),
        ProblemType(
            "refused",
            422,
            _("The request is understood and refused"),
            _("`detail` says by which rule."),
        ),
        ProblemType(
            "no-policy",
            422,
            _("Your institution has no credit policy in force"),
            _("Publish a credit policy first; without one nothing turns into credits."),
        ),
        ProblemType(
            "credits-above-cap",
            422,
            _("The policy does not allow that many credits"),
            _("Stay within the cap that `detail` names, or publish a new policy."),
        ),
        ProblemType(
            "reason-missing",
            422,
            _("A decision that differs from the policy's proposal needs a reason"),
            _("Send `reason`: the words in which the person explained the decision."),
        ),
        ProblemType(
            "certificate-not-valid",
            422,
            _("A certificate was revoked or has expired"),
            _("Read the certificate again; leave out what is not valid."),
        ),
        ProblemType(
            "mixed-holders",
            422,
            _("The certificates belong to several people"),
            _("Post one recognition for each person."),
        ),
        ProblemType(
            "unknown-certificate",
            422,
            _("A certificate is not known to your institution"),
            _(
                "Check the code. The holder must be a member of your institution "
                "or have applied to it with this certificate."
            ),
        ),
        ProblemType(
            "not-a-registrar",
            422,
            _("Only a registrar of your institution can have decided"),
            _("Name the person by the e-mail address of the account that is a registrar here."),
        ),
        ProblemType(
            "reused-idempotency-key",
            422,
            _("The idempotency key belongs to another request"),
            _("Use a new key for a new request. Keys are kept for 24 hours."),
        ),
        ProblemType(
            "too-many-requests",
            429,
            _("Too many requests"),
            _("Wait as many seconds as `Retry-After` says."),
        ),
        ProblemType(
            "server-error",
            500,
            _("Something went wrong here"),
            _("It is our fault and it has been recorded. Try again later."),
        ),
    )
}

BY_EXCEPTION: dict[type[Exception], str] = {
    drf.ParseError: "malformed-body",
    drf.ValidationError: "invalid-input",
    drf.NotAuthenticated: "not-authenticated",
    drf.AuthenticationFailed: "not-authenticated",
    drf.PermissionDenied: "not-allowed",
    DjangoPermissionDenied: "not-allowed",
    drf.NotFound: "not-found",
    Http404: "not-found",
    drf.MethodNotAllowed: "method-not-allowed",
    drf.NotAcceptable: "not-acceptable",
    drf.UnsupportedMediaType: "unsupported-media-type",
    drf.Throttled: "too-many-requests",
    AlreadyClaimedError: "already-claimed",
    AlreadyDecidedError: "conflict",
    CertificateNotValidError: "certificate-not-valid",
    MixedHoldersError: "mixed-holders",
    NoPolicyError: "no-policy",
    NotRegistrarError: "not-a-registrar",
    ReasonMissingError: "reason-missing",
    TooManyCreditsError: "credits-above-cap",
    WrongStateError: "conflict",
}


def problem_of(error: Exception) -> tuple[ProblemType, str, list[dict[str, str]]]:
    """The type of ``error``, its detail for people, and the values it blames."""
    slug = _slug_of(error)
    if isinstance(error, drf.ValidationError):
        blamed = list(_blamed(error.get_full_details()))
        return TYPES[slug], "; ".join(dict.fromkeys(entry["detail"] for entry in blamed)), blamed
    if isinstance(error, drf.APIException | CreditsError):
        return TYPES[slug], str(error), []
    return TYPES[slug], str(TYPES[slug].title), []


def _slug_of(error: Exception) -> str:
    for kind in type(error).__mro__:
        if kind in BY_EXCEPTION:
            return BY_EXCEPTION[kind]
    if isinstance(error, drf.APIException):
        return str(error.default_code)
    if isinstance(error, CreditsError):
        return "refused"
    return "server-error"


def _blamed(details: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Entries ``pointer`` (RFC 6901), ``detail``, ``code`` from DRF's nested details."""
    if isinstance(details, list):
        for position, part in enumerate(details):
            is_leaf = isinstance(part, dict) and "message" in part and "code" in part
            yield from _blamed(part, pointer if is_leaf else f"{pointer}/{position}")
    elif "message" in details and "code" in details:
        yield {
            "pointer": pointer,
            "detail": str(details["message"]),
            "code": str(details["code"]),
        }
    else:
        for name, part in details.items():
            place = pointer if name == "non_field_errors" else f"{pointer}/{name}"
            yield from _blamed(part, place)
