"""The one entry for every verb: brings the embedded database up where a verb needs one."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

VERBS_WITHOUT_DATABASE = frozenset(
    {"verify", "rules", "doctor", "help", "version", "makemessages", "compilemessages",
     "collectstatic", "check", "spectacular", "diffsettings", "serve", "witness", "signer"}
)  # fmt: skip
"""``doctor`` and ``serve`` look after the database themselves, and ``serve`` after that of the
``signer``; the others do without."""

VERBS_UNDER_GUARD = frozenset({"harvest"})
"""They go where strangers send them, and so only to checked addresses."""


def main() -> None:
    """Run the verb in ``sys.argv``; a known error is one line, and its exit code stays."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    if sys.platform == "win32":
        sys.exit("OpenCredits runs on Linux and macOS; on Windows, use WSL.")
    try:
        with _database(sys.argv):
            if verb_of(sys.argv) in VERBS_UNDER_GUARD:
                from config.guarding import guard_process  # noqa: PLC0415

                guard_process()
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


def _database(arguments: list[str]) -> AbstractContextManager[Any]:
    """The embedded server in use, if there is one and the verb needs it."""
    if not needs_database(arguments):
        return nullcontext()
    from django.conf import settings  # noqa: PLC0415

    if settings.DATABASE_URL:
        return nullcontext()
    from config.embedded import EmbeddedPostgres, EmbeddedPostgresError, in_use  # noqa: PLC0415

    try:
        return _Entered(in_use(EmbeddedPostgres(settings.PG_HOME)))
    except EmbeddedPostgresError as error:
        sys.exit(str(error))


class _Entered(AbstractContextManager[Any]):
    """A context entered at once, so that its failure is told before the verb begins."""

    def __init__(self, inner: AbstractContextManager[Any]) -> None:
        self._inner = inner
        self._value = inner.__enter__()

    def __enter__(self) -> Any:
        return self._value

    def __exit__(self, *details: Any) -> bool | None:
        return self._inner.__exit__(*details)


def needs_database(arguments: list[str]) -> bool:
    """Whether the command line names a verb that reads or writes rows."""
    verb = verb_of(arguments)
    asks_for_help = any(word in {"--help", "-h"} for word in arguments)
    return verb is not None and verb not in VERBS_WITHOUT_DATABASE and not asks_for_help


def verb_of(arguments: list[str]) -> str | None:
    """The verb in the command line, if there is one."""
    return next((word for word in arguments[1:] if not word.startswith("-")), None)
