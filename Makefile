# `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Hundreds of processes start in the tests; where Python may write no bytecode, each would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "cpe_diag needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked packages into $(VENV) ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q cpe_diag drivers playbooks
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "installing the locked development packages into $(VENV) ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed requirements-bench.lock
	@$(PIP) install --quiet --require-hashes --requirement requirements-bench.lock
	@touch $@

.PHONY: demo
demo: $(VENV)/.installed ## three subscribers, three faults, three verdicts, on a simulated network
	@$(BIN)/cpe-diag demo

# Most of the time the tests wait for what their real servers and timers do, not for a core.
TEST_WORKERS ?= $(shell $(PYTHON) -c 'import os; print(3 * (os.cpu_count() or 1))')

.PHONY: test
test: $(VENV)/.installed-dev ## the whole test suite, as CI runs it
	@$(BIN)/python -m compileall -q cpe_diag drivers playbooks
	@$(BIN)/python -m pytest --numprocesses $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder

# pytest compiles the tests in a way of its own; at the start of `make test` each of its processes would do so.
.PHONY: compiled-tests
compiled-tests: $(VENV)/.installed-dev ## compile the tests, so that their processes on a clean checkout need not
	@$(BIN)/python -m compileall -q cpe_diag drivers playbooks
	@$(BIN)/python -m pytest --collect-only -qq -n0 > /dev/null 2>&1 || true  # `make test` tells what is wrong

.PHONY: test-all
test-all: ## the test suite on Python 3.11 and 3.13, each in a virtual environment of its own
	@$(MAKE) --no-print-directory VENV=.venv-3.11 PYTHON=$(or $(PYTHON311),python3.11) test
	@$(MAKE) --no-print-directory VENV=.venv-3.13 PYTHON=$(or $(PYTHON313),python3.13) test

