"""One history on each forge."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.chaos.histories.git import GitHistory
from tests.chaos.histories.gitea import GiteaHistory
from tests.chaos.histories.gitee import GiteeHistory
from tests.chaos.histories.github import GitHubHistory
from tests.chaos.histories.gitlab import GitLabHistory
from tests.chaos.histories.huggingface import HuggingFaceHistory
from tests.chaos.history import History

HISTORIES: Mapping[str, Callable[[int, Path], History]] = {
    "github": GitHubHistory,
    "gitee": GiteeHistory,
    "gitea": GiteaHistory,
    "gitlab": GitLabHistory,
    "huggingface": HuggingFaceHistory,
    "git": GitHistory,
}
"""By forge: a history from a seed, in a folder of its own."""
