# Everything a newcomer needs: `make run` and `make test`. `make help` lists the rest.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

# What `make run` indexes and serves. Each folder of policies gets an index of its own.
POLICIES ?= indexer/samples
INDEX ?= .policy-search/$(subst /,-,$(patsubst ../%,%,$(patsubst %/,%,$(POLICIES))))
HOST ?= 127.0.0.1
PORT ?= 8080

# What `make eval` measures.
EVAL ?= ../shared/eval
EVAL_POLICIES ?= ../shared/policies
EVAL_JSON ?= .policy-search/evaluation.json

.PHONY: help install install-dev run test test-formats test-browser test-wiki bench bench-large bench-scale fuzz fuzz-api docker-smoke check eval bench-encoder bench-search bench-parts train-encoder calibrate calibrate-equivalents pictures lock clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(VENV)/.installed ## Install into .venv
install-dev: $(VENV)/.installed-dev

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The locked versions, then the project itself from this folder.
$(VENV)/.installed: $(BIN)/python requirements.lock pyproject.toml
	$(PIP) install -r requirements.lock
	$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(PIP) install -r requirements-dev.lock
	@touch $@

run: install ## Index POLICIES (the samples unless given) and serve them
	$(BIN)/policy-search index $(POLICIES) --index $(INDEX) || [ -e $(INDEX)/manifest.json ]
	$(BIN)/policy-search serve --index $(INDEX) --host $(HOST) --port $(PORT)

check: install-dev ## Lint and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: check ## Lint, types, all tests
	$(BIN)/pytest

eval: install ## Measure answers on EVAL and on the questions over EVAL_POLICIES
	@mkdir -p $(dir $(EVAL_JSON))
	$(BIN)/policy-search evaluate $(EVAL) --baseline --json $(EVAL_JSON) \
	  $(if $(wildcard $(EVAL)/seed-questions/questions.jsonl),--questions $(EVAL)/seed-questions/questions.jsonl --policies $(EVAL_POLICIES))

# The other systems of `make bench`, each in an environment of its own: what cannot be installed is
# told in the results, and the rest is measured.
.venv-bench/%/.installed: tests/bench/end_to_end/%.txt
	@mkdir -p .venv-bench
	@rm -rf .venv-bench/$*
	@echo "Installing $* into .venv-bench/$* …"
	@{ $(PYTHON) -m venv .venv-bench/$* && \
	  .venv-bench/$*/bin/pip --disable-pip-version-check --quiet install -r $<; } \
	  > .venv-bench/$*.log 2>&1 && touch $@ || echo "$* cannot be installed: see .venv-bench/$*.log"

BENCH_OPTIONS ?=
bench: install-dev .venv-bench/txtai/.installed .venv-bench/chroma/.installed ## Speed, cost and quality over HTTP, beside others
	$(BIN)/python tests/bench/bench_end_to_end.py $(BENCH_OPTIONS)

bench-encoder: install ## Time the encoder against sentence-transformers on fp32 torch
	$(BIN)/python tests/bench/bench_encoder.py

bench-search: install ## Time a whole search against encoding its question alone
	$(BIN)/python tests/bench/bench_search.py

train-encoder: install-dev ## Train the language-neutral layers anew (hours; needs Debian's apt-get)
	$(BIN)/python -m models.training --cache .policy-search/training \
	  --out .policy-search/training/run $(if $(wildcard $(EVAL)),--development $(EVAL))

calibrate: install-dev ## Fit the embedded model's relevance anew, on the questions over the samples
	$(BIN)/policy-search calibrate tests/fixtures/sample_questions.jsonl \
	  tests/fixtures/calibration_questions.jsonl --policies indexer/samples \
	  --out models/data/calibration.json --picture models/data/reliability.png

PAIRS ?= .policy-search/training/pairs.jsonl
calibrate-equivalents: install-dev ## Fit how probable equivalents are, on PAIRS (train-encoder gathers them)
	@test -e $(PAIRS) || { echo "$(PAIRS) is missing: make train-encoder, or PAIRS=file"; exit 1; }
	$(BIN)/policy-search calibrate-equivalents $(PAIRS) --out models/data/equivalence.json

pictures: install-dev ## Draw the README's picture of the two languages anew
	$(BIN)/python tests/bench/draw_languages.py

bench-parts: install ## What each part of the ranking is worth, on and off
	$(BIN)/python tests/bench/bench_parts.py $(wildcard $(EVAL)) \
	  --questions tests/fixtures/calibration_questions.jsonl --policies indexer/samples