.PHONY: check
check: $(VENV)/.installed-dev ## ruff, mypy strict, import contracts
	@$(BIN)/ruff format --check --quiet . || { echo "not formatted: run make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

.PHONY: format
format: $(VENV)/.installed-dev ## let ruff format the code
	@$(BIN)/ruff format .

.PHONY: goldens
goldens: $(VENV)/.installed-dev ## write the golden outputs anew; read the diff before you commit it
	@CPE_DIAG_GOLDENS=write $(BIN)/python -m pytest -q tests/unit/report
	@git --no-pager diff --stat -- tests

.PHONY: bench
bench: $(VENV)/.installed ## figures of speed against the lab, printed and written to bench-results/
	@$(BIN)/python tests/bench/bench.py

.PHONY: bench-access
bench-access: $(VENV)/.installed ## requests, bytes and time of a check on each technology, beside net-snmp (Debian package snmp) where it is there
	@$(BIN)/python tests/bench/access.py

.PHONY: bench-judge
bench-judge: $(VENV)/.installed ## milliseconds of a judgement, with the shipped tables and with 100 causes and 200 findings
	@$(BIN)/python tests/bench/judge.py

.PHONY: bench-sweep
bench-sweep: $(VENV)/.installed ## a sweep of 20 nodes with 1,000 ports beside net-snmp (Debian package snmp) on the same work
	@$(BIN)/python tests/bench/sweep.py

.PHONY: bench-webhooks
bench-webhooks: $(VENV)/.installed ## how long a desk waits for the answer to its webhook, beside a bare Starlette route
	@$(BIN)/python tests/bench/webhooks.py

.PHONY: bench-pages
bench-pages: $(VENV)/.installed-dev ## how soon a case is seen with 100,000 in the store, and whether 200 consoles see every event in order (Chromium where it is there)
	@$(BIN)/python tests/bench/pages.py

# LOAD="--runs 300 --rounds 1" for a look; tests/bench/queues.py --help tells all.
.PHONY: bench-queue
bench-queue: ## workers on PostgreSQL beside Celery with Redis, the same runs in turn (Debian packages postgresql and redis-server; at most a quarter of an hour)
	@$(MAKE) --no-print-directory VENV=.venv-bench .venv-bench/.installed-bench
	@.venv-bench/bin/python tests/bench/queues.py $(LOAD)

# FAULTS="--lab home --half unseen9 --copies 2 ..."; tests/bench/verdicts.py --help tells all.
.PHONY: bench-verdicts
bench-verdicts: $(VENV)/.installed-dev ## how often verdicts are right: every fault of the labs in random order, confusion matrix, calibration (Linux, root, Debian packages; an hour)
	@$(BIN)/python tests/bench/verdicts.py $(FAULTS)

# DIR=... a folder of results of `make bench-verdicts FAULTS="--half tuning"`, or several.
.PHONY: calibrate
calibrate: $(VENV)/.installed-dev ## confidences learned anew from labelled runs of the tuning half (DIR=bench-results/verdicts)
	@$(BIN)/cpe-diag judge learn $(or $(DIR),bench-results/verdicts) --out cpe_diag/judge/calibration.json

.PHONY: lab-ssh
lab-ssh: $(VENV)/.installed-dev ## SSH tests against real dropbear and OpenSSH servers (needs the Debian packages dropbear-bin and openssh-server)
	@$(BIN)/python -m pytest -q -m real_sshd tests/unit/transports

.PHONY: lab-wifi
lab-wifi: $(VENV)/.installed-dev ## changes proven on a virtual router with real hostapd, stations and dropbear (Debian on amd64, minutes)
	@CPE_DIAG_LAB_WIFI=1 $(BIN)/python -m pytest -q -s -n0 --durations=0 tests/lab_wifi/stories

# EXAMPLES=100 for a longer look.
.PHONY: lab-http
lab-http: $(VENV)/.installed-dev ## schemathesis tries every operation of the HTTP interface (minutes)
	@CPE_DIAG_LAB_HTTP=1 $(BIN)/python -m pytest -q -s -n0 --timeout 14400 tests/e2e/test_http_tried.py

.PHONY: lab-home
lab-home: $(VENV)/.installed-dev ## a home and its operator of real parts in network namespaces, with real faults (Linux, root, Debian packages; minutes)
	@CPE_DIAG_LAB_HOME=1 $(BIN)/python -m pytest -q -s -n0 --durations=0 tests/lab_home

.PHONY: lab-field
lab-field: $(VENV)/.installed-dev ## a laptop on a wire with real servers in network namespaces, with real faults (Linux, root, Debian packages; minutes)
	@CPE_DIAG_LAB_FIELD=1 $(BIN)/python -m pytest -q -n2 --dist loadfile --durations=15 tests/lab_field/wires

# The desk has a virtual environment of its own: Django is no dependency of ours.
.venv-desk/.installed:
	@$(PYTHON) -m venv .venv-desk
	@.venv-desk/bin/python -m pip --disable-pip-version-check install --quiet 'django-helpdesk==2.6.1' 'Django>=5.2,<5.3'
	@touch $@

.PHONY: lab-desk
lab-desk: $(VENV)/.installed-dev .venv-desk/.installed ## a ticket of a real desk (django-helpdesk) comes back with its verdict, against the lab (minutes)
	@CPE_DIAG_LAB_DESK=$(abspath .venv-desk/bin/python) $(BIN)/python -m pytest -q -s -n0 tests/e2e/test_real_desk.py

# EVERY=5 takes each fifth point. The limit of a test, a quarter of an hour, is for one of minutes.
.PHONY: lab-runs
lab-runs: $(VENV)/.installed-dev ## runs and workers killed and frozen at every point of a run's journals, databases away for a minute, full disks, clocks that jump, on SQLite and PostgreSQL; what they change is counted at the router (hours)
	@CPE_DIAG_LAB_RUNS=$(or $(EVERY),1) $(BIN)/python -m pytest -q -s -n0 -v --timeout 14400 tests/e2e/test_port_kills.py tests/e2e/test_run_kills.py tests/e2e/test_worker_kills.py tests/e2e/test_acting_kills.py tests/e2e/test_worker_storms.py

.PHONY: lock
lock: ## resolve the dependencies anew into the lock files, with hashes
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv; }
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --upgrade --group build pyproject.toml --output-file requirements.lock
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --upgrade --group build --group dev --extra field --extra otel --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --upgrade --group pyproject.toml:bench --constraint requirements.lock --output-file requirements-bench.lock

.PHONY: clean
clean: ## remove what make has made
	@rm -rf .venv .venv-3.11 .venv-3.13 .venv-bench .venv-desk .venv-lock bench-results build *.egg-info
