"""What every operation of API v1 shares: who may ask, how much, and how an answer is made."""

import hashlib
from collections.abc import Mapping
from typing import IO, Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api import ClientAccess, ClientAuthentication, ClientThrottle, HasScope
from accounts.clients import Scope
from credits.api.cursors import Cursor, decode_cursor
from credits.api.problems import BodyTooLargeError
from credits.api.serializers import StrictSerializer
from credits.api.sql_lists import Asked, Page, SqlList, now_parameters, read_lines, read_page

LARGEST_BODY_BYTES = 1_000_000
LARGEST_PAGE = 500


class BoundedJSONParser(JSONParser):
    """JSON of a size that one request may have; DRF itself would read any amount."""

    largest_bytes = LARGEST_BODY_BYTES

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        request = (parser_context or {})["request"]
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.largest_bytes:
            raise BodyTooLargeError
        document: dict[str, Any] = super().parse(stream, media_type, parser_context)
        return document


class NdjsonRenderer(JSONRenderer):
    """Lets ``Accept: application/x-ndjson`` in; errors stay JSON."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class ApiView(APIView):
    """An operation for an institution's machine. Only its own things are there for it."""

    authentication_classes = [ClientAuthentication]
    permission_classes = [HasScope]
    throttle_classes = [ClientThrottle]
    parser_classes = [BoundedJSONParser]
    renderer_classes = [JSONRenderer]
    scopes: ClassVar[dict[str, Scope]] = {}

    @property
    def access(self) -> ClientAccess:
        if not isinstance(self.request.auth, ClientAccess):
            raise NotFound
        return self.request.auth

    def parameters(self) -> dict[str, Any]:
        """What the SQL of every list is asked with."""
        return now_parameters(
            institution=self.access.institution.pk, base_url=base_url(), now=timezone.now()
        )

    def answer(self, text: str, *, headers: Mapping[str, str] | None = None) -> HttpResponseBase:
        """JSON text with its ETag, or 304 to who has it already (RFC 9110, section 13)."""
        body = text.encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        response = HttpResponse(body, content_type="application/json", headers=headers or {})
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        answered = get_conditional_response(self.request, etag=etag, response=response)
        return answered or response


class ListQuery(StrictSerializer):
    """What every list may be asked. A misspelt name is refused, not ignored."""

    limit = serializers.IntegerField(
        min_value=1, max_value=LARGEST_PAGE, default=100, help_text="Rows a page, at most 500."
    )
    cursor = serializers.CharField(
        max_length=200, required=False, help_text="From `next` or `prev`; opaque."
    )
    since = serializers.DateTimeField(
        required=False,
        help_text="Only what is new or has changed at this time (RFC 3339) or later. Ask again "
        "with the time at which you began to read, less a minute; a row may come twice.",
    )


class ListView(ApiView):
    """A list: oldest first, page by page, or whole as NDJSON."""

    renderer_classes = [JSONRenderer, NdjsonRenderer]
    kind: ClassVar[SqlList]
    query_class: ClassVar[type[ListQuery]] = ListQuery

    def read(self, request: Request) -> HttpResponseBase:
        query = self.query_class(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        given = dict(query.validated_data)
        limit, cursor = given.pop("limit"), given.pop("cursor", None)
        asked = Asked(
            {**self.parameters(), **given}, limit, decode_cursor(cursor) if cursor else None
        )
        kind = self.list_for(given)
        if request.accepted_renderer.format == "ndjson":
            lines = read_lines(kind, asked)
            return StreamingHttpResponse(lines, content_type="application/x-ndjson")
        return self._answer_page(read_page(kind, asked))

    def list_for(self, given: Mapping[str, Any]) -> SqlList:
        """The list that is asked for; most operations have but one."""
        del given
        return self.kind

    def _answer_page(self, page: Page) -> HttpResponseBase:
        neighbours = {"next": self._address(page.next), "prev": self._address(page.prev)}
        links = [f'<{url}>; rel="{name}"' for name, url in neighbours.items() if url]
        envelope = JSONRenderer().render(neighbours).decode()
        return self.answer(
            f'{{"results":{page.rows},{envelope[1:]}',
            headers={"Link": ", ".join(links)} if links else {},
        )

    def _address(self, cursor: Cursor | None) -> str | None:
        if cursor is None:
            return None
        query = {**self.request.query_params.dict(), "cursor": cursor.encode()}
        return f"{base_url()}{self.request.path}?{urlencode(query)}"


def base_url() -> str:
    """The address under which the public knows this site."""
    return str(settings.BASE_URL).rstrip("/")
