# Every target works on a fresh machine with git, make and Python >= 3.11; see docs/operations.md.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: bundle fuzz schemathesis help setup lock check format chromium test screenshots stories bench chaos demo serve clean

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(STAMP) ## virtual environment from the lock file

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# The lock names all there is to install; looked at again, what it overrides would be refused.
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --no-deps --requirement requirements/dev.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lock: ## resolve the requirements anew; prints no index address
	uv pip compile pyproject.toml --extra embedded --extra tracing --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --output-file requirements/run.txt
	uv pip compile pyproject.toml --extra dev --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --constraint requirements/run.txt --output-file requirements/dev.txt

check: setup ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## write what the formatter and the safe fixes say
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

chromium: ## a browser for the tests of the console; installed where there is none
	@tests/browser/chromium.sh

test: setup chromium ## the whole suite against a real PostgreSQL and a real browser
	$(BIN)/pytest -n $(JOBS) --dist loadgroup

screenshots: setup chromium ## pictures of the console, written to docs/images
	$(BIN)/python -m tests.browser.screenshots

stories: setup ## 200 random projects out and in again
	STORYARN_STORIES=200 $(BIN)/pytest tests/integration/test_random_stories.py -n0 -q

bundle: setup ## a bundle of 2,000 assets and 1 GiB, killed ten times; takes 5 GiB of disk
	STORYARN_BUNDLE_ASSETS=2000 STORYARN_BUNDLE_BYTES=1073741824 $(BIN)/pytest tests/e2e/test_bundle_kills.py -n0 -q -s

fuzz: setup ## 10,000 files that are nearly right, from number 1 on, and 3,000 bundles
	STORYARN_TEST_MUTANTS=10000 STORYARN_TEST_BUNDLES=3000 $(BIN)/pytest tests/e2e/test_import_mutations.py tests/e2e/test_bundle_mutations.py -n0 -q -s

schemathesis: setup ## the API against its document, 200 cases an operation and those that are always asked
	STORYARN_CONTRACT_EXAMPLES=200 $(BIN)/pytest tests/e2e/test_schemathesis.py -n0 -q

bench: setup ## speed and memory tables, written to docs/performance.md
	$(BIN)/python -m benchmarks

chaos: setup ## kills, outages and full disks, counted in docs/reliability.md
	$(BIN)/python -m tests.chaos

demo: setup ## a project through the queue, start to verified file
	$(BIN)/python -m storyarn_export demo

serve: setup ## database, API and worker on http://127.0.0.1:8000
	$(BIN)/storyarn-export up

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .data
