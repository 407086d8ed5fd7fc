# make lab: the bench in JupyterLab · make test: every test · make check: lint and types · make bench: the benchmarks
# make docs: the site
# PIP_ARGS="…" is handed to pip, for example --index-url for PyTorch's CPU-only wheels (README).
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help lab test check bench docs environment
BIN := .venv/bin
# beartype as type checkers have it: an int passes for a float; methods are checked one by one, where Self says nothing.
CHECKER := beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True, \
  hint_overrides=beartype.FrozenDict({__import__("typing").Self: object})))
export PIP_ARGS PYTHON

help:
	@sed -n '1,3s/^# //p' Makefile

environment:
	@bash tools/environment.sh

lab: environment
	@$(BIN)/python tools/lab.py

test: environment
	$(BIN)/python -m pytest
	$(BIN)/python -m pytest tests/test_laws.py '--jaxtyping-packages=workbench,$(CHECKER)' -q
	@if command -v node >/dev/null; then node --test tests/js/*.test.mjs; \
	else echo "The player's own tests need Node.js (https://nodejs.org): not run."; fi

check: environment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: environment
	$(BIN)/python -m benchmarks

docs: environment
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "The site is in site/; $(BIN)/mkdocs serve shows it."
