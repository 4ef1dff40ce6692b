# Everything runs in .venv, which is made from pyproject.toml and made again when that changes.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-for
QUICK := tests/events tests/journal tests/answers tests/proofs $(wildcard tests/test_*.py)

.PHONY: demo test quick events soak fuzz check bench clean

demo: $(STAMP)-demo
	$(BIN)/careerledger demo

test: $(STAMP)-test
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term

# What may differ between versions of Python: make quick VENV=.venv-3.13 PYTHON=python3.13
quick: $(STAMP)-test
	HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest -q -n 2 --dist worksteal $(QUICK)

# After an event class was added: the page of events, and the files that remember what is on disk.
events: $(STAMP)-test
	$(BIN)/python docs/events.py
	PYTHONPATH=tests $(BIN)/python tests/events/test_catalogue.py
	PYTHONPATH=tests $(BIN)/python tests/event_index.py

soak: $(STAMP)-test
	PYTHONPATH=tests $(BIN)/python -m faults.power 1000000

# TARGET= is one of fuzz/corpus, or empty for each in turn; SECONDS= is for all together.
fuzz: $(STAMP)-fuzz
	$(BIN)/python fuzz/run.py --target '$(TARGET)' --seconds $(or $(SECONDS),60)

check: $(STAMP)-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/pyright

bench: $(STAMP)-bench
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/kit.py
	$(BIN)/python benchmarks/growth.py

clean:
	rm -rf .venv .venv-3.* build

$(BIN)/pip:
	$(PYTHON) -m venv $(VENV)

$(STAMP)-demo: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --editable '.[all]'
	touch $@

$(STAMP)-test: pyproject.toml | $(STAMP)-demo
	$(BIN)/pip install --quiet --editable '.[all,test]'
	touch $@

$(STAMP)-check: pyproject.toml | $(STAMP)-test
	$(BIN)/pip install --quiet --editable '.[all,check]'
	touch $@

$(STAMP)-fuzz: pyproject.toml | $(STAMP)-demo
	$(BIN)/pip install --quiet --editable '.[all,fuzz]'
	touch $@

# At once what .ci/run needs; one after the other takes half as long again.
$(STAMP)-ci: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --editable '.[all,test,check,fuzz]'
	touch $@ $(STAMP)-demo $(STAMP)-test $(STAMP)-check $(STAMP)-fuzz

$(STAMP)-bench: pyproject.toml | $(STAMP)-demo
	$(BIN)/pip install --quiet --editable '.[all,bench]'
	touch $@
