# The two commands: `make run` serves a demo day, `make test` proves everything.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FRONT := frontend_static
PIP := $(BIN)/pip install -q --disable-pip-version-check --require-hashes
DATED := tests/events/calendars tests/events/programme tests/events/deals tests/server/test_worker.py tests/server/api/test_calendars.py
SOURCES := $(shell find $(FRONT)/src $(FRONT)/public $(FRONT)/index.html $(FRONT)/*.ts $(FRONT)/package-lock.json -type f 2>/dev/null)

# Whatever the caller's environment says, what processes load is kept compiled: they start sooner.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test test-full test-clock bench bench-live bench-scale faults check build clean

run: $(VENV)/.runtime $(FRONT)/dist/index.html
	@ROADSHOW_DEMO=1 ROADSHOW_LOG_LEVEL=$${ROADSHOW_LOG_LEVEL:-warning} $(BIN)/python -m server demo

build: $(FRONT)/dist/index.html

test: $(VENV)/.dev $(FRONT)/dist/index.html
	@bash scripts/system-packages chromium soffice nginx faketime
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd $(FRONT) && PATH="$$($(CURDIR)/scripts/node-path):$$PATH" && npm run --silent check && npm test --silent && npm run --silent size
	$(BIN)/python -m pytest -q -m "not full" -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m tests.clock in-four-hundred-days -- $(DATED)

# The tests on other days: in three and in four hundred days, New Year's night, a leap day, a Sunday, a summer day.
test-clock: $(VENV)/.dev $(FRONT)/dist/index.html
	@bash scripts/system-packages faketime
	$(BIN)/python -m tests.clock

# The long profiles, and examples nobody has tried yet.
test-full: test
	$(BIN)/python -m pytest -q -m full
	$(BIN)/python -m pytest -q --hypothesis-profile=searching $$(grep -rl "^from hypothesis" tests --include="test_*.py")

# The live room beside its peers: a table, then one JSON line. QUICK=1 takes three minutes.
bench-live: $(VENV)/.dev $(FRONT)/dist/index.html
	@PATH="$$(scripts/node-path):$$PATH" $(BIN)/python -m benchmarks.live

# Every screen's requests in the demo and in a library ten times a city's; ends with one JSON line. TIMES=1 is quicker.
bench-scale: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.scale --times $${TIMES:-10}

# Every fault at full length, under load; ends with one JSON line. All but `acked` must be zero.
faults: $(VENV)/.dev
	@$(BIN)/python -m tests.faults

check: $(VENV)/.dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

clean:
	rm -rf $(VENV) $(FRONT)/node_modules $(FRONT)/dist var

$(VENV)/.runtime: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make run PYTHON=python3.12"; exit 1; }
	@echo "Installing the server's libraries (once)…"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing the test tools (once)…"
	@$(PIP) -r requirements-dev.lock
	@touch $@

# Node builds the front end: the machine's own where it is new enough, else one from a wheel.
$(VENV)/.node: requirements-node.lock $(VENV)/.runtime
	@scripts/node-path >/dev/null 2>&1 || { echo "Installing Node.js (once)…"; $(PIP) -r requirements-node.lock; }
	@scripts/node-path >/dev/null
	@touch $@

$(FRONT)/node_modules/.package-lock.json: $(FRONT)/package-lock.json $(VENV)/.node
	@echo "Installing the front end's libraries (once)…"
	@cd $(FRONT) && PATH="$$(../scripts/node-path):$$PATH" && npm ci --silent --no-audit --no-fund
	@touch $@

$(FRONT)/dist/index.html: $(FRONT)/node_modules/.package-lock.json $(SOURCES)
	@echo "Building the pages…"
	@cd $(FRONT) && PATH="$$(../scripts/node-path):$$PATH" && npm run --silent build:fast -- --logLevel error
	@touch $@
