# make run · make test · make bench · make guide · make events   (see README.md)
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PO := fund/translations/th/LC_MESSAGES/messages.po
export PYTHONPATH := $(CURDIR)

.PHONY: run test check tests bench texts guide events browser

run: $(VENV)/.run
	@exec $(BIN)/python -m fund.sandbox.run

test: check tests

# Everything that reads the code without running it.
check: $(VENV)/.dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry --no-ansi .

tests: $(VENV)/.dev browser
	$(BIN)/pytest -n 2 --dist loadgroup

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

# The pictures of docs/guide and of the README, taken anew in the practice world.
guide: $(VENV)/.dev browser
	FUND_GUIDE=1 $(BIN)/pytest -n 0 tests/e2e/test_guide.py
	$(BIN)/python -m tests.e2e.pictures

# The page that explains every event of the log, from the events themselves.
events: $(VENV)/.run
	$(BIN)/python -m fund.audit.events > docs/events.md

# Chromium for the walks through the pages: from Debian where we may install it.
browser:
	@command -v chromium >/dev/null || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	    chromium fonts-noto-core >/dev/null; } \
	|| { echo "The page tests need Chromium: sudo apt install chromium fonts-noto-core"; exit 1; }

# Collect the texts anew; then fill in the Thai by hand (the tests name what is missing).
texts: $(VENV)/.dev
	$(BIN)/pybabel -q extract --ignore-dirs '.*' -F config/babel.cfg -k N_ -k lazy_gettext --no-location --sort-output -o var/messages.pot .
	$(BIN)/pybabel -q update -i var/messages.pot -o $(PO) -l th --no-fuzzy-matching --ignore-obsolete

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt config/constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt config/constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ $(VENV)/.run
