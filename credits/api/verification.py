"""Verify by API: anybody may ask, nothing is kept."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import VisitorThrottle
from credits.api.answers import ProblemSerializer, VerdictSerializer
from credits.api.base import LARGEST_BODY_BYTES, ApiView
from credits.api.problems import BodyTooLargeError
from credits.api.schema import PROBLEM_TYPE
from credits.services.verification import verify_upload


class BytesParser(BaseParser):
    """Takes the body as it is, whatever it calls itself: the signature is over its content."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, bytes]:
        body = stream.read(LARGEST_BODY_BYTES + 1)
        if len(body) > LARGEST_BODY_BYTES:
            raise BodyTooLargeError
        return {"body": body}


class VerifyView(ApiView):
    """Without a token: whoever holds a certificate may ask what it is worth."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = [VisitorThrottle]
    parser_classes = [BytesParser]

    @extend_schema(
        operation_id="verify",
        summary="What a certificate is worth now",
        description="Send the credential as the body: JSON or JWT, or a PNG, SVG or PDF that "
        "carries it. The verdict is that of the page: every "
        "step by name, and one outcome. It needs no token and keeps nothing.",
        request={"application/vc": OpenApiTypes.OBJECT, "application/json": OpenApiTypes.OBJECT},
        responses={
            200: VerdictSerializer,
            (413, PROBLEM_TYPE): ProblemSerializer,
            (429, PROBLEM_TYPE): ProblemSerializer,
        },
        auth=[],
    )
    def post(self, request: Request) -> Response:
        given = request.data
        body = given.get("body", b"") if isinstance(given, dict) else b""
        verdict = verify_upload(body, now=timezone.now())
        return Response(verdict.as_json(), status=status.HTTP_200_OK)
