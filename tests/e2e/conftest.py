"""One real site and one real browser for the end-to-end tests."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
    sync_playwright,
)

from tests.e2e.site import RunningSite, Site

LOOPBACK = {"127.0.0.1", "localhost", ""}
TIMEOUT_MILLISECONDS = 10_000


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with RunningSite(tmp_path_factory.mktemp("site")) as running:
        yield running


# Playwright's loop lives as long as this fixture; tests of the database must not meet it.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("There is no Chromium here. Install it: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield launched
        launched.close()


Sessions = dict[str, StorageState]


@pytest.fixture(scope="package")
def sessions() -> Sessions:
    """The cookies of those who signed in, by role."""
    return {}


class Visitors:
    """Opens windows that share nothing, and notes every host that a page asks."""

    def __init__(self, browser: Browser, site: Site, sessions: Sessions) -> None:
        self._browser = browser
        self._site = site
        self._sessions = sessions
        self._contexts: list[BrowserContext] = []
        self.foreign: set[str] = set()
        self.faults: list[str] = []

    def stranger(self, **options: Any) -> Page:
        """Somebody who has never been here."""
        context = self._browser.new_context(
            base_url=self._site.url, reduced_motion="reduce", **options
        )
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        context.on("request", lambda request: self._note(request.url))
        context.on("console", self._hear)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def signed_in(self, role: str, **options: Any) -> Page:
        """Somebody who clicked the link that the command printed, then or in an earlier test."""
        if role not in self._sessions:
            page = self.stranger()
            page.goto(self._site.links[role])
            self._sessions[role] = page.context.storage_state()
        return self.stranger(storage_state=self._sessions[role], **options)

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        """Keep what the browser complains of; that a page itself is no page is its own answer."""
        is_own_answer = message.location["url"] == (message.page and message.page.url)
        if message.type in {"error", "warning"} and not is_own_answer:
            self.faults.append(f"{message.location['url']}: {message.text}")

    def _note(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in LOOPBACK:
            self.foreign.add(url)


@pytest.fixture
def visitors(browser: Browser, site: Site, sessions: Sessions) -> Iterator[Visitors]:
    """Windows onto the site; no page may ask another host, or fail in its scripts."""
    opened = Visitors(browser, site, sessions)
    yield opened
    opened.close()
    assert not opened.foreign
    assert not opened.faults


@dataclass(frozen=True)
class IssuedCertificate:
    """A certificate that Li got on the page: its code, its page, its file."""

    code: str
    path: str
    file: Path


@pytest.fixture(scope="package")
def walk(browser: Browser, site: Site, sessions: Sessions) -> Iterator[Visitors]:
    """Windows of those who do something once for all tests."""
    opened = Visitors(browser, site, sessions)
    yield opened
    opened.close()
    assert not opened.foreign
    assert not opened.faults


@pytest.fixture(scope="package", autouse=True)
def harvested_before(walk: Visitors) -> str:
    """Chen asks for a harvest of Pocket LM before anything else; when it was up to date before."""
    page = walk.signed_in("maintainer")
    page.goto("/maintain/pocket-lm")
    before = page.locator("time[data-local=moment]").first.get_attribute("datetime")
    page.get_by_role("button", name="Harvest now").click()
    return before or ""


@pytest.fixture(scope="package")
def certificate(walk: Visitors, tmp_path_factory: pytest.TempPathFactory) -> IssuedCertificate:
    """Li asks for a certificate over the last months and downloads it."""
    today = datetime.now(UTC).date()
    page = walk.signed_in("student")
    page.goto("/me/certificates/new")
    page.get_by_label("First day").fill((today - timedelta(days=110)).isoformat())
    page.get_by_label("Last day").fill(today.isoformat())
    page.get_by_role("button", name="Issue the certificate").click()
    page.wait_for_url(re.compile(r"/c/OC-"))
    code = page.url.rpartition("/")[2]
    with page.expect_download() as download:
        page.get_by_role("link", name="Open Badges 3.0 credential").click()
    file = tmp_path_factory.mktemp("downloads") / f"{code}.json"
    download.value.save_as(file)
    return IssuedCertificate(code, f"/c/{code}", file)


@pytest.fixture(scope="package")
def application(walk: Visitors, certificate: IssuedCertificate) -> int:
    """Li applies for credit with that certificate; its number."""
    page = walk.signed_in("student")
    page.goto("/me/applications/new")
    page.get_by_role("checkbox", name=certificate.code).check()
    page.get_by_role("button", name="Send the application").click()
    page.wait_for_url(re.compile(r"/me/applications/\d+$"))
    return int(page.url.rpartition("/")[2])
