# make run    install once, with the model that answers, then open the window
# make test   install once, then run every check and every test, without a display
# make demo   install once, with the model that answers, then the whole job in the terminal
PYTHON ?= python3
VENV := .venv/bin/python

.PHONY: run test demo check bench bench-adapters bench-answers bench-model bench-search screenshots samples clean

run:
	@$(PYTHON) packaging/install.py starter
	@$(VENV) -m phi3desk

demo:
	@$(PYTHON) packaging/install.py starter
	@$(VENV) packaging/demo.py

test:
	@$(PYTHON) packaging/install.py starter test
	@$(MAKE) --no-print-directory check
	@$(VENV) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check:
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy

bench:
	@$(PYTHON) packaging/install.py starter test bench
	@$(VENV) -m tests.benchmarks

bench-adapters:
	@$(PYTHON) packaging/install.py starter test
	@$(VENV) -m tests.benchmarks.adapters

bench-answers:
	@$(PYTHON) packaging/install.py starter test bench
	@$(VENV) -m tests.benchmarks.answering

bench-model:
	@$(PYTHON) packaging/install.py starter test
	@$(PYTHON) packaging/install.py starter
	@$(VENV) -m tests.benchmarks.model

bench-search:
	@$(PYTHON) packaging/install.py starter test bench
	@$(VENV) -m tests.benchmarks.search

screenshots:
	@$(PYTHON) packaging/install.py starter test
	@$(VENV) packaging/screenshots.py resources/screenshots

samples:
	@$(PYTHON) packaging/install.py starter test
	@$(VENV) resources/samples/make_samples.py

clean:
	rm -rf .venv
