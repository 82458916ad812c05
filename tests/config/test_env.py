"""Settings from the environment: safe when missing, clear when wrong."""

import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import env_flag, env_folders, env_number, env_text


def test_a_missing_variable_has_its_default(monkeypatch):
    monkeypatch.delenv("OPENCREDITS_TRIED", raising=False)

    assert env_text("OPENCREDITS_TRIED", "as ever") == "as ever"
    assert env_flag("OPENCREDITS_TRIED") is False
    assert env_flag("OPENCREDITS_TRIED", default=True) is True


def test_a_secret_may_stand_in_a_file(tmp_path, monkeypatch):
    file = tmp_path / "secret"
    file.write_text("of the file\n")
    monkeypatch.setenv("OPENCREDITS_TRIED", "of the environment")
    monkeypatch.setenv("OPENCREDITS_TRIED_FILE", str(file))

    assert env_text("OPENCREDITS_TRIED") == "of the file"


def test_a_file_that_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENCREDITS_TRIED_FILE", str(tmp_path / "nowhere"))

    with pytest.raises(ImproperlyConfigured, match=r"OPENCREDITS_TRIED_FILE.*nowhere"):
        env_text("OPENCREDITS_TRIED")


@pytest.mark.parametrize(
    ("word", "means"), [("1", True), ("Yes", True), ("off", False), ("", False)]
)
def test_yes_and_no_are_understood(monkeypatch, word, means):
    monkeypatch.setenv("OPENCREDITS_TRIED", word)

    assert env_flag("OPENCREDITS_TRIED") is means


def test_neither_yes_nor_no_is_refused(monkeypatch):
    monkeypatch.setenv("OPENCREDITS_TRIED", "maybe")

    with pytest.raises(ImproperlyConfigured, match="OPENCREDITS_TRIED=maybe is neither yes nor no"):
        env_flag("OPENCREDITS_TRIED")


def test_a_number_is_read_or_refused(monkeypatch):
    monkeypatch.setenv("OPENCREDITS_TRIED", "25")
    assert env_number("OPENCREDITS_TRIED", 587) == 25

    monkeypatch.setenv("OPENCREDITS_TRIED", "smtp")
    with pytest.raises(ImproperlyConfigured, match="OPENCREDITS_TRIED=smtp is no whole number"):
        env_number("OPENCREDITS_TRIED", 587)


def test_folders_are_written_as_in_path(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENCREDITS_TRIED", f"{tmp_path}/a{os.pathsep}{tmp_path}/b/../c")

    assert env_folders("OPENCREDITS_TRIED") == (tmp_path / "a", tmp_path / "c")

    monkeypatch.delenv("OPENCREDITS_TRIED")
    assert env_folders("OPENCREDITS_TRIED") == ()
