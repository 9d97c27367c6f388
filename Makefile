# Works on a fresh machine with Python 3.11 or later (venv, pip), Java 17 and Maven.
# Only the tests on a real Kafka need Java and Maven; only the test of docs/asyncapi.yaml needs Node.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(or $(shell command -v python3.11 || command -v python3.12 || command -v python3),python3)
BIN    := .venv/bin
STAMP  := .venv/.installed
PYTEST := $(BIN)/python -m pytest
LOCK   := $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-header --no-annotate \
          --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

# Helm for the chart's tests. Its version is pinned in tests/helm/tools/go.mod.
TOOLS  := tests/helm/tools
HELM   := .cache/bin/helm
ENGINE ?= $(or $(shell command -v docker || command -v podman),docker)
VERSION = $(shell sed -nE 's/^__version__ = "(.*)"/\1/p' stream_edits/__init__.py)

.PHONY: help venv demo test test-fast simulate faults soak fuzz fuzz-records bench bench-peers payer lint check \
        format broker generated pictures helm chart image image-test audit lock clean

help:  ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/  make \1\t\2/p' Makefile | expand -t 20

venv: $(STAMP)  ## make .venv with the pinned packages and this project in it

# Every package is checked against its hash; the project itself is an editable install.
$(STAMP): requirements/dev.txt pyproject.toml
	@echo "installing the pinned packages into .venv ..."
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
	    --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
	    --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP)  ## decide a few hundred claims on an embedded Kafka; SERVE=1 keeps it running
	@$(BIN)/stream-edits demo $(if $(filter-out 0,$(SERVE)),--serve)

test: $(STAMP) helm  ## run all tests, including those on a real Kafka
	$(PYTEST)

test-fast: $(STAMP) helm  ## run the tests that need no broker, in a few minutes
	$(PYTEST) -m "not kafka and not slow"

faults: $(STAMP)  ## inject COUNT=30 faults into a real Kafka and the processes, under load
	$(BIN)/python -m tests.faults --count $(or $(COUNT),30)

soak: $(STAMP)  ## run MINUTES=20 of steady load with random faults, and check memory
	$(BIN)/python -m tests.faults --minutes $(or $(MINUTES),20)

fuzz-records: $(STAMP)  ## publish RECORDS (default 200000) records of any shape to running stages
	@$(BIN)/python -m tests.fuzz.records $(or $(RECORDS),200000)

fuzz: $(STAMP)  ## feed INPUTS (default 1000000) bad inputs to every parser, guided by coverage
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
	    --require-hashes -r requirements/fuzz.txt
	@$(BIN)/python -m tests.fuzz --inputs $(or $(INPUTS),1000000) $(if $(SEED),--seed $(SEED))

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

SCHEDULES ?= 10000
simulate: $(STAMP)  ## run SCHEDULES=10000 of faults in memory, and update docs/reliability.md
	$(BIN)/python -m tests.simulation $(SCHEDULES)

check: lint test-fast  ## run the linters, the type checker and the fast tests

format: $(STAMP)  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)  ## run the benchmarks, and update docs/performance.md (ROUNDS=, CLAIMS=, QUICK=1, ONLY=)
	@test -n "$(QUICK)" || $(MAKE) --no-print-directory bench-peers
	@$(BIN)/python -m bench $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(CLAIMS),--claims $(CLAIMS)) \
	    $(if $(QUICK),--quick) $(if $(ONLY),--only "$(ONLY)")

# The libraries compared in the bench need other versions of our dependencies, so they have a venv.
bench-peers:
	@test -e .cache/bench-peers/.installed || { \
	    echo "installing the bench's peers into .cache/bench-peers ..."; \
	    "$(PYTHON)" -m venv .cache/bench-peers && \
	    .cache/bench-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
	        -r bench/peers.txt && touch .cache/bench-peers/.installed; }

payer: $(STAMP)  ## simulate a national payer with the last bench's figures, and update docs/performance.md
	@$(BIN)/python -m bench.payer

broker: $(STAMP)  ## run a real Kafka in the foreground, for manual tests (PORT=9092)
	@$(BIN)/python -m tests.broker $(PORT)

generated: $(STAMP)  ## generate the dashboards, docs/metrics.md and docs/edits.md
	@$(BIN)/python -m monitoring
	@$(BIN)/python -m stream_edits docs edits

pictures: $(STAMP)  ## draw docs/dashboards/*.png from a real run (npm, chromium, pngquant)
	@$(BIN)/python -m tests.monitoring.pictures

helm: $(if $(shell command -v go),$(HELM))  ## build the Helm that the chart's tests use (needs Go; takes minutes, once)

$(HELM): $(TOOLS)/go.sum
	@echo "building helm and helm-docs into .cache/bin (minutes, once) ..."
	@cd $(TOOLS) && GOBIN="$(CURDIR)/.cache/bin" go install tool
	@touch $@

chart: $(STAMP) $(HELM)  ## generate the chart's schema and README from settings and values
	@$(BIN)/python -m tests.helm.generate

image:  ## build the container image with Docker or Podman (ENGINE=…, BASE=…)
	$(ENGINE) build $(if $(BASE),--build-arg BASE=$(BASE)) --build-arg VERSION=$(VERSION) \
	    --build-arg REVISION=$$(git rev-parse HEAD) --tag stream-edits:$(VERSION) .

image-test: $(STAMP) $(HELM)  ## build and run the image with Podman as the chart would (root, Debian)
	@$(BIN)/python -m tests.image

lock: $(STAMP)  ## resolve the pinned requirements (UPGRADE=1 takes newer versions)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-tools
	@$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements/run.txt pyproject.toml
	@$(LOCK) $(if $(UPGRADE),--upgrade) --extra dev --constraint requirements/run.txt \
	    --output-file requirements/dev.txt pyproject.toml
	@$(LOCK) $(if $(UPGRADE),--upgrade) --only-build-deps --build-deps-for wheel \
	    --constraint requirements/dev.txt --output-file requirements/build.txt pyproject.toml
	@$(LOCK) $(if $(UPGRADE),--upgrade) --extra fuzz --constraint requirements/run.txt \
	    --output-file requirements/fuzz.txt pyproject.toml

# Strict: a package that is not in the database is a failure.
audit:  ## look up known vulnerabilities of every pinned package (needs the advisory database)
	@test -x .cache/audit/bin/pip-audit || { "$(PYTHON)" -m venv .cache/audit; \
	    .cache/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1; }
	@.cache/audit/bin/pip-audit --strict --disable-pip --require-hashes \
	    -r requirements/run.txt -r requirements/dev.txt \
	    || { echo "NOT CLEAN: a vulnerability is named above, or the advisory database did not" \
	    "answer for every package, and then NOTHING is known of them" >&2; exit 1; }

clean:  ## remove build output, the virtual environment and the caches
	rm -rf .venv build dist .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
