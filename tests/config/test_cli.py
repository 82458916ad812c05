"""The one entry for every verb."""

import os
import subprocess
import sys

import pytest

from config.cli import needs_database
from tests.e2e.site import PROJECT


@pytest.mark.parametrize(
    ("line", "needs"),
    [
        ("opencredits", False),
        ("opencredits --help", False),
        ("opencredits help", False),
        ("opencredits verify file.json --offline", False),
        ("opencredits rules check rules.toml", False),
        ("opencredits serve", False),
        ("opencredits doctor", False),
        ("opencredits score", True),
        ("opencredits score --help", False),
        ("opencredits harvest git:/tmp/repository", True),
        ("opencredits migrate", True),
    ],
)
def test_a_database_is_brought_up_for_verbs_that_read_or_write_rows(line, needs):
    assert needs_database(line.split()) is needs


@pytest.mark.engine
def test_a_verb_brings_the_database_up_and_takes_it_down_again(own_site):
    done = own_site.run("inspectdb")

    assert done.returncode == 0, done.stderr
    assert (own_site.home / "postgres" / "data" / "PG_VERSION").exists()
    assert not own_site.postgres.answers()


@pytest.mark.engine
def test_what_is_missing_is_one_sentence_and_no_traceback(own_site, tmp_path):
    done = own_site.site.run("migrate", OPENCREDITS_PG_BIN=str(tmp_path))

    assert done.returncode == 1
    assert done.stderr.startswith("There is no PostgreSQL here. Install one")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.engine
def test_a_setting_that_makes_no_sense_is_one_sentence_too(own_site):
    done = own_site.site.run("serve", OPENCREDITS_DEBUG="maybe")

    assert done.returncode == 1
    assert done.stderr == "OPENCREDITS_DEBUG=maybe is neither yes nor no; write 1 or 0.\n"


@pytest.mark.engine
def test_a_database_named_in_a_file_is_used_instead_of_the_embedded_one(own_site):
    file = own_site.home / "database_url"
    file.write_text("postgresql://credits@127.0.0.1:1/credits\n")

    done = own_site.site.run("inspectdb", DATABASE_URL_FILE=str(file))

    assert "127.0.0.1" in done.stdout + done.stderr
    assert not (own_site.home / "postgres").exists()


def test_verifying_writes_nothing_on_a_strangers_machine(tmp_path):
    home = tmp_path / "home"
    (tmp_path / "no.json").write_text("{}")

    subprocess.run(
        [sys.executable, "-m", "config", "verify", str(tmp_path / "no.json"), "--offline"],
        cwd=PROJECT,
        env=os.environ | {"OPENCREDITS_HOME": str(home)},
        capture_output=True,
        check=False,
    )

    assert not home.exists()
