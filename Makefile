# Each target sets up .venv with all extras when it is missing or out of date. Another Python: make PYTHON=python3.13 …

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help film test soak bench lint docs clean constraints

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

film: $(READY) ## render the film: out/many-hands.mp4
	$(BIN)/reelwork render scenes/many-hands

test: $(READY) ## run the tests, on two processes
	$(BIN)/pytest -n 2 -p no:benchmark -q

soak: $(READY) ## put a farm through every fault, up to a thousand times: less than 60 minutes
	$(BIN)/reelwork farm chaos --soak
	$(BIN)/pytest -m soak -p no:benchmark -q

# Shorter: make bench SECONDS=12 ROUNDS=1
SECONDS := 60
ROUNDS := 3

bench: $(READY) ## measure kernels, frames, and whole scenes against peers: about an hour; writes benchmarks/RESULTS.md
	@mkdir -p build/bench
	$(BIN)/pytest benchmarks -q --benchmark-max-time=0.5 --benchmark-min-rounds=3 --benchmark-json=build/bench/timings.json
	$(BIN)/python -m benchmarks --seconds $(SECONDS) --rounds $(ROUNDS) --kernels --timings build/bench/timings.json \
	  --to benchmarks/RESULTS.md

lint: $(READY) ## check style, types and the layers of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

docs: $(READY) ## write the reference pages and the README's pictures from the code
	$(BIN)/python -m reelwork.cli.reference > docs/commands.md
	$(BIN)/python -m reelwork.scene.reference docs/scene-format.md
	$(BIN)/python -m reelwork.gallery docs/effects
	$(BIN)/reelwork frame docs/pictures/scene.yaml 1s --to docs/pictures/scene.png
	$(BIN)/reelwork frame docs/pictures/text.yaml 0s --to docs/pictures/text.png
	$(BIN)/reelwork sheet scenes/many-hands --pictures 48 --width 236 --to docs/pictures/many-hands.png
	$(BIN)/reelwork render scenes/many-hands --output preview --to docs/pictures/many-hands.gif

clean: ## remove what was built, rendered and cached here (.venv stays)
	rm -rf out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -path ./$(VENV) -prune -o -type d -name __pycache__ -exec rm -rf {} +

# What pyproject.toml allows, resolved afresh in an empty environment: names and exact versions, no addresses.
constraints: ## pin the newest versions that pyproject.toml allows in constraints.txt
	@rm -rf build/constraints
	$(PYTHON) -m venv build/constraints
	build/constraints/bin/pip install --disable-pip-version-check -e '.[dev,farm]'
	build/constraints/bin/pip freeze --exclude-editable > constraints.txt
	@rm -rf build/constraints

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Reelwork needs Python 3.11 or newer, as in: make PYTHON=python3.13"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --disable-pip-version-check --quiet -c constraints.txt -e '.[dev,farm]'
	@touch $@
