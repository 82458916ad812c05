"""Pages about the API: the schema, a place to try it, and what each problem means."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.views import SpectacularJSONAPIView

from accounts.api import TOKEN_PATH
from credits.api.problems import TYPES


def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI from this host; nothing is asked of any other."""
    return render(request, "credits/api/docs.html", {"token_path": TOKEN_PATH})


def problems(request: HttpRequest) -> HttpResponse:
    return render(request, "credits/api/problems.html", {"types": TYPES.values()})


schema = SpectacularJSONAPIView.as_view(authentication_classes=[], permission_classes=[])
