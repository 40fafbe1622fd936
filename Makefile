# make demo   see it work, without an account          make test   every check there is
# make fix    format, and mend what can be mended      make lock   pin what the checks run on
# make chaos  storms against the live feed, for minutes, and a report in build/chaos; ARGS="--seed 7 --seconds 40"
# make bench  what an event costs, beside other clients, for a quarter of an hour; ARGS="--only quick" for a minute
.PHONY: demo test chaos bench fix lock
PYTHON ?= python3
BIN = .venv/bin

demo: .venv/ready
	$(BIN)/tastytrade demo

test: .venv/ready
	$(BIN)/python tests/run.py

chaos: .venv/ready
	$(BIN)/python -m tests.chaos.run $(or $(ARGS),--long)

bench: .venv/ready
	$(BIN)/python -m tests.speed.run $(ARGS)

fix: .venv/ready
	$(BIN)/ruff check --fix src tests conftest.py; $(BIN)/ruff format src tests conftest.py

lock: .venv/ready
	$(BIN)/pip install --quiet uv && $(BIN)/uv pip compile pyproject.toml --group test --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'Python 3.11 or later is needed: make PYTHON=python3.11 ...')"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	touch .venv/ready
