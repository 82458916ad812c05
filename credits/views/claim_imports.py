"""Import `.all-contributorsrc` on a page: read, shown line by line, then claimed."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from credits.core.all_contributors import (
    LARGEST_FILE,
    AllContributorsError,
    Fate,
    Thanks,
    read_all_contributors,
)
from credits.models import Project
from credits.services.claim_import import import_claims, plan_import
from credits.views.claim_forms import ImportForm


@login_required
def claim_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Paste or choose the file, look at what would become claims, make those."""
    own = Project.objects.maintained_by(cast(User, request.user))
    project, now = get_object_or_404(own, slug=slug), timezone.now()
    form = _form(request)
    context: dict[str, Any] = {"project": project, "form": form, "largest": LARGEST_FILE}
    thanks = _read(form) if request.method == "POST" else None
    step = request.POST.get("step", "")
    if thanks is not None and step == "save":
        made = import_claims(
            project,
            thanks,
            set(request.POST.getlist("row")),
            happened_on=form.cleaned_data["happened_on"],
            by=cast(User, request.user),
            now=now,
        )
        said = ngettext(
            "%(count)d new claim waits for your decision.",
            "%(count)d new claims wait for your decision.",
            made,
        )
        messages.success(request, said % {"count": made})
        return redirect("project-claims", project.slug)
    if thanks is not None and step != "edit":
        rows = plan_import(project, thanks)
        context |= {
            "claims": [row for row in rows if row.thanks.fate == Fate.CLAIM],
            "at_forge": [row for row in rows if row.thanks.fate == Fate.AT_FORGE],
            "no_work": [row for row in rows if row.thanks.fate == Fate.NO_WORK_HERE],
            "unknown": [row for row in rows if row.thanks.fate == Fate.UNKNOWN],
            "can_be_claimed": sum(row.can_be_claimed for row in rows),
            "text": form.cleaned_data["text"],
        }
        return render(request, "credits/maintainer/import_preview.html", context)
    return render(request, "credits/maintainer/import.html", context)


def _form(request: HttpRequest) -> ImportForm:
    """The form with the text of the file in its field, so that nothing is lost by a mistake."""
    if request.method != "POST":
        return ImportForm(initial={"happened_on": timezone.now().date()})
    given, sent = request.POST.copy(), request.FILES.get("file")
    if sent is not None and sent.size and sent.size <= LARGEST_FILE * 4:
        given["text"] = sent.read().decode("utf-8", "replace")
    return ImportForm(given)


def _read(form: ImportForm) -> list[Thanks] | None:
    """What the file says; None if there is something wrong, which the form then tells."""
    if not form.is_valid():
        return None
    text = form.cleaned_data["text"]
    if not text.strip():
        form.add_error("text", _("Paste the text, or choose the file; at most 4 MB."))
        return None
    try:
        return read_all_contributors(text)
    except AllContributorsError as error:
        where = _("Line %(line)d, column %(column)d: %(message)s")
        told = {"line": error.line, "column": error.column, "message": error.message}
        form.add_error("text", where % told if error.line else error.message)
        return None