test-formats: install-dev ## Write policies as DOCX, PDF and HTML by LibreOffice and Chromium, and compare
	@command -v soffice >/dev/null && command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] \
	  && apt-get install -y --no-install-recommends libreoffice-writer-nogui chromium fonts-wqy-microhei; } \
	  || { echo "LibreOffice and Chromium are needed: apt-get install libreoffice-writer-nogui chromium fonts-wqy-microhei"; exit 1; }
	POLICY_SEARCH_LONG=1 $(BIN)/pytest tests/quality/test_formats.py

# What the wikis need, all of it Debian's.
WIKI_PACKAGES := mediawiki dokuwiki php-cli php-sqlite3 php-intl php-mbstring php-xml php-curl \
  chromium fonts-wqy-microhei

# Debian's mediawiki brings Apache, which is kept from being started: policy-rc.d says no to it.
test-wiki: install-dev ## Show clauses in a real MediaWiki and a real DokuWiki of Debian's
	@dpkg -s $(WIKI_PACKAGES) >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && { \
	  deny=/usr/sbin/policy-rc.d; made=; \
	  [ -e $$deny ] || { printf '#!/bin/sh\nexit 101\n' > $$deny; chmod +x $$deny; made=1; }; \
	  apt-get -q update && DEBIAN_FRONTEND=noninteractive \
	    apt-get -q install -y --no-install-recommends $(WIKI_PACKAGES); done=$$?; \
	  [ -z "$$made" ] || rm -f $$deny; exit $$done; }; } \
	  || { echo "Wikis are needed: apt-get install $(WIKI_PACKAGES)"; exit 1; }
	POLICY_SEARCH_WIKI=1 POLICY_SEARCH_SCREENSHOTS=$(CURDIR)/.policy-search/wiki/shots \
	  $(BIN)/pytest tests/wiki
	@echo "Screenshots: .policy-search/wiki/shots"

BROWSER := .policy-search/browser
test-browser: install-dev ## The pages in Chromium: by keyboard, by screen reader's rules, at three widths
	@command -v chromium >/dev/null && command -v npm >/dev/null || { [ "$$(id -u)" = 0 ] \
	  && apt-get install -y --no-install-recommends chromium npm fonts-wqy-microhei; } \
	  || { echo "Chromium and npm are needed: apt-get install chromium npm fonts-wqy-microhei"; exit 1; }
	@[ -e $(BROWSER)/node_modules/axe-core ] || npm install --silent --no-save --prefix $(BROWSER) axe-core@4
	POLICY_SEARCH_BROWSER=1 AXE_PATH=$(BROWSER)/node_modules/axe-core/axe.min.js \
	  $(BIN)/pytest tests/browser -p no:cacheprovider
	@echo "Screenshots: $(BROWSER)/shots"

fuzz-api: install-dev ## 10,000 requests made up from the OpenAPI document
	$(BIN)/python tests/fuzz/fuzz_api.py

docker-smoke: ## Build and try the container image with buildah, without a Docker engine (root)
	docker/smoke.sh

fuzz: install-dev ## 10,000 random and damaged files: none may crash or hang a reader
	$(BIN)/python tests/fuzz/fuzz_readers.py

bench-large: install-dev ## Read documents of 2,000 pages, and index 1,000 policies (an hour)
	$(BIN)/python tests/bench/bench_large.py pages
	$(BIN)/python tests/bench/bench_large.py policies

# How many clauses, each a made index of its own: about 10 kB of disk and a millisecond a clause.
# The long form: make bench-scale CLAUSES=10k,100k,1M,10M
CLAUSES ?= 10k,100k,1M
SCALE_OPTIONS ?=
bench-scale: install-dev ## Speed, recall and memory from ten thousand to a million clauses (an hour)
	$(BIN)/python tests/bench/bench_scale.py --clauses $(CLAUSES) $(SCALE_OPTIONS)

lock: ## Write the lock files anew from pyproject.toml
	rm -rf $(VENV)-lock
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet torch==2.13.0
	$(VENV)-lock/bin/pip install --quiet .
	{ echo "# Exact versions; made by \`make lock\` from pyproject.toml."; \
	  $(VENV)-lock/bin/pip freeze --exclude policy-search | sed 's/+cpu//'; } > requirements.lock
	$(VENV)-lock/bin/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['dev'], sep='\n')" \
	  | xargs -d '\n' $(VENV)-lock/bin/pip install --quiet
	{ echo "# Exact versions of what the tests need beside it; made by \`make lock\`."; \
	  $(VENV)-lock/bin/pip freeze --exclude policy-search | sed 's/+cpu//' | grep -vxFf requirements.lock; } > requirements-dev.lock
	rm -rf $(VENV)-lock

clean: ## Remove what was installed and built here
	rm -rf $(VENV) .venv-bench .policy-search build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
