# Everything runs from .venv, made from the one pinned lock. `make demo` first; `make help` lists the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
DEMO := .demo
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

demo: export LINE_OF_SIGHT_KEY_FILE = $(DEMO)/key
demo: install  ## invent three authorities, refresh, close its months, and show a scorecard
	$(BIN)/line-of-sight invent --authorities 3 --months 2024-10..2025-03 --children 300 --out $(DEMO)
	test -f $(DEMO)/key || $(BIN)/line-of-sight key new
	$(BIN)/line-of-sight refresh --raw $(DEMO)/raw --reference $(DEMO)/reference --release $(DEMO)/release
	test -d $(DEMO)/release/current/public || \
		$(BIN)/line-of-sight close 2024-10..2025-03 --by "The demo" --incomplete --reason "an invented world" \
		--raw $(DEMO)/raw --reference $(DEMO)/reference --release $(DEMO)/release
	$(BIN)/line-of-sight scorecard --authority 001 --release $(DEMO)/release
	@echo
	@echo "The release:      $(DEMO)/release/current  (marts.duckdb, parquet/, csv/, manifest.json)"
	@echo "The Dagster page: $(BIN)/line-of-sight ui --key $(DEMO)/key --raw $(DEMO)/raw --reference $(DEMO)/reference --release $(DEMO)/release"

test: install  ## run the tests
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: install  ## lint, types, SQL, and whether the definitions load
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint dbt_project/models
	$(BIN)/dagster definitions validate -w workspace.yaml

bench: install  ## time a refresh beside a bare dbt build, and each front end beside a bare read
	$(BIN)/python -m tests.benchmarks.refresh
	$(BIN)/python -m tests.benchmarks.front_ends

bench-england: install  ## a full build of an invented England and a further month (20 minutes, 25 GB)
	$(BIN)/python -m tests.benchmarks.england

prove-counts: install  ## three seeds, six authorities, 24 months: every figure against a second opinion
	$(BIN)/python -m tests.acceptance.counts

prove-published: install  ## real published figures through the whole path (needs ../shared)
	$(BIN)/python -m tests.acceptance.published

prove-orders: install  ## twenty random orders of arrival of twelve months
	$(BIN)/python -m tests.acceptance.orders

prove-leaks: install  ## 40 canaries in every format, looked for wherever a refresh writes, ends or is killed
	$(BIN)/python -m tests.acceptance.leaks

prove-files: install  ## every kind of hostile and broken file: what becomes of it, how soon, in what memory
	$(BIN)/python -m tests.acceptance.files

prove-breaks: install  ## an exception in every function that opens or lands a file: no other file may change
	$(BIN)/python -m tests.acceptance.breaks

prove-network: install  ## connections that a refresh attempts (needs strace)
	$(BIN)/python -m tests.acceptance.network

prove-kill: install  ## fifty refreshes killed outright, and what readers and the next refresh make of it
	$(BIN)/python -m tests.acceptance.kill

prove-faults: install  ## full, read-only and failing disks, too little memory, signals, refreshes at once
	$(BIN)/python -m tests.acceptance.faults

prove-arrivals: install  ## returns late, twice, half written, of another authority: each case and how it ends
	$(BIN)/python -m tests.acceptance.arrivals

prove-coverage: install  ## what of the specification is live (needs ../shared)
	$(BIN)/python -m tests.acceptance.coverage

prove-reports: install  ## every quantity of five council reports, entered and read back (needs ../shared)
	$(BIN)/python -m tests.acceptance.reports

bench-scorecard: install  ## the comparisons of an England made by SQL, and every council's scorecard on the clock
	$(BIN)/python -m tests.benchmarks.scorecard

bench-reports: install  ## one council's report on the clock, and the pages of 153
	$(BIN)/python -m tests.benchmarks.reports

prove-benchmarks: install  ## what is published, and rates and neighbours beside LAIT's (needs ../shared)
	$(BIN)/python -m tests.acceptance.benchmarks

handbook: install  ## build the handbook and dbt's documentation into site/, with no network
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	$(BIN)/dbt docs generate --quiet --static --empty-catalog --project-dir dbt_project --profiles-dir dbt_project \
		--target lint --target-path $(CURDIR)/site/dbt --log-level-file none
	mv site/dbt/static_index.html site/dbt.html && rm -r site/dbt
	@echo "The handbook: site/index.html, and with search: $(BIN)/python -m http.server -b 127.0.0.1 -d site"

prove-page: install  ## the Dagster page in a real browser, a release withheld, mended and published (needs Chromium)
	$(BIN)/python -m tests.acceptance.withheld_release

prove-bi: install .superset/installed  ## a release in every client, PostgreSQL and Superset, against the marts (needs PostgreSQL)
	$(BIN)/python -m tests.acceptance.bi

prove-handbook: handbook  ## axe and the network on every page of the handbook (needs Chromium)
	$(BIN)/python -m tests.acceptance.handbook site

.superset/installed: tests/acceptance/superset.txt
	$(PYTHON) -m venv .superset
	.superset/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

prove-formats: install  ## one invented authority as SSD, and as Annex A, CIN census and SSDA903
	$(BIN)/python -m tests.acceptance.formats

prove-samples: install  ## returns that others wrote, refreshed: every figure that each can support (needs ../shared)
	$(BIN)/python -m tests.acceptance.samples

prove-extract: install  ## an invented council out of a real PostgreSQL, against its files; memory [ROWS=200000]
	$(BIN)/python -m tests.acceptance.extract

prove-report: install  ## every number of the report, in each format, against the marts
	$(BIN)/python -m tests.acceptance.report

prove-axe: install  ## each page of the reports and work lists in a browser, checked by axe (needs Chromium and npm)
	$(BIN)/python -m tests.acceptance.axe

prove-rules: install  ## every quality rule on a record planted for it, and on clean returns
	$(BIN)/python -m tests.acceptance.rules

prove-disclosure: install  ## an attacker against the public packs of twenty invented worlds
	$(BIN)/python -m tests.acceptance.disclosure

prove-disclosure-mutants: install  ## protection broken by one line at a time, and whether its tests see it
	$(BIN)/python -m tests.acceptance.disclosure_mutants

prove-ees: install  ## files for explore education statistics against the screening rules (needs ../shared)
	$(BIN)/python -m tests.acceptance.ees

prove-gate: install  ## thirteen one-line mutants of the gate, each killed by the tests (ten minutes)
	$(BIN)/python -m tests.acceptance.gate_mutants

acceptance: install  ## slow proofs with a floor: SUITE=field, hand, samples (these need ../shared), months, mixtures, payload, restore, page (needs Chromium)
	$(BIN)/python -m tests.acceptance.$(SUITE)

lineage: install  ## read off the SQL which fields each indicator rests on, into its seed; and each return's suite
	$(BIN)/python -m tests.support.fields_read
	$(BIN)/python -m expectations.contracts

lock:  ## resolve requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile --quiet --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml -o requirements.lock

clean:  ## remove what the targets above made
	rm -rf .venv .superset site $(DEMO) dbt_project/target
