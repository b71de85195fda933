# cloudctl: every target does its own set-up. `make demo` needs neither root nor apt; `make lab` says what it installs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA := .cloudctl
PYTEST := $(BIN)/python -m pytest
# A file's tests stay in one process: they share a city or a database.
SIDE_BY_SIDE := -n $(shell nproc) --dist loadfile --no-loadscope-reorder
# What real hosts of the lab are made with.
HOSTS := systemd-container mmdebstrap apt-utils nftables
# And VMs.
VMS := libvirt-daemon libvirt-daemon-driver-qemu libvirt-dev qemu-system-x86 genisoimage pkg-config gcc python3-dev
# Tests start programs by the hundred: what was compiled is kept, also where the machine would rather not.
unexport PYTHONDONTWRITEBYTECODE
export CLOUDCTL_DATA_DIR ?= $(DATA)/demo

.PHONY: help venv demo serve lint test test-fast test-postgres test-lab coverage acceptance bench lab bundle docs clean

help:  ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

venv: $(VENV)/.ready  ## All tools into .venv, pinned by constraints.txt

$(VENV)/.ready: pyproject.toml constraints.txt build_catalogues.py $(wildcard cloudctl/messages/locale/*/LC_MESSAGES/*.po)
	@PYTHON=$(PYTHON) bash .ci/install_venv $(VENV)
	@touch $@

demo: venv  ## A generated city, and one order from the first call to running servers (simulated cloud)
	@rm -rf $(DATA)/demo
	@$(BIN)/cloudctl demo

serve: venv  ## Keeps the demo's city up on http://127.0.0.1:8420
	@$(BIN)/cloudctl serve

# Looked at again only when something of it changed: it takes a minute of a processor.
PLAYED := $(shell find playbooks inventory/group_vars cloudctl/hosting/blueprints -type f -not -name '*.pyc' 2>/dev/null)
$(VENV)/.playbooks-linted: $(VENV)/.ready .ansible-lint ansible.cfg $(PLAYED)
	$(BIN)/ansible-lint --offline -q playbooks inventory/group_vars cloudctl/hosting/blueprints
	@touch $@

lint: venv $(VENV)/.playbooks-linted  ## Style, types, layers, playbooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint test-fast test-postgres test-lab  ## The gate: fast part first, then both databases, then the real OpenStack

test-fast: venv
	@bash .ci/require_packages postgresql openssh-server bind9 pebble
	$(PYTEST) $(SIDE_BY_SIDE) tests/docs tests/inventory tests/unit tests/contract

test-postgres: venv
	@bash .ci/require_packages postgresql
	$(PYTEST) $(SIDE_BY_SIDE) tests/persistence tests/crash

test-lab: venv
	@bash .ci/require_packages golang-go golang-github-vmware-govmomi-dev prometheus $(HOSTS)
	$(BIN)/python -m tests.lab openstack up
	$(PYTEST) tests/lab
	$(PYTEST) -n 2 --dist loadgroup tests/contract --provider openstack --provider vsphere
	$(PYTEST) $(SIDE_BY_SIDE) tests/e2e

coverage: venv  ## Which lines the fast part reaches
	$(PYTEST) $(SIDE_BY_SIDE) tests/unit tests/docs --cov --cov-report=term:skip-covered

acceptance: venv  ## Every fault, the whole crash matrix, the fleet: what the gate has no time for
	@bash .ci/require_packages postgresql golang-go golang-github-vmware-govmomi-dev prometheus $(HOSTS) $(VMS)
	$(BIN)/python -m tests.lab openstack up
	$(BIN)/python -m tests.acceptance

bench: venv  ## Ratios against named peers, in one run, into docs/performance.md
	@bash .ci/require_packages postgresql golang-go golang-github-vmware-govmomi-dev prometheus $(HOSTS)
	$(BIN)/python -m tests.lab openstack up
	$(BIN)/python -m tests.bench

lab: venv  ## A real OpenStack with real hosts, a simulated vCenter and a Prometheus on this machine, kept up; prints how to reach them
	@bash .ci/require_packages golang-go golang-github-vmware-govmomi-dev prometheus $(HOSTS)
	$(BIN)/python -m tests.lab openstack up
	$(BIN)/python -m tests.lab vcenter up
	$(BIN)/python -m tests.lab prometheus up
	$(BIN)/python -m tests.lab openstack hosts
	$(BIN)/python -m tests.lab hosts up --count 2
	$(BIN)/python -m tests.lab openstack env
	$(BIN)/python -m tests.lab vcenter env
	$(BIN)/python -m tests.lab prometheus env

bundle: venv  ## An offline installation: wheels, playbooks, checksums
	$(BIN)/python .ci/make_bundle.py

docs: venv  ## The generated reference pages
	$(BIN)/python -m tests.docs.reference

clean:  ## Removes what the targets made, except downloads
	rm -rf $(VENV) $(DATA) build dist
