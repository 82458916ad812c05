"""What several commands ask for: a project, a person, a day, a file."""

from datetime import UTC, date, datetime, time
from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from accounts.models import Institution, User
from credits.models import Project


def find_project(slug: str) -> Project:
    """The project of that address name.

    Raises:
        CommandError: there is none; it lists those that there are.
    """
    project = Project.objects.filter(slug=slug).first()
    if project is not None:
        return project
    known = ", ".join(Project.objects.values_list("slug", flat=True)[:20])
    raise CommandError(
        _("There is no project %(slug)s. Known: %(known)s.") % {"slug": slug, "known": known or "-"}
    )


def find_institution(slug: str) -> Institution:
    """The institution of that address name.

    Raises:
        CommandError: there is none; it lists those that there are.
    """
    institution = Institution.objects.filter(slug=slug).first()
    if institution is not None:
        return institution
    known = ", ".join(Institution.objects.values_list("slug", flat=True)[:20])
    raise CommandError(
        _("There is no institution %(slug)s. Known: %(known)s.")
        % {"slug": slug, "known": known or "-"}
    )


def find_person(email: str) -> User:
    """The person who signs in with ``email``.

    Raises:
        CommandError: nobody does.
    """
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        raise CommandError(_("Nobody signs in with %(email)s.") % {"email": email})
    return person


def parse_day(text: str) -> datetime:
    """Midnight (UTC) of a day written as 2026-03-01.

    Raises:
        CommandError: ``text`` is no such day.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            _("%(text)s is no day; write it as 2026-03-01.") % {"text": text}
        ) from error
    return datetime.combine(day, time.min, tzinfo=UTC)


def read_text(path: str) -> str:
    """The text of a file.

    Raises:
        CommandError: it cannot be read, or is not UTF-8.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(_("%(path)s is not UTF-8 text.") % {"path": path}) from error


def writable(out: Path) -> Path:
    """Refuse a place where nothing can be written before anything is issued.

    Raises:
        CommandError
    """
    if not out.parent.is_dir():
        raise CommandError(_("There is no folder %(folder)s.") % {"folder": out.parent})
    if out.is_dir():
        raise CommandError(_("%(path)s is a folder; name a file.") % {"path": out})
    return out
