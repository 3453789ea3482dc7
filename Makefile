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
PURE := ipc/codec ipc/record ipc/renaming supervisor/changes supervisor/departed supervisor/disturbance \
    supervisor/disturbance_vrrp supervisor/dumpfiles supervisor/effects supervisor/names supervisor/patience \
    supervisor/reload supervisor/restart supervisor/router supervisor/scheduling supervisor/config/telling \
    workers/vrrp/agenda workers/vrrp/allowance workers/vrrp/fsm workers/vrrp/heritage workers/vrrp/link_delay \
    workers/vrrp/priority workers/vrrp/pulse workers/vrrp/retry workers/vrrp/rivals workers/vrrp/stats \
    workers/vrrp/sync_group workers/vrrp/timers workers/vrrp/tracked workers/vrrp/translate workers/vrrp/watch \
    workers/vrrp/kernel/concerns workers/vrrp/kernel/encap workers/vrrp/kernel/filter_listing \
    workers/vrrp/kernel/filter_rules workers/vrrp/kernel/held workers/vrrp/kernel/interfaces \
    workers/vrrp/kernel/link_alias workers/vrrp/kernel/link_plan workers/vrrp/kernel/linkmessage \
    workers/vrrp/kernel/nlmessage workers/vrrp/kernel/routes workers/vrrp/kernel/rtnetlink workers/vrrp/kernel/rules \
    workers/vrrp/transport/buffers workers/vrrp/transport/headers workers/vrrp/transport/pace \
    workers/vrrp/transport/place workers/vrrp/transport/window workers/vrrp/wire/advert workers/vrrp/wire/ah \
    workers/vrrp/wire/checksum workers/vrrp/wire/datagram workers/vrrp/wire/dialect workers/vrrp/wire/garp \
    workers/vrrp/wire/inspection workers/vrrp/wire/judge workers/vrrp/wire/neighbour workers/vrrp/wire/reception \
    workers/vrrp/wire/record workers/vrrp/wire/rejection workers/vrrp/wire/trailer workers/vrrp/wire/writer \
    workers/checker/ledger workers/checker/mail_text workers/checker/notify_plan workers/checker/schedule \
    workers/checker/verdict workers/checker/watch/events workers/checker/watch/matching workers/checker/watch/number \
    workers/checker/watch/paths workers/checker/watch/quorum workers/lvs/nftjson workers/lvs/plan \
    workers/lvs/ruleset workers/lvs/table ctl/adverts ctl/tables ctl/why

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
