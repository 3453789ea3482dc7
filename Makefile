# make help says what there is. Works as root and, where the packages are there already, as anyone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Program:package, for what the machine must have.
FOR_DEMO := ip:iproute2 ps:procps nginx:nginx-light curl:curl nft:nftables unshare:util-linux
FOR_TEST := $(FOR_DEMO) keepalived:keepalived tcpdump:tcpdump tshark:tshark dumpcap:wireshark-common ipvsadm:ipvsadm \
    conntrack:conntrack socat:socat vtysh:frr linux.uml:user-mode-linux modprobe:kmod systemd-analyze:systemd

# Namespaces need root, of the machine or of a user namespace.
ifneq ($(shell id -u),0)
AS_ROOT := unshare --user --map-root-user --net --mount --pid --mount-proc --fork --kill-child
endif

# Files without I/O: each is covered wholly, branches too, by its own test file alone.
PURE := ipc/codec ipc/record supervisor/restart supervisor/patience supervisor/router supervisor/reload \
    supervisor/changes supervisor/disturbance \
    workers/vrrp/fsm workers/vrrp/timers workers/vrrp/wire/packet workers/vrrp/priority workers/vrrp/wire/garp \
    workers/vrrp/wire/receiver workers/vrrp/kernel/rtnetlink workers/vrrp/kernel/interfaces workers/vrrp/agenda workers/vrrp/translate \
    workers/checker/schedule workers/checker/verdict \
    workers/lvs/table workers/lvs/plan workers/lvs/ruleset workers/lvs/nftjson ctl/tables

# Configurations with keepalived's verdicts, beside this repository where there are any (tests/supervisor/config/recorded.py).
export ALIVED_CORPUS ?= $(wildcard $(CURDIR)/../shared/corpus)

.PHONY: help demo test lint types pytest cores reference bench clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST)

demo: $(VENV)/for-demo  ## watch a virtual address move between two hosts, in about half a minute
	@$(BIN)/python -m examples.demo

test: lint types pytest cores  ## all that must hold

lint: $(VENV)/for-test  ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/for-test  ## mypy, strict
	$(BIN)/mypy -p alived -p examples -p bench
	$(BIN)/mypy --explicit-package-bases tests

pytest: $(VENV)/for-test  ## the tests; make pytest ARGS='-m "not netns and not uml"' for those that need nothing
	$(AS_ROOT) $(BIN)/python -m pytest $(ARGS)

cores: $(VENV)/for-test  ## each pure core by its own tests alone: all branches
	@set -e; for core in $(PURE); do \
	    COVERAGE_FILE=$(VENV)/coverage $(BIN)/coverage run --branch --include=$$core.py -m pytest -q -p no:cacheprovider \
	        "tests/$$(dirname $$core)/test_$$(basename $$core).py" >$(VENV)/cores.log || { cat $(VENV)/cores.log; exit 1; }; \
	    COVERAGE_FILE=$(VENV)/coverage $(BIN)/coverage report --show-missing --fail-under=100 >$(VENV)/cores.log || { cat $(VENV)/cores.log; exit 1; }; \
	done; echo "$(words $(PURE)) pure cores, every branch"

reference: $(VENV)/for-demo  ## the manual's page of keywords, from the grammar
	$(BIN)/python -m alived.supervisor.config.reference > docs/reference.md

bench: $(VENV)/for-test  ## measure alived beside keepalived
	@$(BIN)/python -m bench

clean:  ## remove what make made
	rm -rf $(VENV) build dist *.egg-info .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@PYTHON=$(PYTHON) .ci/packages $(FOR_DEMO)
	$(PYTHON) -m venv $(VENV)

$(VENV)/for-demo: setup.cfg | $(VENV)/bin/python
	@PYTHON=$(PYTHON) .ci/packages $(FOR_DEMO)
	$(BIN)/pip install -q -e .
	@touch $@

$(VENV)/for-test: setup.cfg | $(VENV)/bin/python
	@PYTHON=$(PYTHON) .ci/packages $(FOR_TEST)
	$(BIN)/pip install -q -e '.[test]'
	@touch $@ $(VENV)/for-demo
