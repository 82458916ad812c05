"""What an installation needs: found, or missing with its mend."""

import sys
from datetime import timedelta

import pytest
from celery import current_app
from django.db import OperationalError, connection
from django.utils import timezone

from config import checks
from config.checks import run_checks
from credits.models import IssuerKey
from harvesters.models import Heartbeat
from tests.config.test_broker import running_broker
from tests.pdf_keys import PASSWORD, key_file
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


def beat(seconds_ago: float) -> None:
    Heartbeat.objects.create(name="tick", beaten_at=timezone.now() - timedelta(seconds=seconds_ago))


def by_name() -> dict[str, checks.Check]:
    return {check.name: check for check in run_checks()}


def test_the_database_is_named_by_its_version():
    check = checks.database()

    assert check.is_good
    assert check.found.startswith("PostgreSQL 1")


def test_migrations_that_are_missing_are_counted():
    assert checks.migrations().is_good
    with connection.cursor() as sql:
        sql.execute("DELETE FROM django_migrations WHERE app = 'harvesters'")

    check = checks.migrations()

    assert not check.is_good
    assert check.found != "0 to apply"
    assert check.mend == "opencredits migrate"


@pytest.mark.parametrize(("seconds", "is_good"), [(5, True), (59, True), (61, False)])
def test_a_worker_lives_whose_last_tick_is_less_than_a_minute_old(seconds, is_good):
    beat(seconds)

    check = checks.worker_and_beat()

    assert check.is_good is is_good
    assert check.found == f"last tick {seconds} s ago"


def test_a_site_that_was_never_served_has_no_worker():
    check = checks.worker_and_beat()

    assert (check.is_good, check.found, check.mend) == (False, "no tick yet", "opencredits serve")


def test_a_broker_that_does_not_answer_is_a_failed_check_with_its_mend(settings):
    check = by_name()["broker"]

    assert (check.is_good, check.found, check.mend) == (False, "no answer", "opencredits serve")
    assert check.detail

    settings.EMBEDDED_BROKER = False
    assert by_name()["broker"].mend == "Check CELERY_BROKER_URL, and that the broker runs."


def test_a_database_of_ones_own_that_does_not_answer_is_mended_elsewhere(settings):
    def database():
        raise OperationalError("connection refused\nIs the server running?")

    settings.DATABASE_URL = "postgresql://db.university.example/credits"

    check = checks._safely(database)

    assert not check.is_good
    assert check.detail == "connection refused"
    assert check.mend == "Check DATABASE_URL, and that the server runs."


def test_fonts_that_are_not_where_they_should_be_are_reported(tmp_path, settings):
    assert checks.fonts().is_good
    assert "Noto Serif SC" in checks.fonts().found
    settings.FONT_DIRS = (tmp_path / "nowhere",)

    check = checks.fonts()

    assert not check.is_good
    assert "nowhere of OPENCREDITS_FONT_DIRS is no folder" in check.mend


def test_the_key_that_signs_pdfs_is_tried(tmp_path, settings):
    assert checks.pdf_key().is_good
    settings.PDF_KEY_FILE, settings.PDF_KEY_PASSWORD = key_file(tmp_path), PASSWORD
    assert checks.pdf_key().is_good
    assert "Example University" in checks.pdf_key().found
    settings.PDF_KEY_PASSWORD = "another"

    check = checks.pdf_key()

    assert not check.is_good
    assert "correct OPENCREDITS_PDF_KEY_PASSWORD" in check.mend


@pytest.mark.parametrize(
    ("mode", "is_good"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)]
)
def test_an_issuer_key_that_others_may_read_is_reported(tmp_path, settings, mode, is_good):
    settings.ISSUER_KEY_FILE = tmp_path / "issuer.pem"
    assert checks.issuer_key().is_good
    settings.ISSUER_KEY_FILE.touch()
    settings.ISSUER_KEY_FILE.chmod(mode)

    check = checks.issuer_key()

    assert check.is_good is is_good
    assert check.mend == f"chmod 600 {settings.ISSUER_KEY_FILE}"


@pytest.mark.enable_socket
def test_a_signer_that_does_not_answer_is_reported(settings, tmp_path):
    assert checks.signer().is_good
    settings.SIGNER_SOCKET = tmp_path / "nobody"

    check = checks.signer()

    assert (check.is_good, check.mend) == (False, "Start it: opencredits signer")
    assert "nobody" in check.detail
    assert checks.issuer_key().found == "with the signer"


@pytest.mark.parametrize(("days", "is_good"), [(364, True), (366, False)])
def test_a_key_that_is_older_than_a_year_is_to_be_rotated(days, is_good):
    assert checks.key_age().is_good
    now = timezone.now()
    IssuerKey.objects.create(public_key="z6MkOld", published_at=now - timedelta(days=days))

    check = checks.key_age()

    assert check.is_good is is_good
    assert check.mend == "opencredits rotate issuer-key"


def test_an_old_key_of_an_institution_is_named_with_its_institution(university):
    now = timezone.now()
    IssuerKey.objects.create(public_key="z6MkOurs", published_at=now)
    IssuerKey.objects.create(
        public_key="z6MkTheirs", published_at=now - timedelta(days=400), institution=university
    )

    check = checks.key_age()

    assert not check.is_good
    assert check.mend == "opencredits rotate institution-key --institution first-university"


def test_a_key_of_an_institution_that_others_may_read_is_reported(tmp_path, settings):
    settings.ISSUER_KEY_FILE = tmp_path / "issuer.pem"
    file = tmp_path / "institution-first-university.pem"
    file.touch(mode=0o644)

    assert checks.issuer_key().mend == f"chmod 600 {file}"


def test_a_key_whose_successor_waits_needs_no_other():
    now = timezone.now()
    IssuerKey.objects.create(public_key="z6MkOld", published_at=now - timedelta(days=400))
    IssuerKey.objects.create(
        public_key="z6MkNew", published_at=now, used_from=now + timedelta(days=7)
    )

    assert checks.key_age().is_good


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("https://credits.university.example", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", True),
        ("http://credits.university.example", False),
        ("http://localhost.attacker.example", False),
    ],
)
def test_a_site_that_others_reach_speaks_https(settings, address, is_good):
    settings.BASE_URL = address

    assert checks.base_url().is_good is is_good


def test_an_old_python_is_reported(monkeypatch):
    assert checks.python().is_good
    monkeypatch.setattr(sys, "version_info", (3, 10, 9, "final", 0))

    assert not checks.python().is_good


def test_git_is_looked_for_on_the_path(monkeypatch, tmp_path):
    assert checks.git().is_good
    monkeypatch.setenv("PATH", str(tmp_path))

    check = checks.git()

    assert (check.is_good, check.mend) == (False, "apt-get install git")


def test_the_clocks_of_site_and_database_agree():
    assert checks.database_clock().is_good


def test_static_files_are_missed_before_the_first_start(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path

    assert not checks.static_files().is_good


def test_every_failed_check_has_a_mend():
    failed = [check for check in run_checks() if not check.is_good]

    assert failed
    assert all(check.mend for check in failed)


@pytest.mark.engine
def test_a_broker_that_answers_is_found(tmp_path, settings, monkeypatch):
    with running_broker(tmp_path) as _server:
        url = f"redis+socket://{tmp_path}/run/broker.sock"
        monkeypatch.setattr(current_app.conf, "broker_write_url", url)

        check = checks.broker()

    assert (check.is_good, check.found) == (True, "embedded")
