# Every target works on a fresh clone. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test check fix lock messages clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/.runtime ## a running site with sample people, projects and certificates
	@OPENCREDITS_DEMO=1 $(BIN)/opencredits demo

serve: .venv/.runtime ## the site without the sample
	@$(BIN)/opencredits serve

setup: .venv/.runtime ## the environment alone, from the hash-checked lock file

test: .venv/.dev debian ## every test: linters, types, contracts, unit, integration, browser
	@bash tests/run.sh

check: .venv/.dev ## linters, types, contracts and migrations, without the tests
	@bash tests/run.sh check

fix: .venv/.dev ## format, and mend what a linter can
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: .venv/.dev ## resolve the dependencies anew (needs the network)
	$(BIN)/uv pip compile pyproject.toml $(LOCK) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev -c requirements.lock $(LOCK) -o requirements-dev.lock
LOCK := --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 --upgrade -q

messages: .venv/.dev ## gather and compile the translations (needs GNU gettext)
	$(BIN)/opencredits makemessages -l zh_Hans --ignore .venv --ignore var --no-obsolete --no-location --no-wrap
	sed -i.old '/^"POT-Creation-Date/d' locale/zh_Hans/LC_MESSAGES/django.po && rm locale/zh_Hans/LC_MESSAGES/django.po.old
	$(BIN)/pybabel -q compile -D django -d locale

clean: ## remove the environment and the data of this folder
	rm -rf .venv var

# The project itself is linked in without a build: a path file and a start script.
define LINK
	@$(BIN)/python -c "import site,pathlib; pathlib.Path(site.getsitepackages()[0],'opencredits.pth').write_text('$(CURDIR)\n')"
	@printf '#!/bin/sh\nexec "%s" -m config "$$@"\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/opencredits && chmod +x $(BIN)/opencredits
endef

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "OpenCredits needs Python 3.11 or newer; say which: make demo PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv || { echo "Python cannot make environments here: apt-get install python3-venv"; exit 1; }

.venv/.runtime: requirements.lock .venv/bin/python
	@echo "installing the environment (once)"
	@$(BIN)/pip install -q --require-hashes -r requirements.lock
	$(LINK)
	@touch $@

.venv/.dev: requirements-dev.lock .venv/bin/python
	@$(BIN)/pip install -q --require-hashes -r requirements-dev.lock
	$(LINK)
	@touch $@ .venv/.runtime

.PHONY: debian
debian:
	@bash tests/debian.sh
