"""Pages about a person's own account, and the sign-in of the demonstration."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.demo import DEMO_ROLES, is_demo_key
from accounts.forms import PreferencesForm
from accounts.models import User

PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"  # noqa: S105 - a dotted path
ONE_YEAR_SECONDS = 365 * 24 * 3600


@never_cache
@require_http_methods(["GET", "POST"])
def demo_sign_in(request: HttpRequest, role: str) -> HttpResponse:
    """Sign in as a demonstration person: by a button, or by the link that `demo` prints.

    A link without its key asks for the click, so that no foreign page can sign anybody in.
    """
    part = DEMO_ROLES.get(role)
    if not settings.DEMO or part is None:
        raise Http404
    if request.method == "GET" and not is_demo_key(role, request.GET.get("key", "")):
        return render(request, "accounts/demo_sign_in.html", {"role_name": part.label})
    user = get_object_or_404(User, username=part.username)
    login(request, user, backend=PASSWORD_BACKEND)
    return redirect(part.landing)


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Choose the language and the time zone of the pages."""
    person = cast(User, request.user)
    form = PreferencesForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your preferences are saved."))
        return _with_language(redirect("preferences"), person.language)
    return render(request, "accounts/preferences.html", {"form": form})


def _with_language(response: HttpResponse, language: str) -> HttpResponse:
    """Let the browser ask for ``language`` from now on, or for its own."""
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=ONE_YEAR_SECONDS, samesite="Lax"
        )
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    return response
