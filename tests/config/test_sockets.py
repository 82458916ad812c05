"""Folders for sockets: short enough for the kernel, and ours alone."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from config.sockets import LONGEST_DIRECTORY, ForeignDirectoryError, make_private, short_directory


def test_a_short_folder_is_used_as_it_is(tmp_path):
    assert short_directory(tmp_path / "run") == (tmp_path / "run").resolve()


def test_a_long_folder_gets_a_short_name_that_is_always_the_same(tmp_path):
    folder = tmp_path / ("long" * 30)

    short = short_directory(folder)

    assert len(os.fsencode(short)) <= LONGEST_DIRECTORY
    assert short == short_directory(folder)
    assert short != short_directory(tmp_path / ("other" * 30))
    assert short.parent == Path(tempfile.gettempdir())


def test_the_length_counts_bytes_as_the_kernel_does(tmp_path):
    folder = Path("/") / ("学" * 30)

    assert len(str(folder)) < LONGEST_DIRECTORY
    assert short_directory(folder) != folder


def test_a_folder_that_others_could_enter_is_closed_to_them(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir(mode=0o755)

    make_private(folder)

    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    make_private(tmp_path / "run")
    monkeypatch.setattr(os, "getuid", lambda: 12345)

    with pytest.raises(ForeignDirectoryError, match="set OPENCREDITS_HOME"):
        make_private(tmp_path / "run")

    shutil.rmtree(tmp_path / "run")
