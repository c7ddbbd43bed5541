# Everything runs from .venv, made from the one pinned lock. `make demo` first; `make help` lists the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
DEMO := .demo
LOS := $(CURDIR)/.venv/bin/line-of-sight
export PYTHONDONTWRITEBYTECODE = 1
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
export GX_ANALYTICS_ENABLED = false

.PHONY: $(shell sed -nE 's/^([a-z-]+):.*## .*/\1/p' $(MAKEFILE_LIST))
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -hE '^[a-z_-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: .venv/installed  ## make .venv from requirements.lock, every package checked by its hash

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

demo: install  ## invent three councils, refresh, close their months, and show a scorecard, a report and a dashboard
	$(BIN)/line-of-sight generate --authorities 3 --months 2024-10..2025-04 --children 300 --demonstration --out $(DEMO)
	cd $(DEMO) && { test -f line-of-sight.yml || $(LOS) init --yes --key key; }
	cd $(DEMO) && { $(LOS) refresh || test $$? -eq 4; }  # one council's figures are held: that is shown, too
	cd $(DEMO) && { test -d release/current/public || $(LOS) close 2024-10..2025-03 --by "The demo" --incomplete \
		--reason "an invented world" || test $$? -eq 4; }
	cd $(DEMO) && $(LOS) report --authority 001 && $(LOS) dashboard --authority 001 && $(LOS) scorecard --authority 001
	@echo
	@echo "The release: $(DEMO)/release/current (marts.duckdb, parquet/, csv/, manifest.json). The report and the dashboard"
	@echo "are the files named above the scorecard; authority 003 has figures held, with the reason: $(LOS) status"
	@echo "The next month's returns lie in $(DEMO)/next. To try a month on them, from $(DEMO):"
	@echo "  cp -r next/2025-04 raw/ && $(LOS) refresh"
	@echo "  $(LOS) report --authority 001; $(LOS) ui"

test: install  ## run the tests
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: install  ## lint, types, SQL, and whether the definitions load
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models
	$(BIN)/dagster definitions validate -w workspace.yaml

bench: install  ## time a refresh beside a bare dbt build, and each front end; SUITE=england, reports or scorecard
	$(BIN)/python -m tests.benchmarks $(SUITE)

acceptance: install  ## slow proofs, each with a floor: lists them; SUITE=name runs one (some need ../shared, or Chromium)
ifeq ($(SUITE),)
	$(BIN)/python -m tests.acceptance
else
	$(BIN)/python -m pytest -m acceptance "tests/acceptance/test_suites.py::test_a_suite_reaches_its_floor[$(SUITE)]"
endif

handbook: install  ## build the handbook and dbt's documentation into site/, with no network
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	$(BIN)/dbt docs generate --quiet --static --empty-catalog --project-dir dbt_project --profiles-dir dbt_project \
		--target lint --target-path $(CURDIR)/site/dbt --log-level-file none
	mv site/dbt/static_index.html site/dbt.html && rm -r site/dbt
	@echo "The handbook: site/index.html, and with search: $(BIN)/python -m http.server -b 127.0.0.1 -d site"

.metricflow/installed: tests/acceptance/metricflow.txt
	$(PYTHON) -m venv .metricflow
	.metricflow/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

.superset/installed: tests/acceptance/superset.txt
	$(PYTHON) -m venv .superset
	.superset/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

lineage: install  ## make what follows from SQL, contracts and settings: fields of each indicator, sources, suites, keys
	$(BIN)/python -m tests.support.fields_read
	$(BIN)/python -m tests.support.semantic_metrics
	$(BIN)/python -m tests.support.sources_declared
	$(BIN)/python -m expectations.contracts
	$(BIN)/python -m tests.support.settings_page

lock:  ## resolve requirements.lock and requirements-spark.lock anew from pyproject.toml (needs uv)
	uv pip compile --quiet --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml -o requirements.lock
	uv pip compile --quiet --python-version 3.11 --extra spark --constraint requirements.lock --generate-hashes \
		--no-emit-index-url --no-header pyproject.toml -o requirements-spark.lock

clean:  ## remove what the targets above made
	rm -rf .venv .superset site $(DEMO) dbt_project/target
