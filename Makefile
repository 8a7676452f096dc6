# make demo and make test are all that a newcomer needs.
UV := scripts/uv
RUN := $(UV) run --frozen
# Tests start many processes: each would compile all it imports, five seconds of it.
export PYTHONDONTWRITEBYTECODE :=

SERVED := tests/cli tests/leaks
JOURNEYS := tests/journeys
# As long as all the others that need nothing served.
PAYING := tests/billing tests/stripe_stand_in tests/subscriptions tests/seats tests/histories tests/importing
# Papers on several hosts, behind proxies, moved, backed up, broken on purpose: minutes each.
MANY := tests/hosts tests/telemetry tests/postgres tests/cli/test_check.py tests/web/test_shared_caches.py \
    tests/deploy/test_nginx.py tests/benchmarks/test_streams.py \
    tests/histories/test_faults.py tests/histories/test_planted_loss.py

.PHONY: demo test built journeys served inside paying publishing many postgres check bench budgets axe screenshots nightly setup messages

demo: setup ## build and serve the demonstration paper
	$(RUN) broadsheet demo $(ARGS)

test: setup ## everything that must hold
	scripts/test-tools
	$(MAKE) --jobs=2 check built
	$(MAKE) --jobs=4 journeys served paying publishing

built: ## the demonstration paper that the next two begin with
	$(RUN) python -m tests.live

journeys: ## what people do in their browsers
	$(RUN) pytest $(JOURNEYS)

served: ## tests of the command, and of a paper that is being served, by clients
	$(RUN) pytest $(SERVED) $(addprefix --ignore=,$(MANY))

inside: paying publishing ## all other tests

paying:
	$(RUN) pytest $(PAYING) $(addprefix --ignore=,$(MANY))

publishing:
	$(RUN) pytest $(addprefix --ignore=,$(JOURNEYS) $(SERVED) $(PAYING) $(MANY))

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
