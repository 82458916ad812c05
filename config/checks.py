"""What an installation needs, each with its mend; for `doctor`, `/readyz` and the operator."""

import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from celery import current_app
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from config.signing import signer_socket
from credits.exports.fonts import FontsMissingError, font_shelf
from credits.exports.pdf_signature import PdfSignatureError, holder_and_end, pdf_signer
from credits.models import IssuerKey, IssuerTokenKey
from credits.services.institutions import issuing_institutions
from credits.services.rotation import ROTATE_AFTER, is_followed, key_in_use
from credits.signer.client import SignerClient
from credits.signer.local import INSTITUTION_FILE
from credits.signer.protocol import SignerFailedError
from harvesters.models import Heartbeat

OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRES = 150_000
LATEST_TICK = timedelta(minutes=1)
BROKER_TIMEOUT_SECONDS = 2
SIGNER_TIMEOUT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the installation: good or not, what was found, how to mend it.

    ``detail`` is for operators alone: it may name hosts, users and files.
    """

    name: str
    is_good: bool
    found: str
    mend: str = ""
    detail: str = ""


def run_checks() -> list[Check]:
    """Every check; one that itself fails is a failed check, never an exception."""
    return [_safely(check) for check in (*READINESS, *COMFORT)]


def readiness_checks() -> list[Check]:
    """What the site needs to do all of its work."""
    return [_safely(check) for check in READINESS]


def _safely(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except (DatabaseError, OperationalError, OSError, ValueError) as error:
        name = check.__name__.replace("_", " ").strip()
        found, mend = _("no answer"), _mend_of_silence(check)
        return Check(name, is_good=False, found=found, mend=mend, detail=_first_line(error))


def _mend_of_silence(check: Callable[[], Check]) -> str:
    if check is broker and not settings.EMBEDDED_BROKER:
        return _("Check CELERY_BROKER_URL, and that the broker runs.")
    if check is not broker and settings.DATABASE_URL:
        return _("Check DATABASE_URL, and that the server runs.")
    return "opencredits serve"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def database() -> Check:
    connection.ensure_connection()
    version = connection.cursor().connection.info.server_version
    return Check(
        "database",
        is_good=version >= OLDEST_POSTGRES,
        found=f"PostgreSQL {version // 10_000}.{version % 10_000}",
        mend=_("Use PostgreSQL 15 or newer."),
    )


def migrations() -> Check:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Check(
        "migrations",
        is_good=not missing,
        found=_("%(count)d to apply") % {"count": len(missing)},
        mend="opencredits migrate",
    )


def broker() -> Check:
    with current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT_SECONDS) as link:
        link.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT_SECONDS)
    kind = _("embedded") if settings.EMBEDDED_BROKER else settings.CELERY_BROKER_URL.split(":")[0]
    return Check("broker", is_good=True, found=kind)


def worker_and_beat() -> Check:
    beat = Heartbeat.objects.filter(name="tick").first()
    if beat is None:
        return Check(
            "worker and beat", is_good=False, found=_("no tick yet"), mend="opencredits serve"
        )
    age = timezone.now() - beat.beaten_at
    return Check(
        "worker and beat",
        is_good=age < LATEST_TICK,
        found=_("last tick %(seconds)d s ago") % {"seconds": age.total_seconds()},
        mend="opencredits serve",
    )


def python() -> Check:
    version = sys.version_info[:3]
    return Check(
        "python",
        is_good=version >= OLDEST_PYTHON,
        found=".".join(map(str, version)),
        mend=_("Use Python 3.11 or newer."),
    )


def signer() -> Check:
    path = signer_socket()
    if not settings.SIGNER_SOCKET and not path.exists():
        return Check("signer", is_good=True, found=_("none: each command signs by itself"))
    try:
        SignerClient(path, SIGNER_TIMEOUT_SECONDS).issuer_key(now=timezone.now())
    except SignerFailedError as error:
        mend = _("Start it: opencredits signer") if settings.SIGNER_SOCKET else "opencredits serve"
        return Check("signer", is_good=False, found=_("no answer"), mend=mend, detail=str(error))
    return Check("signer", is_good=True, found=_("answers"), detail=str(path))


def key_age() -> Check:
    now = timezone.now()
    used: list[IssuerKey | IssuerTokenKey | None] = [
        *(key_in_use(IssuerKey.objects.of(each), now) for each in (None, *issuing_institutions())),
        key_in_use(IssuerTokenKey.objects.all(), now),
    ]
    oldest = min((key for key in used if key), key=lambda key: key.first_used, default=None)
    if oldest is None:
        return Check("key age", is_good=True, found=_("none is used yet"))
    what = "issuer-key" if isinstance(oldest, IssuerKey) else "token-key"
    if isinstance(oldest, IssuerKey) and oldest.institution is not None:
        what = f"institution-key --institution {oldest.institution.slug}"
    return Check(
        "key age",
        # The demonstration has an invented past.
        is_good=settings.DEMO or now - oldest.first_used < ROTATE_AFTER or is_followed(oldest, now),
        found=_("in use since %(day)s") % {"day": oldest.first_used.date()},
        mend=f"opencredits rotate {what}",
    )


def issuer_key() -> Check:
    if settings.SIGNER_SOCKET:
        return Check("issuer key", is_good=True, found=_("with the signer"))
    institutions = settings.ISSUER_KEY_FILE.parent.glob(INSTITUTION_FILE.format("*"))
    named = (settings.ISSUER_KEY_FILE, settings.TOKEN_KEY_FILE, *institutions)
    files = [path for path in named if path.exists()]
    if not files:
        return Check("issuer key", is_good=True, found=_("made with the first certificate"))
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in files}
    path, mode = max(modes.items(), key=lambda each: each[1] & 0o077)
    return Check(
        "issuer key",
        is_good=mode & 0o077 == 0,
        found=f"{path}, {mode:04o}",
        mend=f"chmod 600 {path}",
    )


def static_files() -> Check:
    found = staticfiles_storage.exists("oc.css")
    return Check(
        "static files",
        is_good=found,
        found=str(settings.STATIC_ROOT),
        mend="opencredits collectstatic --no-input",
    )


def translations() -> Check:
    compiled = list(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.mo"))
    return Check(
        "translations",
        is_good=bool(compiled),
        found=", ".join(path.parent.parent.name for path in compiled),
        mend="make messages",
    )


def fonts() -> Check:
    try:
        shelf = font_shelf(*settings.FONT_DIRS)
    except FontsMissingError as error:
        return Check("fonts", is_good=False, found=_("incomplete"), mend=str(error))
    return Check("fonts", is_good=True, found=", ".join(shelf.families))


def pdf_key() -> Check:
    file: Path | None = settings.PDF_KEY_FILE
    if file is None:
        return Check("pdf key", is_good=True, found=_("none: PDFs are not signed"))
    try:
        name, end = holder_and_end(pdf_signer(file, settings.PDF_KEY_PASSWORD))
    except PdfSignatureError as error:
        return Check("pdf key", is_good=False, found=str(file), mend=str(error))
    found = _("%(name)s, until %(day)s") % {"name": name, "day": end.date()}
    mend = _("Ask for a new certificate, and name its file in OPENCREDITS_PDF_KEY_FILE.")
    return Check("pdf key", is_good=timezone.now() < end, found=found, mend=mend)


def git() -> Check:
    program = shutil.which("git")
    return Check(
        "git", is_good=program is not None, found=program or "", mend="apt-get install git"
    )


def github_token() -> Check:
    is_known = settings.GITHUB_APP_ID or settings.GITHUB_TOKEN
    found = _("set") if is_known else _("none: GitHub allows 60 requests an hour")
    return Check("github token", is_good=True, found=found, mend="OPENCREDITS_GITHUB_TOKEN=...")


def base_url() -> Check:
    site = urlsplit(settings.BASE_URL)
    return Check(
        "address",
        is_good=site.scheme == "https" or site.hostname in {"localhost", "127.0.0.1", "::1"},
        found=settings.BASE_URL,
        mend="OPENCREDITS_BASE_URL=https://...",
    )


def database_clock() -> Check:
    with connection.cursor() as sql:
        sql.execute("SELECT now()")
        (theirs,) = sql.fetchone()
    skew = abs((timezone.now() - theirs).total_seconds())
    return Check(
        "clock",
        is_good=skew < 5,  # noqa: PLR2004 - seconds
        found=_("%(seconds).1f s from the database's") % {"seconds": skew},
        mend=_("Set the clock by NTP on every machine."),
    )


READINESS = (database, migrations, broker, worker_and_beat, signer)
COMFORT = (
    python,
    base_url,
    database_clock,
    issuer_key,
    key_age,
    static_files,
    translations,
    fonts,
    pdf_key,
    git,
    github_token,
)
