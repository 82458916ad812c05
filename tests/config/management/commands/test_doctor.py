"""``opencredits doctor``: what is missing, and the command that mends it."""

import json

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("own site")]

NOWHERE = "127.0.0.1:1"


def test_before_the_first_start_it_says_what_to_run_and_fails(own_site):
    done = own_site.run("doctor")

    assert done.returncode == 1
    lines = {line[2:20].strip(): line for line in done.stdout.splitlines()}
    assert lines["python"].startswith("✓")
    assert lines["migrations"].endswith("-> opencredits migrate")
    assert lines["worker and beat"].endswith("-> opencredits serve")
    assert lines["broker"].startswith("✗ broker            no answer (")
    assert not own_site.postgres.answers()


def test_servers_of_ones_own_that_do_not_answer_are_told_to_machines_too(own_site):
    done = own_site.site.run(
        "doctor",
        "--json",
        DATABASE_URL=f"postgresql://credits@{NOWHERE}/credits",
        CELERY_BROKER_URL=f"redis://{NOWHERE}/0",
    )

    assert done.returncode == 1
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert checks["database"] == {
        "name": "database",
        "is_good": False,
        "found": "no answer",
        "mend": "Check DATABASE_URL, and that the server runs.",
        "detail": checks["database"]["detail"],
    }
    assert '"127.0.0.1", port 1' in checks["database"]["detail"]
    assert checks["broker"]["mend"] == "Check CELERY_BROKER_URL, and that the broker runs."
    assert not (own_site.home / "postgres").exists()
