# Two commands matter: `make demo` and `make test`; each sets up what it needs first.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-agents test-long lint bench prices constraints screenshots clean

# Four workers are faster, and starve what waits for the container engine on two cores.
WORKERS ?= 2

help: ## list what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## install what is missing: engine, tmux, packages, images
	@./setup.sh

demo: setup ## three untrusted agents in parallel on a sample repository
	@.venv/bin/swarm demo

test: setup ## the whole suite on a real engine, side by side on WORKERS workers (2)
	@.venv/bin/python -m tests.whole_suite -n $(WORKERS)

test-agents: setup ## every shipped agent at work in a box, in each way to run
	@.venv/bin/python -m pytest -m "agents or not long" tests/agents

test-long: setup ## what is long by nature: a million hostile inputs, repeated runs
	@.venv/bin/python -m pytest -m long

lint: setup ## format, lint and types
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/mypy --platform darwin --exclude '^swarm/gate/' swarm
	@.venv/bin/deptry .

bench: setup ## speed and memory, as ratios in one run
	@.venv/bin/python -m bench all

prices: setup ## write the table of model prices anew, before a release
	@.venv/bin/python -m tools.model_prices

constraints: ## write the exact versions of constraints.txt anew, as pyproject allows
	@./constraints.sh

screenshots: setup ## draw the scenes into screenshots/
	@.venv/bin/python -m tests.scenes

clean: ## remove the virtual environment and caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
