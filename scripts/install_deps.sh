#!/usr/bin/env bash
# Installs the Debian packages that a group of targets needs, and only those that are missing.
#
#   scripts/install_deps.sh build          what `make` and `make demo` need
#   scripts/install_deps.sh build test     and what `make test` needs
#   scripts/install_deps.sh build synth    and what `hillock synth` needs
#   scripts/install_deps.sh build fuzz     and what make fuzz needs
#   scripts/install_deps.sh build bench    and what make bench needs
#   scripts/install_deps.sh browser slurm  what two tests are skipped without
#   scripts/install_deps.sh build dev      and what formatting, clang-tidy and the sanitizers need
#
# Where everything is there it does nothing: no package manager is called, nothing is printed.
set -euo pipefail

# groups | package | what shows that it is there: a command, or a header under an include folder | why
packages() {
  cat <<'END'
build|cmake|cmake|configures the build
build|ninja-build|ninja|runs the build
build|make|make|builds the simulator that Verilator generates
build|g++|g++|the C++ library, and the second compiler
build|clang|clang++|the default compiler
build|clang-16|clang++-16|co-simulation runs a sixth faster than with the clang 14 of Debian 12
build|pkg-config|pkg-config|finds libzip and HDF5
build|ccache|ccache|makes the second build quick
build|verilator|verilator|simulates and lints the Verilog
build|libeigen3-dev|eigen3/Eigen/Core|matrix algebra
build|libfmt-dev|fmt/format.h|text formatting
build|nlohmann-json3-dev|nlohmann/json.hpp|JSON
build|catch2|catch2/catch.hpp|the unit tests
build|libhdf5-dev|hdf5/serial/hdf5.h|reads .nir files
build|libzip-dev|zip.h|reads .npz and .pt files
build|libhwy-dev|hwy/highway.h|vector code for whatever the processor has
build|libcli11-dev|CLI/CLI.hpp|the command line
test|iverilog|iverilog|a second Verilog simulator, to check the emitted RTL against
test|yosys|yosys|reads the emitted RTL and checks it for latches
test|z3|z3|the solver of the formal proofs
synth test|yosys|yosys|hillock synth: synthesis
synth test|nextpnr-ice40|nextpnr-ice40|hillock synth: place and route for iCE40
synth test|fpga-icestorm|icepack|hillock synth: timing and bitstreams for iCE40
synth test|fpga-icestorm-chipdb|-|hillock synth: the devices, for icetime
synth|opensta|sta|hillock synth: timing of standard cells (abc's estimate without it)
synth|qflow-tech-osu018|-|hillock synth: a library of standard cells to try, OSU 0.18 um
test|python3|python3|the host program of the board against its simulation; explore, report and docs tests
bench|libbenchmark-dev|benchmark/benchmark.h|make bench: the kernels of the fast model one by one
bench|python3-numpy|-|make bench: the networks that are measured
browser|chromium|chromium|the report is drawn and looked at (the test is skipped without it)
slurm|slurm-wlm|sbatch|explore --executor slurm, on a Slurm of one node (the test is skipped without it)
slurm|munge|munged|the same: what Slurm's programs know each other by
dev|clang-format|clang-format|make format, make format-check
dev|clang-tidy|clang-tidy|make tidy
dev|libclang-rt-14-dev|-|make sanitize: the run-time library of the sanitizers
fuzz|libclang-rt-14-dev|-|make fuzz: the run-time library of the fuzzers
END
}

installed() {  # package, probe
  if [[ $2 != - ]]; then
    if command -v "$2" >/dev/null 2>&1; then return 0; fi
    local folder
    for folder in /usr/include /usr/local/include; do
      if [[ -e $folder/$2 ]]; then return 0; fi
    done
  fi
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true) == installed ]]
}

debian=$(. /etc/os-release 2>/dev/null && echo "${ID:-}${VERSION_ID:-}" || true)
missing=()
reasons=()
while IFS='|' read -r group package probe why; do
  wanted=no
  for g in $group; do
    if [[ " $* " == *" $g "* ]]; then wanted=yes; fi
  done
  [[ $wanted == yes && " ${missing[*]:-} " != *" $package "* ]] || continue
  # Elsewhere the default clang is as new.
  if [[ $package == clang-16 && $debian != debian12 ]]; then continue; fi
  if ! installed "$package" "$probe"; then
    missing+=("$package")
    reasons+=("$(printf '  %-20s %s' "$package" "$why")")
  fi
done < <(packages)

if ((${#missing[@]} == 0)); then exit 0; fi

{
  echo "Packages that are missing:"
  printf '%s\n' "${reasons[@]}"
} >&2

as_root=()
if ((EUID != 0)); then as_root=(sudo); fi
command=(apt-get install -y --no-install-recommends "${missing[@]}")

if ! command -v apt-get >/dev/null 2>&1; then
  echo "error: this is not a Debian system; install what the packages above hold, then try again" >&2
  exit 1
fi
if ((EUID != 0)) && ! command -v sudo >/dev/null 2>&1; then
  echo "error: not root, and there is no sudo. As root, run:" >&2
  echo "  apt-get update && ${command[*]}" >&2
  exit 1
fi

echo "Installing them: ${as_root[*]:+${as_root[*]} }${command[*]}" >&2
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${command[@]}" -q -o Dpkg::Use-Pty=0
