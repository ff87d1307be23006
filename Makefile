# Every target is one visible command. The first one called makes .venv from the lock file.

PYTHON ?= python3
VENV := .venv
LAB := $(VENV)/bin/lab
RUN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help lab-up lab-down lab-status scenario scenarios shell doctor image \
        test test-on-docker test-elsewhere test-engine-28 lint bench clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab-up: $(READY) ## Bring the lab up
	$(LAB) up

lab-down: $(READY) ## Take it down
	$(LAB) down

lab-status: $(READY) ## What is up
	$(LAB) status

scenario: $(READY) ## Run one scenario: make scenario NAME=private-vs-public
	$(LAB) run $(or $(NAME),$(error which one? make scenario NAME=private-vs-public))

scenarios: $(READY) ## Run all scenarios
	$(LAB) run --all --jobs 2

shell: $(READY) ## A shell on a host: make shell HOST=client-a1
	$(LAB) shell $(or $(HOST),$(error on which host? make shell HOST=client-a1))

doctor: $(READY) ## What works on this machine, and what mends the rest
	$(LAB) doctor

image: ## Build the Docker engine's image
	docker build --tag socket-lab --file services/Dockerfile .

test: lint ## Everything: style, types, tests, both engines, all scenarios
	$(MAKE) --jobs 2 --output-sync=target test-on-docker test-elsewhere

test-on-docker: $(READY) ## The tests on a Docker Engine, which has room for one lab at a time
	$(RUN)/pytest -m docker

test-elsewhere: $(READY) ## All other tests, side by side
	$(RUN)/pytest -m 'not docker' --numprocesses auto --maxprocesses 4

test-engine-28: $(READY) ## Contract and scenarios on the newest Docker Engine
	tools/test-engine-28 $(RUN)/pytest

lint: $(READY) ## Style and types
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

clean: ## Forget .venv and all caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist

# Without Debian's python3-venv there is no pip in a new environment: say so, and do not leave half of one behind.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.x …" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "sudo apt-get install python3-venv" >&2; exit 2; }
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --require-hashes --requirement requirements.lock
	$(VENV)/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
