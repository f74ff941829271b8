# Ontario's open government catalogue. `make` alone lists what there is.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= $(shell for p in python3.12 python3.11 python3.10 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 13))' 2>/dev/null \
	&& echo $$p && break; done)
BIN := .venv/bin
CATALOGUES := $(wildcard ckanext-ontario/ckanext/ontario/i18n/*/LC_MESSAGES/*.po)
PACKAGING := setup.py pyproject.toml MANIFEST.in

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- what runs it -----------------------------------------------------------------------------

define install
	@test -n "$(PYTHON)" || { echo "Python 3.10, 3.11 or 3.12 is needed and none was found; install one, or say PYTHON=/path/to/python3" >&2; exit 1; }
	@began=$$(date +%s); echo "Installing $(1) into .venv …"; \
	test -x $(BIN)/python || $(PYTHON) -m venv .venv; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/pip.txt; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$(1).txt; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .; \
	echo "Installed $(1) in $$(( $$(date +%s) - began )) s"; touch $@
endef

.venv/.stack-installed: requirements/stack.txt $(PACKAGING) $(CATALOGUES)
	$(call install,stack)

.venv/.dev-installed: requirements/dev.txt $(PACKAGING) $(CATALOGUES)
	$(call install,dev)

.PHONY: assets
assets: .venv/.stack-installed ## Fetch and check the front-end packages
	$(BIN)/ontario assets

.PHONY: up
up: assets ## Start both portals with the sample inventories harvested
	$(BIN)/ontario up

.PHONY: down
down: .venv/.stack-installed ## Stop everything that `make up` started
	$(BIN)/ontario down

# --- what shows that it works -----------------------------------------------------------------

.PHONY: test
test: .venv/.dev-installed .venv/.assets-for-tests ## Run all tests, in two processes (browser tests too, where Chromium is found)
	$(BIN)/python -m coverage erase
	$(BIN)/python -m pytest -n auto --cov --cov-report= $(ARGS)
	$(BIN)/python tools/coverage_gate.py

.venv/.assets-for-tests: .venv/.dev-installed
	$(BIN)/ontario assets
	@touch $@

.PHONY: e2e
e2e: .venv/.dev-installed .venv/.assets-for-tests ## Run the browser tests alone
	$(BIN)/python -m pytest tests/e2e $(ARGS)

.PHONY: pictures
pictures: .venv/.dev-installed .venv/.assets-for-tests ## Make the pictures of the pages for ministries again
	$(BIN)/python -m pytest tests/e2e/pictures.py

.PHONY: check
check: .venv/.dev-installed ## Lint, format, types, French catalogue: what CI runs beside the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/typecheck.py
	$(BIN)/python tools/catalogue.py check

.PHONY: docs
docs: .venv/.dev-installed ## Build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.PHONY: bench
bench: .venv/.dev-installed ## Run the benchmarks (ratios against stock CKAN, same run)
	$(BIN)/python -m bench $(ARGS)

.PHONY: wheel
wheel: .venv/.dev-installed ## Build the wheel into dist/
	rm -rf build dist
	$(BIN)/python -m build --wheel --no-isolation

.PHONY: catalogue
catalogue: .venv/.dev-installed ## Extract messages and bring the French catalogue up to date
	$(BIN)/python tools/catalogue.py update

.PHONY: lock
lock: ## Compile requirements/*.in to pinned, hashed files (needs `uv` on the PATH)
	cd requirements && for f in pip dev stack base; do \
	uv pip compile --universal --python-version 3.10 --generate-hashes --no-header --no-annotate --quiet \
	--override overrides.in $$(case $$f in pip|dev) ;; *) echo --constraint dev.txt;; esac) $$f.in --output-file $$f.txt; done
