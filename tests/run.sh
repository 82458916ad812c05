#!/usr/bin/env bash
# What `make test` and `.ci/run` run. `tests/run.sh check` stops before the tests.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
export OPENCREDITS_HOME="${OPENCREDITS_HOME:-$(mktemp -d)}"

step() { printf '\n== %s\n' "$*"; "$@"; }

step ruff check .
step ruff format --check .
step mypy
step lint-imports
step opencredits makemigrations --check --dry-run
step python -m tests.check_locale
[ "${1:-}" = check ] && exit 0
step pytest -q -n 3 --dist loadgroup --durations 10
