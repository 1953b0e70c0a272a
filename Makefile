# Two commands: `make run` shows the demo clinic, `make test` passes the tests. Each sets itself up.
export UV_SYSTEM_CERTS = 1
export UV_PYTHON_DOWNLOADS = never
PYTHON ?= python3
BIN = .venv/bin
CHROMIUM = $(shell command -v chromium || command -v chromium-headless-shell || command -v google-chrome)

.PHONY: run test cover lint i18n bench bench-full redis browser lock clean

run: .venv/.run
	$(BIN)/python app.py

test: .venv/.test
	$(BIN)/python -m pytest -n auto --dist loadgroup

# The same, and which lines no test has been through: slower by a third.
cover: .venv/.test
	$(BIN)/python -m pytest -n auto --dist loadgroup --cov --cov-report=term:skip-covered

lint: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Every language says the same sentences, with the same names in them, and none is left over.
i18n: .venv/.test
	$(BIN)/python -m pytest -q tests/web/test_page_words.py tests/core/test_wording*.py \
		tests/core/test_library_words.py

bench: .venv/.test redis
	$(BIN)/python -m bench

bench-full: .venv/.test redis
	$(BIN)/python -m bench --full

# What some peers of the benches need, from Debian where that can be; else their rows say so.
redis:
	@command -v redis-server >/dev/null || \
		(apt-get update -qq && apt-get install -y -qq redis-server) || true

# A browser for the tests that need one: the system's own where there is none yet.
browser:
	@test -n "$(CHROMIUM)" || (apt-get update -qq && apt-get install -y -qq chromium fonts-inter)

# Requirement files without addresses, from the ranges in pyproject.toml.
lock: .venv/bin/uv
	$(BIN)/uv pip compile pyproject.toml $(LOCK) -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --group test --group e2e $(LOCK) -o requirements-test.txt
	$(BIN)/uv pip compile pyproject.toml --group dev $(LOCK) -o requirements-dev.txt

LOCK = --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url

.venv/bin/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv

# A larger set serves the smaller need too: stamps say what the environment holds.
.venv/.run: requirements.txt .venv/bin/uv
	@test -e .venv/.test -o -e .venv/.dev || $(BIN)/uv pip sync --quiet requirements.txt
	@touch $@

.venv/.test: requirements-test.txt .venv/bin/uv
	@test -e .venv/.dev || $(BIN)/uv pip sync --quiet requirements-test.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/bin/uv
	$(BIN)/uv pip sync --quiet requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv var bench/peers/.venv
