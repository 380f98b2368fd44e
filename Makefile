# The front door. `make help` lists what there is.
JOBS ?= $(shell nproc)
# The release preset names clang++; where there is none, the system's own compiler does.
COMPILER ?= $(if $(shell command -v clang++ 2>/dev/null),clang++,c++)
CONFIGURE = cmake -DCMAKE_CXX_COMPILER=$(COMPILER)
BUILD := cmake --build --parallel $(JOBS)

DEMO := build/demo

.DEFAULT_GOAL := build
.NOTPARALLEL:  # two installations at once would fight over the package manager's lock
.PHONY: build all test-long explore-acceptance docs-slow screenshots bench bench-quantization calibrate-energy calibrate-size deps deps-test deps-dev deps-fuzz deps-bench demo test sanitize fuzz mutation format format-check tidy clean help

build: build/build.ninja  ## build the toolkit: build/hillock (the default)
	$(BUILD) --preset release --target hillock

all: build/build.ninja  ## build the toolkit and all tests
	$(BUILD) --preset release

demo: build  ## trained network to verified RTL and a report, in one command
	build/hillock flow examples/digits/model.nir --data examples/digits/test.npz \
	  --semantics snntorch --reset subtract -o $(DEMO)
	@echo
	@echo "The report: $(abspath $(DEMO)/report.html)"

test: deps-test all  ## build everything and run all tests
	ctest --preset release --output-on-failure -j $(JOBS)

test-long: deps-test all  ## 200 random networks of dense layers, 200 of every kind, all goldens: RTL against model
	HILLOCK_CACHE=$(CURDIR)/build/test-cache build/tests/random_networks 1 200 $(JOBS) 0
	HILLOCK_CACHE=$(CURDIR)/build/test-cache build/tests/random_networks 1 200 $(JOBS)
	HILLOCK_CACHE=$(CURDIR)/build/test-cache build/tests/golden_networks 1 0 $(JOBS)

explore-acceptance: build  ## the front of explore against 60 designs by brute force, all of it built again
	HILLOCK_CACHE=$(CURDIR)/build/test-cache tests/explore/acceptance.py build/hillock build/explore-acceptance --full

docs-slow: deps-test build  ## run every command of the documentation, those that take minutes as well
	HILLOCK_CACHE=$(CURDIR)/build/test-cache tests/docs/run_docs.py build/hillock build/docs --slow

screenshots: build  ## draw the report in Chromium, and keep what it looks like in build/screenshots
	HILLOCK_CACHE=$(CURDIR)/build/test-cache tests/report/browser_test.py build/hillock build/report-pages --screenshots build/screenshots

mutation: deps-test all  ## plant small faults in the Verilog library and see which tests notice; hours
	HILLOCK_MUTATION_JOBS=$(JOBS) HILLOCK_CACHE=$(CURDIR)/build/test-cache tests/mutation/run.sh build build/mutation

FUZZ_SECONDS ?= 600
fuzz: deps-fuzz  ## run every libFuzzer target FUZZ_SECONDS (600) long under AddressSanitizer and UBSan
	cmake --preset release -DCMAKE_CXX_COMPILER=clang++ -B build-fuzz -DHILLOCK_FUZZ=ON \
	  -DHILLOCK_FUZZ_SECONDS=$(FUZZ_SECONDS)
	ctest --test-dir build-fuzz -L fuzz --output-on-failure -j $(JOBS)

BENCH := build/bench/quantization
BENCH_PYTHON ?= python3
NETWORKS ?= examples/digits $(wildcard ../shared/nets/digits_*)

bench-quantization: build/build.ninja  ## accuracy against bits; trains networks first (snnTorch: tests/bench/quantization/requirements.txt)
	$(BUILD) --preset release --target quantization_bench
	@test -d $(BENCH)/if_conv || $(BENCH_PYTHON) tests/bench/quantization/train.py -o $(BENCH)
	build/tests/quantization_bench --auto 0.5 --json $(BENCH)/table.json $(NETWORKS) \
	  $(addprefix $(BENCH)/,mlp_784 recurrent per_neuron cuba max_pool if_conv)

SPEED := build/bench/speed

bench: deps-bench build/build.ninja  ## speed as ratios, against snnTorch where BENCH_PYTHON has it; writes docs/performance.md
	$(CONFIGURE) --preset release  # finds what deps-bench may just have installed
	$(BUILD) --preset release --target hillock speed_worker speed_kernels
	@mkdir -p $(SPEED)
	build/tests/speed_kernels --benchmark_out=$(SPEED)/kernels.json --benchmark_out_format=json
	$(BENCH_PYTHON) tests/bench/speed/run.py --build build -o $(SPEED) --docs docs/performance.md

CALIBRATION := build/bench/energy
LIBERTY ?=
DESIGNS ?= 28

calibrate-energy: build/build.ninja  ## fit the coefficients of hw_models/tables to gate-level energy; LIBERTY=FILE.lib of sky130_fd_sc_hd
	@test -n "$(LIBERTY)" || { echo "LIBERTY=FILE.lib[.gz]: the standard cells to calibrate on"; exit 2; }
	$(BUILD) --preset release --target energy_measure energy_fit
	build/tests/energy_measure $(LIBERTY) $(CALIBRATION) 0 $(DESIGNS)
	build/tests/energy_fit $(CALIBRATION) --report $(CALIBRATION)/report.json \
	  --table hw_models/tables/sky130hd_calibrated.json

calibrate-size: build/build.ninja  ## fit the coefficients of hw_models/size to synthesis
	$(BUILD) --preset release --target size_calibration
	build/tests/size_calibration build/bench/size 24 --table hw_models/size/tables/xilinx7.json

sanitize: build-asan/build.ninja  ## run the unit tests under AddressSanitizer and UBSan
	$(BUILD) --preset asan --target unit_tests
	ctest --preset asan --output-on-failure -j $(JOBS)

format: deps-dev  ## format all C++ files
	scripts/cpp_files.sh | xargs clang-format -i

format-check: deps-dev  ## fail where a C++ file is not formatted
	scripts/cpp_files.sh | xargs clang-format --dry-run --Werror

tidy: deps-dev build/build.ninja  ## run clang-tidy; FILES="a.cpp b.cpp" limits it
	JOBS=$(JOBS) scripts/tidy.sh $(FILES)

deps:  ## install the Debian packages that are missing for the build
	@scripts/install_deps.sh build

deps-test:  ## the same, for the build and the tests
	@scripts/install_deps.sh build test

deps-dev:  ## the same, for the build, formatting, clang-tidy and the sanitizers
	@scripts/install_deps.sh build dev

deps-bench:  ## the same, for the build and make bench
	@scripts/install_deps.sh build bench

deps-fuzz:  ## the same, for the build and the fuzzers
	@scripts/install_deps.sh build fuzz

build/build.ninja: CMakePresets.json | deps
	$(CONFIGURE) --preset release

build-asan/build.ninja: CMakePresets.json | deps-dev
	$(CONFIGURE) --preset asan

clean:  ## remove everything that was built
	rm -rf build build-*

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /|/' | \
	  while IFS='|' read -r target text; do printf '  make %-18s %s\n' "$$target" "$$text"; done
