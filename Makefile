# SPDX-License-Identifier: Apache-2.0
# Everything that can be built or checked, from one place. `make help` lists the targets.

VENV  := .venv
BUILD := build
SIM   ?= verilator
# More arguments for pytest, such as ARGS="-k multiply".
ARGS  ?=
# Percent of the lines of rtl_gen and sim that `make test` must run at least; by default they are not
# counted.
LEAST_COVERAGE ?=
# How many tests to run at once.
JOBS  ?= auto

BIN := $(VENV)/bin
GENERATOR := $(shell find rtl_gen -name '*.py' -o -name '*.v')
CHECKER := $(shell find sim tb -name '*.py')

# Files that say that something was done.
PYTHON_DONE  := $(VENV)/.python-done
ICARUS_DONE  := $(VENV)/.icarus-done
SIMULATORS_DONE := $(VENV)/.simulators-done
CHROMIUM_DONE := $(VENV)/.chromium-done
VERILOG_DONE := $(BUILD)/.verilog-done
VERIFY_DONE  := $(BUILD)/.verify-$(SIM)-done

# Installed by the user, or missing: only what runs Icarus asks for it.
SIM_DONE := $(if $(filter-out verilator,$(SIM)),$(ICARUS_DONE))

# Each process that starts would compile all modules that it loads.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
.PHONY: all bench bench-fpga clean distclean docs exhaust16 help lint setup test test-full verify verify-dot verilog wheel

all: verilog verify  ## Generate all Verilog and check the multiplier (the default)

setup: $(PYTHON_DONE) $(ICARUS_DONE)  ## Install everything into .venv, and Icarus on the system

$(PYTHON_DONE): pyproject.toml scripts/setup.sh
	@scripts/setup.sh python $(VENV)
	@touch $@

$(ICARUS_DONE): $(PYTHON_DONE) scripts/setup.sh
	@scripts/setup.sh icarus
	@touch $@

# PyTorch is large: only the tests that take long need it.
$(SIMULATORS_DONE): $(PYTHON_DONE) scripts/setup.sh
	@scripts/setup.sh simulators $(VENV)
	@touch $@

# So is a browser: one test opens the report in it.
$(CHROMIUM_DONE): $(PYTHON_DONE) scripts/setup.sh
	@scripts/setup.sh chromium
	@touch $@

verilog: $(VERILOG_DONE)  ## Generate the Verilog of every design into build/verilog

$(VERILOG_DONE): $(PYTHON_DONE) $(GENERATOR)
	@rm -rf $(BUILD)/verilog
	$(BIN)/spikefloat verilog all -o $(BUILD)/verilog
	@touch $@

verify: $(VERIFY_DONE)  ## Drive multipliers of both backends through every operand pair (SIM=icarus to choose)

$(VERIFY_DONE): $(PYTHON_DONE) $(SIM_DONE) $(GENERATOR) $(CHECKER)
	@mkdir -p $(BUILD)
	$(BIN)/spikefloat verify multiply --sim $(SIM) --pairs published --stages 0,2 --backend all
	$(BIN)/spikefloat verify multiply --sim $(SIM) --pairs all --stages 0,2 --backend all
	@touch $@

verify-dot: $(PYTHON_DONE)  ## Drive dot products of 2 to 64 terms through 100,000 vectors each
	@for way in exact "exact --objective luts" tree chain wide; do \
	  $(BIN)/spikefloat verify dot --accumulate $$way --length 2 --pairs lattice || exit; \
	  for length in 4 8 16 64; do \
	    $(BIN)/spikefloat verify dot --accumulate $$way --length $$length --trials 100000 || exit; \
	  done; \
	done

# Each process takes one part of the tests in order, so that what one module prepares is there once;
# whichever is ready first takes over from the others.
PYTEST := -m pytest -n $(JOBS) --dist worksteal
COUNTED := -m slipcover --source rtl_gen,sim --json --out $(BUILD)/coverage.json

test: setup  ## Run the tests, on both simulators (ARGS="-k neuron" to choose)
	@mkdir -p $(BUILD)
	$(BIN)/python $(if $(LEAST_COVERAGE),$(COUNTED)) $(PYTEST) -m "not slow" $(ARGS)
ifneq ($(LEAST_COVERAGE),)
	@$(BIN)/python scripts/line_coverage.py $(BUILD)/coverage.json $(LEAST_COVERAGE)
endif

test-full: setup $(SIMULATORS_DONE) $(CHROMIUM_DONE)  ## Run the tests that take long, which `make test` leaves out
	$(BIN)/python $(PYTEST) -m slow $(ARGS)

lint: verilog  ## Check the style of the sources and of the generated Verilog
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m spikefloat.sim.simulators.lint $(BUILD)/verilog/*.v

docs: $(PYTHON_DONE)  ## Build the documentation as a site, build/site/index.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --site-dir $(BUILD)/site

bench: $(PYTHON_DONE)  ## Measure the speed of the fast simulation
	$(BIN)/python benchmarks/network_speed.py
	$(BIN)/python benchmarks/layer_speed.py
	$(BIN)/python benchmarks/stream_speed.py
	$(BIN)/python benchmarks/device_speed.py
	$(BIN)/python benchmarks/campaign_speed.py

bench-fpga: $(PYTHON_DONE)  ## Measure size and clock on an FPGA, beside designs written by hand
	$(BIN)/python benchmarks/fpga_quality.py

exhaust16: $(PYTHON_DONE)  ## Run every pair of 16-bit operands that is not in docs/data yet, on all cores
	$(BIN)/python benchmarks/every_pair.py docs/data/every_pair.csv

wheel: $(PYTHON_DONE)  ## Build a wheel and try it in bare environments (Python 3.11, 3.12, 3.13)
	PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/python scripts/check_wheel.py

clean:  ## Remove what was built
	rm -rf $(BUILD)

distclean: clean  ## Remove the virtual environment, too
	rm -rf $(VENV) *.egg-info

help:  ## List the targets
	@sed -n 's/^\([a-z0-9-]*\):.*##  *\(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12
