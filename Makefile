# Works on a fresh machine with Python 3.11 or later (venv, pip), Java 17 and Maven.
# Only the tests on a real Kafka need Java and Maven; only the test of docs/asyncapi.yaml needs Node.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(or $(shell command -v python3.11 || command -v python3.12 || command -v python3),python3)
BIN    := .venv/bin
STAMP  := .venv/.installed
PYTEST := $(BIN)/python -m pytest
# Each process has a Kafka of its own (WORKERS=0 runs all tests in one process). Tests of a file stay together.
WORKERS  ?= auto
PARALLEL := --numprocesses $(WORKERS) --maxprocesses 4 --dist loadfile
LOCK   := $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-header --no-annotate \
          --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

# Programs for the tests, which Go builds into .cache/bin. Each go.mod pins the versions of its own.
HELM       := .cache/bin/helm
OUTPUT     := build
SBOM       := $(OUTPUT)/sbom.json
PROMETHEUS := .cache/bin/promtool
ACTIONLINT := .cache/bin/actionlint
ENGINE ?= $(or $(shell command -v docker || command -v podman),docker)
VERSION = $(shell sed -nE 's/^__version__ = "(.*)"/\1/p' stream_edits/__init__.py)

.PHONY: help venv demo test test-fast simulate faults soak fuzz fuzz-records bench bench-hot bench-peers payer lint check \
        format broker broker-up broker-down generated pictures tools helm chart cluster-test image image-test broker-image-test compose-test audit sbom lock clean

help:  ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/  make \1\t\2/p' Makefile | expand -t 20

venv: $(STAMP)  ## make .venv with the pinned packages and this project in it

# Every package is checked against its hash; the project itself is an editable install.
$(STAMP): requirements/dev.txt pyproject.toml
	@echo "installing the pinned packages into .venv (about a minute) ..."
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
	    --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
	    --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP)  ## decide a few hundred claims on an embedded Kafka; SERVE=1 keeps it running
	@$(BIN)/stream-edits demo $(if $(filter-out 0,$(SERVE)),--serve)

test: $(STAMP) tools  ## run all tests, including those on a real Kafka
	$(PYTEST) $(PARALLEL)

test-fast: $(STAMP) tools  ## run the tests that need no broker, in a few minutes
	$(PYTEST) $(PARALLEL) -m "not kafka and not slow"

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

bench-hot: $(STAMP)  ## measure supervisors' days with many slots, and update docs/performance.md
	@$(BIN)/python -m bench.hot

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

broker-up: $(STAMP)  ## start a real Kafka in the background (PORT=9092)
	@$(BIN)/python -m tests.broker $(PORT) --up

broker-down: $(STAMP)  ## stop the Kafka that broker-up started
	@$(BIN)/python -m tests.broker $(PORT) --down

generated: $(STAMP)  ## generate the dashboards and docs/{metrics,edits,settings}.md, asyncapi.yaml
	@$(BIN)/python -m monitoring
	@$(BIN)/python -m stream_edits docs edits
	@$(BIN)/python -m stream_edits docs settings
	@$(BIN)/python -m stream_edits asyncapi --output docs/asyncapi.yaml

pictures: $(STAMP)  ## draw docs/dashboards/*.png from a real run (npm, chromium, pngquant)
	@$(BIN)/python -m tests.monitoring.pictures

tools: $(if $(shell command -v go),$(HELM) $(ACTIONLINT) $(if $(shell command -v promtool),,$(PROMETHEUS)))
tools: $(if $(shell command -v chromium),,.cache/chromium)  ## install what the tests need: Helm, Prometheus, Chromium

helm: $(if $(shell command -v go),$(HELM))  ## build the Helm that the chart's tests use (needs Go; takes minutes, once)

$(HELM): tests/helm/tools/go.sum
$(PROMETHEUS): tests/monitoring/tools/go.sum
$(ACTIONLINT): tests/repository/tools/go.sum
$(HELM) $(PROMETHEUS) $(ACTIONLINT):
	@echo "building the programs of $(<D) into .cache/bin (minutes, once) ..."
	@cd $(<D) && GOBIN="$(CURDIR)/.cache/bin" go install -ldflags="-s -w" tool
	@touch $@

# Debian's package for root on Debian, else the browser that Playwright downloads.
.cache/chromium: $(STAMP)
	@echo "installing Chromium, which opens the HTML pages in the tests ..."
	@if [ "$$(id -u)" = 0 ] && [ -e /etc/debian_version ] && bash .ci/tools; then :; \
	else $(BIN)/playwright install --only-shell chromium; fi
	@mkdir -p $(@D) && touch $@

chart: $(STAMP) $(HELM)  ## generate the chart's schema and README from settings and values
	@$(BIN)/python -m tests.helm.generate

cluster-test: $(STAMP) $(HELM)  ## install the chart on a real control plane, and update docs/cluster.md (Go)
	@$(BIN)/python -m tests.cluster $(if $(ONLY),-k "$(ONLY)")

image:  ## build the container image with Docker or Podman (ENGINE=…, BASE=…)
	$(ENGINE) build $(if $(BASE),--build-arg BASE=$(BASE)) --build-arg VERSION=$(VERSION) \
	    --build-arg REVISION=$$(git rev-parse HEAD) --tag stream-edits:$(VERSION) .

image-test: $(STAMP) $(HELM)  ## build and run the image with Podman as the chart would (root, Debian)
	@$(BIN)/python -m tests.image

broker-image-test: $(STAMP)  ## run tests through the Docker path of the test broker, on Podman (root, Debian)
	@$(BIN)/python -m tests.image.broker

compose-test: $(STAMP)  ## start compose.yaml on images built here, with Podman (root, Debian)
	@test -x .cache/compose/bin/podman-compose || { "$(PYTHON)" -m venv .cache/compose; \
	    .cache/compose/bin/pip install --quiet --disable-pip-version-check podman-compose==1.6.0; }
	@$(BIN)/python -m tests.image.compose

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

sbom: $(STAMP)  ## write what the image's packages are, as CycloneDX, to the folder build
	@test -x .cache/sbom/bin/cyclonedx-py || { "$(PYTHON)" -m venv .cache/sbom; \
	    .cache/sbom/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0; }
	@mkdir -p $(dir $(SBOM))
	@PYTHONWARNINGS=ignore .cache/sbom/bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application \
	    --output-reproducible --output-format JSON --output-file $(SBOM) requirements/run.txt
	@echo "$(SBOM) lists $$(grep -c '"bom-ref"' $(SBOM)) components"

clean:  ## remove build output, the virtual environment and the caches
	rm -rf .venv build dist .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
