"""What calls itself the work of a program is known, and what only speaks of it is not."""

import time

import pytest

from harvesters.mechanical import is_mechanical

MECHANICAL = """\
Bump transformers from 4.30.0 to 4.31.0
Bump actions/checkout from 3 to 4
Bump the pip group across 1 directory with 3 updates
build(deps): bump urllib3 from 1.26.5 to 2.0.7 in /docs
Update black requirement from ~=22.0 to ~=23.0
chore(deps): update dependency eslint to v9
chore(deps-dev): bump vite
fix(deps): update all
Bump version to 0.3.1
bump version
Bump dev version
chore: bump version (#12)
Bump to v1.2.3
style: format
style(ui): tabs
Run black
run ruff format
Apply prettier to all files
Run pre-commit on everything
make style
Run make style
Reformat
Reformat code
Reformat the codebase with black
chore: reformat
Format with black
Format code using clang-format
[pre-commit.ci] auto fixes from pre-commit.com hooks
[pre-commit.ci] pre-commit autoupdate
Run codemod for new imports
codemod: rename device_map
CI Bump the ci-actions group with 2 updates (#3060)
After release: Bump version to 0.7.0.dev0 (#1074)
Release version 0.6.0 (#1072)
make style (#3)"""

BY_HAND = """\
Fix version comparison
Bump version check to handle dev builds
Support black 24
Add a ruff rule
Fix prettier config
Format of the dataset card
Format tool calls by role
Reformat prompts before tokenizing
Stylegan: fix mapping
Style transfer example
Update tokenizer from slow to fast
Upgrade guide from PEFT to Transformers
Update the README
Add codemod for the new API
Fix the codemod
Bump map shader
Run blacklisted modules through the filter
Run formatter tests in CI
Apply gradient checkpointing to all layers
Deps resolver: fix cycles
chore: clean up the loader
Make style transfer faster
Explain how to bump versions
Run blackbox evaluation
Bump version and minor instruction fix (#2439)
Bump absolute tolerance for test
Release memory after each step
Set version of the tokenizer in the card
Reformatting loses comments, fix it"""


@pytest.mark.parametrize("title", MECHANICAL.split("\n"))
def test_what_a_program_did_says_so(title):
    assert is_mechanical(title)


@pytest.mark.parametrize("title", BY_HAND.split("\n"))
def test_what_somebody_wrote_does_not(title):
    assert not is_mechanical(title)


def test_the_message_of_a_bot_says_so():
    message = "Update things\n\n---\nupdated-dependencies:\n- dependency-name: numpy\n"

    assert is_mechanical("Update things", message)
    assert not is_mechanical("Update things", "We looked at updated-dependencies: none\n")


def test_a_label_says_so():
    assert is_mechanical("Tidy", labels=["Formatting"])
    assert not is_mechanical("Tidy", labels=["dependencies", "bug"])


@pytest.mark.parametrize(
    "part", ["bump ", "run ", "(", "codemod ", "update a from 1 to ", "re-", "\n", " \t"]
)
def test_an_endless_title_costs_nothing(part):
    start = time.process_time()

    is_mechanical(part * 100_000, part * 100_000)

    assert time.process_time() - start < 0.5
