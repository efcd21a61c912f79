# The two commands of a newcomer are `make run` and `make test`; CONTRIBUTING.md explains the others.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CONFIG := syndicate.toml
LOCKED := --quiet --no-emit-index-url --no-header --universal --python-version 3.11

# Where this is set, each process compiles the whole program again, which doubles the time of its start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-all stories check fix bench lock clean

$(INSTALLED): pyproject.toml hatch_build.py requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit("Syndicate needs Python 3.11 or newer; name it with PYTHON=…" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements-dev.lock --editable '.[dev]'
	@touch $(INSTALLED)

$(VENV)/.running: pyproject.toml requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit("Syndicate needs Python 3.11 or newer; name it with PYTHON=…" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements-dev.lock --editable .
	@touch $(VENV)/.running

# Serve a blog on http://localhost:8080, with sample posts where there are none.
run: $(VENV)/.running
	@test -f $(CONFIG) || $(BIN)/syndicate init --url http://localhost:8080 --handle notes --title "Field Notes"
	@$(BIN)/syndicate import markdown --if-empty docs/sample-blog
	@exec $(BIN)/syndicate serve

# The tests, each on SQLite or PostgreSQL, against independent servers and readers.
test: $(INSTALLED)
	$(BIN)/python admin_ui/build.py
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder

# The same with every input on both databases: takes more than twice as long.
test-all: $(INSTALLED)
	$(BIN)/python admin_ui/build.py
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder --every-input

# The author's interface alone, in a real browser, with and without scripts.
stories: $(INSTALLED)
	$(BIN)/python admin_ui/build.py
	$(BIN)/python -m pytest tests/peers/test_stories_of_the_desk.py tests/peers/test_desk_in_a_browser.py

# Format, lint, types, and which package may import which. Seconds.
check: $(INSTALLED)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

fix: $(INSTALLED)
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

# What it costs, as ratios to references measured in the same run.
bench: $(INSTALLED)
	$(BIN)/python -m bench

# Pin what a deployment installs, by hash, and what the tests install: the same, and the tools.
lock: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile $(LOCKED) --generate-hashes --extra postgresql pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(LOCKED) --no-annotate --extra dev --constraint requirements.lock pyproject.toml -o requirements-dev.lock

# Collect the texts that people see, for translators.
messages: $(INSTALLED)
	$(BIN)/pybabel --quiet extract --mapping-file=pyproject.toml --project=Syndicate --sort-by-file --output-file=messages.pot syndicate

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/peers/.installed admin_ui/node_modules syndicate/web/admin/static/built
