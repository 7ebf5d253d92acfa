# Two commands matter: `make demo` and `make test`; each sets up what it needs first.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench screenshots clean

help: ## list what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## install what is missing: engine, tmux, packages, images
	@./setup.sh

demo: setup ## three untrusted agents in parallel on a sample repository
	@.venv/bin/swarm demo

test: setup ## the whole suite, on a real engine
	@.venv/bin/python -m pytest

lint: setup ## format, lint and types
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy

bench: setup ## speed and memory, as ratios in one run
	@.venv/bin/python -m bench

screenshots: setup ## draw the scenes into screenshots/
	@.venv/bin/python -m tests.scenes

clean: ## remove the virtual environment and caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
