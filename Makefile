# Run Slotkey with `make run`, test it with `make test`. Needs make and Python 3.11 or later; the rest goes to .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# Modules stay compiled, whatever the environment says: tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test test-slow lint bench prove lock clean

run: $(READY)
	@$(BIN)/slotkey run

# Tests that watch a browser paint, that race each other or kill processes, have the machine to themselves.
test: $(READY) chromium
	@status=0; \
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --ignore tests/concurrency --ignore tests/faults --ignore tests/browser || status=1; \
	$(BIN)/python -m pytest -q -n 2 --dist worksteal tests/browser || status=1; \
	$(BIN)/python -m pytest -q -n 2 --dist worksteal tests/concurrency tests/faults || status=1; \
	exit $$status

test-slow: $(READY) chromium
	$(BIN)/python -m pytest -m slow

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

bench: $(READY)
	$(BIN)/python -m tests.bench

prove: $(READY)
	$(BIN)/slotkey prove

# Newest versions that pyproject.toml allows, with hashes, for every platform; names no package index.
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-header --no-emit-index-url --no-emit-find-links --output-file requirements.lock pyproject.toml

# The data folder stays: it holds bookings.
clean:
	rm -rf .venv dist build .pytest_cache .ruff_cache .hypothesis
	find app tests migrations -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: chromium
chromium: $(READY)
	@$(BIN)/python -m tests.services.chromium

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Slotkey needs Python 3.11 or later; choose one with make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { test "$$(id -u)" = 0 && test -f /etc/debian_version && \
		apt-get update -q && apt-get install -y -q --no-install-recommends python3-venv; } || \
		{ echo "Python's venv is missing: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
