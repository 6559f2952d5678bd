# Budstikke: every task of a developer. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
STAMP := .venv/.installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install test check docs demo demo-ebxml soak fuzz bench wheel constraints clean

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## Make .venv with everything in it; a second run does nothing

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Budstikke needs Python 3.11 or later; '$(PYTHON)' is not. Try: make install PYTHON=python3.12" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# The build backend is pinned like all else, so the package is built with it instead of with a fresh download.
	@echo "Installing into .venv, which takes a minute or two"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt hatchling editables
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@# Where Python may not write compiled modules at run time, every start would compile them anew.
	@$(BIN)/python -m compileall -q adapter
	@touch $@
	@echo "Installed in .venv: $$($(BIN)/budstikke version)"

test: install ## Run all tests but the soak, and hold the coverage floor
	@rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal -m "not soak" $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report || { echo "make test: the tests passed, the coverage is below the floor in pyproject.toml" >&2; exit 1; }
	@echo "make test: all tests passed, coverage is above the floor"

check: install ## Lint, format, types, arrows between the rooms
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@echo "make check: nothing to mend"

docs: install ## Write the pages that are generated from the code
	$(BIN)/python -m adapter.cli.reference docs

demo: install ## Referrer, clinic and NAV on this machine; ends by itself
	$(BIN)/budstikke demo

demo-ebxml: install ## The same between three message servers, as ebXML by mail
	$(BIN)/budstikke demo --ebxml

soak: install ## The tests that run for a long time
	$(BIN)/pytest -m soak $(ARGS)

fuzz: install ## Search every reader of bytes from outside, SECONDS_EACH of them (60)
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install --quiet \
	  --constraint constraints.txt --no-build-isolation --editable '.[fuzz]'
	$(BIN)/python fuzz/search.py $(or $(SECONDS_EACH),60) $(TARGETS)

bench: install ## Measure the pipeline, what a signed message costs, and the memory of a large one
	$(BIN)/python benchmarks/pipeline.py
	$(BIN)/python benchmarks/signed.py
	$(BIN)/python benchmarks/memory.py

wheel: install ## Build the wheel into dist/
	@rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist . > /dev/null
	@ls dist/*.whl

constraints: install ## Pin what .venv holds now
	@{ echo '# Pinned versions of everything in .venv; regenerate with `make constraints`.'; \
	  $(BIN)/python -m pip freeze --exclude-editable; } > constraints.txt.new
	@mv constraints.txt.new constraints.txt

clean: ## Remove what the tasks made, .venv too
	rm -rf .venv dist build .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
