"""Is the site alive, and is it ready? Two addresses that answer without signing in."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.checks import readiness_checks


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say whether the site does all of its work: 200, or 503 with what fails and why.

    Anyone may ask, so the details, which name hosts and users, are left to ``doctor``.
    """
    failed = [check for check in readiness_checks() if not check.is_good]
    body = {
        "ready": not failed,
        "failed": [check.name for check in failed],
        "reasons": {check.name: check.found for check in failed},
    }
    return JsonResponse(body, status=503 if failed else 200)
