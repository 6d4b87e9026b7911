# make build: install from the locked requirements and build the corpus of this repository.
# make test:  everything that the tests need, then the tests.
# make browser: a Chromium for the tests of pages, if there is none.
# make test-transformers: the tests that need torch, in an environment that adds it to that of the other tests.
# make harness: other harnesses, in an environment of their own, on the built release.
PYTHON ?= python3
BIN := .venv/bin
LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url

.PHONY: build test browser lint types stale wheel harness test-transformers lock clean

build: .venv/installed
	$(BIN)/corpus-kit build
	$(BIN)/corpus-kit leaderboard --check

test: .venv/installed-dev browser
	$(BIN)/corpus-kit build
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not measured"
	$(BIN)/python -m pytest -m measured

browser:
	.ci/install-browser

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-dev
	$(BIN)/mypy

stale: .venv/installed-dev
	$(BIN)/corpus-kit build
	$(BIN)/corpus-kit check
	$(BIN)/corpus-kit card --check DATASET_CARD.md README.md docs/release.md
	$(BIN)/corpus-kit build --corpus seeds/composed
	$(BIN)/corpus-kit leaderboard --check --train seeds/composed
	$(BIN)/corpus-kit check --corpus seeds/composed
	$(BIN)/corpus-kit card --check --corpus seeds/composed

wheel: .venv/installed-dev
	BIN=$(BIN) .ci/check-wheel

harness: .venv/installed-dev .venv-harness/installed
	$(BIN)/corpus-kit build
	BIN=$(BIN) HARNESS_BIN=.venv-harness/bin .ci/check-harness

test-transformers: .venv-transformers/installed
	OMP_NUM_THREADS=1 .venv-transformers/bin/python -m pytest -q tests/unit/test_transformer.py tests/unit/test_embeddings.py tests/contract/test_classifiers.py -k transformer

lock:
	$(LOCK) pyproject.toml --extra dev -o requirements-dev.txt
	$(LOCK) pyproject.toml --extra package -c requirements-dev.txt -o requirements.txt
	$(LOCK) --group harness -o requirements-harness.txt

clean:
	rm -rf .venv .venv-harness .venv-transformers dist build

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "corpus-kit needs Python 3.11 or newer: make build PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

.venv-harness/installed: requirements-harness.txt .venv/installed-dev
	$(BIN)/python -m venv --without-pip --clear .venv-harness
	$(BIN)/uv pip install --quiet --python .venv-harness/bin/python --require-hashes -r requirements-harness.txt
	touch $@

# Not locked by hash: which build of torch fits, with or without CUDA, depends on the machine and on where pip looks.
.venv-transformers/installed: requirements-transformers.txt .venv/installed-dev
	$(BIN)/python -m venv --clear .venv-transformers
	$(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))" > .venv-transformers/dev.pth
	mv .venv-transformers/dev.pth "$$(.venv-transformers/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")"
	.venv-transformers/bin/pip install --quiet --disable-pip-version-check --no-compile -r requirements-transformers.txt
	touch $@
