# Everything runs in .venv, which is made here out of requirements.lock and nothing else.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PYTHONS := $(PYTHON) python3.13 python3.12 python3.11 python3

# Nothing but the checkout has to be writable, and no settings of pip's or uv's are assumed.
export UV_CACHE_DIR ?= $(CURDIR)/$(VENV)/cache
export UV_PYTHON_DOWNLOADS := never
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt),)
export UV_SYSTEM_CERTS ?= true
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_CACHE_DIR := 1
export PIP_ROOT_USER_ACTION := ignore
ifneq ($(shell test -w "$$HOME" && echo yes),yes)
export CAPTIONFLOW_CACHE ?= $(CURDIR)/data/cache
endif
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

.PHONY: help demo test chromium screenshots serve bench lock clean

help:
	@echo 'make demo        start a server, play a recording to it, show captions and files'
	@echo 'make test        every check there is'
	@echo 'make serve       the server, with its data in data/server'
	@echo 'make bench       latency and accuracy with 1 and 4 streams, about three minutes'
	@echo 'make screenshots every page, light and dark, phone and desktop, in data/screenshots'
	@echo 'make lock        requirements.lock anew from pyproject.toml'
	@echo 'make clean       remove the environment and caches; recordings in data/ stay'

demo: $(READY)
	@$(BIN)/captionflow demo

test: $(READY) chromium
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict -p server -p streaming -p inference -p storage -p benchmarks -p captionflow
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal

# What the tests of the pages run in; a second where it is there.
chromium: $(READY)
	@sh tests/browser/chromium.sh $(VENV)

screenshots: $(READY) chromium
	$(BIN)/python -m tests.browser.screenshots data/screenshots

serve: $(READY)
	$(BIN)/captionflow serve --data-dir data/server

bench: $(READY)
	$(BIN)/captionflow bench live --streams 1,4

lock: $(READY)
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --group dev --extra bench pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv comes first, by pip and by its hash in the lock; then uv brings the rest, much faster.
$(READY): requirements.lock pyproject.toml clients/python/pyproject.toml | $(BIN)/python
	@test -x $(BIN)/uv || { \
		echo 'installing uv'; \
		sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt; \
		$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r $(VENV)/uv.txt; }
	@echo 'installing what requirements.lock names (the first time: 900 MB, half a minute)'
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation \
		-e . -e clients/python
	@touch $@

$(BIN)/python:
	@found=; old=; \
	for python in $(PYTHONS); do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		if $$python -c 'import ensurepip, venv' 2>/dev/null; then found=$$python; break; fi; \
		old=$${old:-$$python}; \
	done; \
	if [ -z "$$found" ] && [ -n "$$old" ]; then \
		version=$$($$old -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "$$old cannot make environments: the modules venv and ensurepip are missing." >&2; \
		echo "On Debian and Ubuntu: apt install python$$version-venv" >&2; exit 1; \
	fi; \
	if [ -z "$$found" ]; then \
		echo 'No Python 3.11 or newer here. On Debian and Ubuntu: apt install python3 python3-venv;' >&2; \
		echo 'or say where one is: make PYTHON=/path/to/python3.12 demo' >&2; exit 1; \
	fi; \
	echo "making $(VENV) with $$($$found --version)"; \
	$$found -m venv --clear $(VENV)
