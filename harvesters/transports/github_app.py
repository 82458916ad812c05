"""A GitHub App instead of a person: its installation's token, renewed before it ends.

An installation may ask 5,000 to 12,500 times an hour, whoever leaves the university
(https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app). PyGithub
signs for the app; it would also fetch the token, but by connections of its own, so we do.
"""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Lock

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from github import Auth

from harvesters.forge import ForgeAnswerError, ForgeRefusedError
from harvesters.transports.addresses import Reach
from harvesters.transports.door import Clock
from harvesters.transports.github import GitHubApi

RENEWED_BEFORE = timedelta(minutes=5)
"""A token lives for an hour; a request that begins with it must not outlive it."""


class InstallationAuth(Auth.Auth):
    """The token of one installation; ``api`` asks for it in the app's own name."""

    def __init__(self, api: GitHubApi, installation_id: int, clock: Clock) -> None:
        self._api = api
        self._path = f"/app/installations/{installation_id}/access_tokens"
        self._clock = clock
        self._token = ""
        self._ends_at: datetime | None = None
        self._lock = Lock()

    @property
    def token_type(self) -> str:
        return "token"

    @property
    def token(self) -> str:
        """A token that still lives for a while.

        Raises:
            ForgeError: GitHub gives none.
        """
        with self._lock:
            if self._ends_at is None or self._ends_at - RENEWED_BEFORE <= self._clock():
                self._renew()
            return self._token

    def _renew(self) -> None:
        body = self._api.request("POST", self._path).body
        try:
            token, ends_at = str(body["token"]), datetime.fromisoformat(body["expires_at"])
        except (KeyError, TypeError, ValueError) as error:
            raise ForgeAnswerError("GitHub gave our app something that is no token.") from error
        self._token, self._ends_at = token, ends_at


@cache
def open_installation(
    base_url: str, app_id: str, key_file: Path, installation_id: str, clock: Clock, reach: Reach
) -> InstallationAuth:
    """The installation's token, which all harvests of this process share.

    Raises:
        ForgeRefusedError: the settings name no app, installation or key.
    """
    if not installation_id.isdecimal():
        raise ForgeRefusedError(
            f"'{installation_id}' is no installation of the app {app_id}. Set "
            "OPENCREDITS_GITHUB_INSTALLATION_ID to the number at the end of the address of its "
            "settings page."
        )
    app = Auth.AppAuth(app_id, _key_in(key_file, app_id))
    return InstallationAuth(
        GitHubApi(base_url, app, clock, reach=reach), int(installation_id), clock
    )


def _key_in(key_file: Path, app_id: str) -> str:
    try:
        text = key_file.read_text("ascii")
        is_rsa = isinstance(load_pem_private_key(text.encode(), None), RSAPrivateKey)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        is_rsa = False
    if not is_rsa:
        raise ForgeRefusedError(
            f"The key of the GitHub App {app_id} cannot be read. Set "
            "OPENCREDITS_GITHUB_APP_KEY_FILE to the .pem file that GitHub gave."
        )
    return text
