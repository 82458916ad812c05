"""Static files are collected when their sources changed, and only then."""

import pytest

from config.static import collect_static


@pytest.fixture
def site_with_static(tmp_path, settings):
    """A site of its own whose static sources are one file."""
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "site.css").write_text("body {}")
    settings.HOME = tmp_path / "home"
    settings.STATIC_ROOT = settings.HOME / "static"
    settings.STATICFILES_DIRS = [sources]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    return sources


def test_unchanged_sources_are_not_collected_again(site_with_static):
    assert collect_static()
    assert not collect_static()


def test_a_changed_source_is_collected(site_with_static, settings):
    collect_static()

    (site_with_static / "site.css").write_text("body { color: red }")

    assert collect_static()
    assert (settings.STATIC_ROOT / "site.css").read_text() == "body { color: red }"


def test_what_was_removed_by_hand_is_collected_again(site_with_static, settings):
    collect_static()

    (settings.STATIC_ROOT / "staticfiles.json").unlink()

    assert collect_static()
