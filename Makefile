# make demo | test | check | bench | faults | soak | test-all | coverage | lock | clean
# The first of them sets up .venv from requirements-dev.lock; it is done again only when the lock's content changes.

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all test-ui chromium check bench faults soak coverage lock clean
.DELETE_ON_ERROR:

# Any Python 3.11 to 3.13 that can make a virtual environment; make PYTHON=/path/to/python3.12 names one.
SUITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for one in python3 python3.13 python3.12 python3.11; do \
	$$one -c '$(SUITS)' >/dev/null 2>&1 && { echo $$one; break; }; done)

STAMP := .venv/.lock-$(shell cksum < requirements-dev.lock | tr -cd '0-9')
RUN := .venv/bin/python -m
# Two tests at a time on two cores; a file's tests stay together as long as that keeps nobody waiting.
SIDE_BY_SIDE := -n auto --maxprocesses=4 --dist=worksteal

help:
	@echo 'make demo      the baseline: a month of the line, ten times, through the flow; tables in datasets/store'
	@echo 'make test      the quick tests (some minutes)       make test-all  all tests, the exact cases among them'
	@echo 'make check     ruff, mypy, import contracts         make bench     the measured marks, as JSON'
	@echo 'make faults    every fault of the store, injected in full numbers (about an hour)'
	@echo 'make coverage  branches of twin/ that tests take, 95 % at least (half an hour; the kernels uncompiled)'
	@echo 'make test-ui   the page in a browser (Chromium): a what-if from the form to its picture; screenshots in build/'
	@echo 'make soak      200 queued flow runs, then a run a minute for an hour, on a server of its own (about two hours)'
	@echo 'make lock      renew requirements*.lock from pyproject.toml, with what is newest'
	@echo 'make clean     remove caches and the embedded Prefect database (keeps .venv and datasets/store)'

setup: $(STAMP)

$(STAMP): | requirements-dev.lock
	@test -n "$(PYTHON)" || { echo 'error: no Python 3.11, 3.12 or 3.13 with venv was found. Install one, or name it: make PYTHON=/path/to/python3.12' >&2; exit 1; }
	@echo 'Setting up .venv from requirements-dev.lock (once; a few minutes) ...' >&2
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@$(RUN) pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes -r requirements-dev.lock
	@.venv/bin/python .ci/link.py
	@echo 'Compiling the kernels ...' >&2
	@$(RUN) twin run baseline --only 0 --days 5 >/dev/null || true
	@rm -f .venv/.lock-*
	@touch $@

demo: $(STAMP)
	@$(RUN) twin run baseline --prefect

test: $(STAMP)
	@$(RUN) pytest $(SIDE_BY_SIDE) -m 'not slow'

# -rs: what needs PostgreSQL, systemd or Chromium says so where it is skipped.
test-all: $(STAMP)
	@$(RUN) pytest $(SIDE_BY_SIDE) -rs

CHROMIUM := /usr/bin/chromium

chromium:
	@test -x $(CHROMIUM) || { echo 'error: $(CHROMIUM) is not there, so no page can be driven. Run: apt-get install chromium' >&2; exit 1; }

test-ui: chromium $(STAMP)
	@$(RUN) pytest tests/ui -m ui
	@echo 'Screenshots: build/screenshots'

check: $(STAMP)
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@.venv/bin/lint-imports
	@$(RUN) twin.dictionary --check

bench: $(STAMP)
	@$(RUN) twin bench --json

faults: $(STAMP)
	@$(RUN) twin.bench.faults

# A compiled kernel hides its lines: the stages' tests run once more without compiling, but for those over whole domains.
# Of the slow tests those that reach code which no quick one can: Dask, the ranking.
coverage: $(STAMP)
	@$(RUN) coverage erase
	@NUMBA_DISABLE_JIT=1 $(RUN) coverage run -m pytest $(SIDE_BY_SIDE) -m 'not slow' -k 'not bound' tests/stages
	@$(RUN) coverage run -m pytest $(SIDE_BY_SIDE) -m 'not slow'
	@$(RUN) coverage run -m pytest $(SIDE_BY_SIDE) -m slow tests/test_dask.py tests/test_ranking.py
	@$(RUN) coverage combine --quiet
	@$(RUN) coverage report --include='twin/*'
	@$(RUN) coverage json --quiet --include='twin/*' -o - | .venv/bin/python .ci/branches.py 95

soak: $(STAMP)
	@$(RUN) flows.bench.soak

COMPILE := pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links pyproject.toml

lock: $(STAMP)
	@$(RUN) uv $(COMPILE) -o requirements.lock
	@$(RUN) uv $(COMPILE) --group dev -o requirements-dev.lock

clean:
	@rm -rf .prefect .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage build dist
	@find twin flows tests -name __pycache__ -type d -prune -exec rm -rf {} +
