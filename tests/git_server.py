"""A real git server: `git http-backend` behind the simulator's door, so that it can fail too."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.repositories import ENVIRONMENT
from tests.simulator import Reply, Request


@dataclass(frozen=True)
class GitServer:
    """Serves the bare repositories below ``folder`` by smart HTTP (git-http-backend(1))."""

    folder: Path

    def __call__(self, request: Request) -> Reply:
        path, _, query = request.path.partition("?")
        done = subprocess.run(
            ["git", "http-backend"],
            input=request.raw,
            capture_output=True,
            check=True,
            env=ENVIRONMENT
            | {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(self.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": request.method,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": request.headers.get("content-type", ""),
                "CONTENT_LENGTH": str(len(request.raw)),
                "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
                "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
            },
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head.decode().splitlines())
        return Reply(int(headers.pop("status", "200")[:3]), headers, body)


def commands_with(word: str) -> Iterator[str]:
    """The command lines of this machine in which ``word`` occurs."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if word in command:
            yield command
