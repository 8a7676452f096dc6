# make demo and make test are all that a newcomer needs.
UV := scripts/uv
RUN := $(UV) run --frozen
# Tests start many processes: each would compile all it imports, five seconds of it.
export PYTHONDONTWRITEBYTECODE :=

# Runs that go on side by side. What needs nothing served lets the others go first: they begin
# when the paper is built, and journeys wait for leases to end.
JOURNEYS := tests/journeys
DEVICES := $(patsubst %,$(JOURNEYS)/test_%.py,one_reader_many_devices nine_sentences meter)
COMMANDS := tests/cli
LEAKS := tests/leaks
INSIDE := nice -n 3 $(RUN) pytest
PAYING := tests/billing tests/stripe_stand_in
SEATS := tests/subscriptions tests/seats tests/histories tests/importing
NEWSROOM := tests/newsroom tests/syndication tests/recommendations
# Papers on several hosts, behind proxies, moved, backed up, broken on purpose: minutes each.
MANY := tests/hosts tests/telemetry tests/postgres tests/cli/test_check.py tests/web/test_shared_caches.py \
    tests/deploy/test_nginx.py tests/benchmarks/test_streams.py \
    tests/histories/test_faults.py tests/histories/test_planted_loss.py

.PHONY: demo test built journeys devices visits commands leaks inside paying seats newsroom others many postgres check bench budgets axe screenshots nightly setup messages

demo: setup ## build and serve the demonstration paper
	$(RUN) broadsheet demo $(ARGS)

test: setup ## everything that must hold
	scripts/test-tools
	$(MAKE) --jobs=9 journeys commands leaks check inside

built: ## the demonstration paper that the next three begin with
	$(RUN) python -m tests.live

journeys: devices visits ## what people do in their browsers

devices: built
	$(RUN) pytest $(DEVICES)

visits: built
	$(RUN) pytest $(JOURNEYS) $(addprefix --ignore=,$(DEVICES))

commands: built ## tests of the command
	$(RUN) pytest $(COMMANDS) $(addprefix --ignore=,$(MANY))

leaks: built ## what may not be read, asked for at every door of a paper that is being served
	$(RUN) pytest $(LEAKS)

inside: paying seats newsroom others ## all tests that need nothing served

paying:
	$(INSIDE) $(PAYING)

seats:
	$(INSIDE) $(SEATS) $(addprefix --ignore=,$(MANY))

newsroom:
	$(INSIDE) $(NEWSROOM)

others:
	$(INSIDE) $(addprefix --ignore=,$(JOURNEYS) $(COMMANDS) $(LEAKS) $(PAYING) $(SEATS) $(NEWSROOM) $(MANY))

many: setup ## papers on many hosts, and what happens around them
	$(RUN) pytest $(MANY)

postgres: setup ## all tests of the inside, on PostgreSQL
	BROADSHEET_TEST_DATABASE=postgres $(MAKE) inside

check: setup ## style, types, layers, translations, migrations
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) python scripts/with_settings.py mypy
	$(RUN) lint-imports
	$(RUN) python scripts/with_settings.py django-admin makemigrations --check --dry-run
	$(RUN) python scripts/translations.py

bench: setup ## the gate's figures, as ratios to references of the same run
	$(RUN) python benchmarks/gate.py
	$(RUN) python benchmarks/cost.py

budgets: setup ## what pages weigh, when they are there, whether they move
	$(RUN) python benchmarks/budgets.py $(ARGS)

axe: setup ## every kind of page, in both languages, in light and dark
	$(RUN) python benchmarks/barriers.py $(ARGS)

screenshots: setup ## every kind of page, as it looks: make screenshots TO=folder
	$(RUN) python scripts/screenshots.py $(TO) $(ARGS)

nightly: setup ## the long proofs
	BROADSHEET_OPERATIONS=1000000 $(RUN) pytest tests/seats tests/histories
	$(MAKE) many
	$(MAKE) postgres

messages: setup ## collect strings into the catalogues and compile them
	$(RUN) python scripts/translations.py --write

setup:
	@$(UV) sync --frozen --quiet --all-extras
