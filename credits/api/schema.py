"""How operations describe themselves in the OpenAPI schema."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status

from credits.api.answers import ProblemSerializer
from credits.api.base import ListQuery

Operation = TypeVar("Operation", bound=Callable[..., Any])

PROBLEM_TYPE = "application/problem+json"
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Any unique text, kept for 24 hours: the same request again gets the same "
    "answer and changes nothing; another request with the key is refused (422).",
)


def describe(
    shape: type[serializers.BaseSerializer[Any]],
    name: str,
    summary: str,
    *,
    body: type[serializers.BaseSerializer[Any]] | None = None,
    success: int = status.HTTP_200_OK,
) -> Callable[[Operation], Operation]:
    """An operation that answers one object of ``shape``."""
    refusals = [400, 401, 403, 409, 413, 422, 429] if body else [401, 403, 404, 429]
    decorate: Callable[[Operation], Operation] = extend_schema(
        operation_id=name,
        summary=summary.partition(". ")[0].rstrip("."),
        description=summary,
        request=body,
        parameters=[IDEMPOTENCY_KEY] if body else [],
        responses={success: shape, **_problems(refusals)},
    )
    return decorate


def describe_list(
    shape: type[serializers.BaseSerializer[Any]],
    name: str,
    summary: str,
    *,
    query: type[ListQuery] = ListQuery,
) -> Callable[[Operation], Operation]:
    """An operation that answers a page of ``shape``, or all of it as NDJSON."""
    decorate: Callable[[Operation], Operation] = extend_schema(
        operation_id=name,
        summary=summary.rstrip("."),
        description=summary
        + " Accept `application/x-ndjson` to get every row from the cursor on, one a line.",
        parameters=[query],
        responses={
            (200, "application/json"): _page_of(shape),
            (200, "application/x-ndjson"): OpenApiResponse(OpenApiTypes.STR, "One row a line."),
            **_problems([400, 401, 403, 429]),
        },
    )
    return decorate


def _page_of(shape: type[serializers.BaseSerializer[Any]]) -> type[serializers.BaseSerializer[Any]]:
    name = shape.__name__.removesuffix("Serializer") + "PageSerializer"
    fields = {
        "results": shape(many=True),
        "next": serializers.URLField(allow_null=True),
        "prev": serializers.URLField(allow_null=True),
    }
    return type(name, (serializers.Serializer,), fields)


def _problems(statuses: list[int]) -> dict[tuple[int, str], Any]:
    return {(status_code, PROBLEM_TYPE): ProblemSerializer for status_code in statuses}
