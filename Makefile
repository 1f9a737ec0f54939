# Two commands: `make run` and `make test`. Every target first installs what it needs (tools/provide.py).
# Anything that needs a loop is a program below tools/ with a test of its own.

SHELL := /bin/bash
.DEFAULT_GOAL := help
# SwiftPM locks its build folder: two targets at once would only wait for each other.
.NOTPARALLEL:

LISTEN ?= 127.0.0.1:8080
SECONDS ?= 60
SEEDS ?= 10000
SEED ?= 1
PYTHON := .venv/bin/python
PROVIDE := @tools/bootstrap && python3 tools/provide.py
BUILD := swift build --explicit-target-dependency-import-check error
FOYER := .build/release/foyer
# A build of its own: it is linked differently, and carries its pages.
RELEASE := .build-release

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

.PHONY: run
run: build ## build Foyer and serve it with demo data on LISTEN=127.0.0.1:8080
	@exec $(FOYER) serve --demo --listen $(LISTEN) --web .build/web --data data

.PHONY: cluster
cluster: build ## three nodes behind a load balancer on LISTEN=127.0.0.1:8080, with Redis, PostgreSQL and demo data
	$(PROVIDE) peers
	@exec python3 tools/cluster.py --listen $(LISTEN) --directory cluster

.PHONY: check
check: ## the quick loop: lint, debug build, unit tests, tidy
	$(PROVIDE) build python web faults peers
	@$(PYTHON) tools/stages.py check

.PHONY: test
test: ## everything that must pass before a change goes in
	$(PROVIDE) build python web clients faults files peers
	@$(PYTHON) tools/stages.py test

.PHONY: build
build: ## build the release binary, and pack its pages
	$(PROVIDE) build
	@$(BUILD) -c release --product foyer
	@python3 tools/pack.py web .build/web

.PHONY: release
release: ## make one binary that carries its pages, and a Debian package, in .build/package
	$(PROVIDE) build package
	@mkdir -p .build && python3 tools/pack.py web .build/web && python3 tools/archive.py .build/web .build/pages.bin
	@FOYER_PAGES=$(abspath .build/pages.bin) $(BUILD) -c release --static-swift-stdlib --scratch-path $(RELEASE) \
		--product foyer
	@rm -rf .build/package && mkdir .build/package
	@strip -o .build/package/foyer $(RELEASE)/release/foyer
	@python3 tools/package.py .build/package/foyer .build/package

.PHONY: package-test
package-test: ## install what `make release` has made, as root: start it, ask it, stop it, remove it, purge it
	$(PROVIDE) build python package
	@$(PYTHON) -m pytest -c pyproject.toml Tests/Package

.PHONY: bench
bench: build ## measure the server, and a peer if there is one; more in ARGS="--only echo", see bench/README.md
	$(PROVIDE) python bench
	@FOYER_BIN=$(abspath $(FOYER)) $(PYTHON) bench/run.py $(ARGS)

.PHONY: bench-engine
bench-engine: build ## durable messages a second beside a bare SQLite insert; more in ARGS="--data DIR --rounds 5"
	@$(FOYER) bench engine $(ARGS)

.PHONY: load
load: ## load a server and check it: ARGS="rush --demo DIR/demo.json --rate 200 --history run.jsonl", ARGS="check run.jsonl"
	$(PROVIDE) build
	@$(BUILD) -c release --product foyer-load
	@.build/release/foyer-load $(ARGS)

.PHONY: faults
faults: ## break Redis, PostgreSQL and nodes under load, at length, and print what was found; one: ARGS="paused"
	$(PROVIDE) build python faults peers
	@$(BUILD) -c release --product foyer
	@$(BUILD) -c release --product foyer-load
	@$(PYTHON) tools/faults.py $(ARGS)

.PHONY: storm
storm: ## lose 10,000 sockets at once: plain, with TLS, by a node's death; ARGS="--sockets 2000 --only plain"
	$(PROVIDE) build python clients peers
	@$(BUILD) -c release --product foyer
	@$(BUILD) -c release --product foyer-load
	@$(PYTHON) tools/storm.py $(ARGS)

.PHONY: machine
machine: build ## draw docs/case-machine.md anew, from the code
	@$(FOYER) machine --format document > docs/case-machine.md

.PHONY: simulate
simulate: build ## run SEEDS=10000 simulated houses, from SEED=1
	@$(FOYER) simulate --seeds $(SEEDS) --seed $(SEED) --verbose

.PHONY: mutants
mutants: ## plant one bug after the other, and have the simulation find each
	$(PROVIDE) build
	@FOYER_MUTANTS=1 $(BUILD) --scratch-path .build-mutants --product foyer
	@.build-mutants/debug/foyer simulate --mutants

.PHONY: fuzz
fuzz: ## fuzz every target for SECONDS=60
	$(PROVIDE) build python
	@$(PYTHON) tools/fuzz.py --seconds $(SECONDS)

.PHONY: conformance
conformance: ## every conformance case at full size, also those that CI leaves out
	$(PROVIDE) build python clients
	@$(BUILD) -c release
	@FOYER_BIN=$(abspath $(FOYER)) FOYER_CONFORMANCE=full $(PYTHON) -m pytest -c pyproject.toml Tests/Conformance

.PHONY: format
format: ## rewrite the sources in the project's form
	$(PROVIDE) python
	@$(PYTHON) tools/lint.py --fix

.PHONY: lint
lint: ## complain about form
	$(PROVIDE) python
	@$(PYTHON) tools/lint.py

.PHONY: requirements
requirements: ## each requirement, the tests that name it, and how they went in the last `make test`
	$(PROVIDE) python
	@$(PYTHON) tools/requirements.py

.PHONY: screenshots
screenshots: ## photograph every screen of a real house for docs/screenshots
	$(PROVIDE) build python clients
	@$(BUILD) --product foyer
	@FOYER_DEBUG_BIN=$(abspath .build/debug/foyer) $(PYTHON) tools/screenshots.py

.PHONY: clean
clean: ## remove everything that can be made again
	@rm -rf .build .build-* .venv results
