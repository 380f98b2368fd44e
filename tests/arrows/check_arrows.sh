#!/usr/bin/env bash
# Checks the arrows of the house: each room of the source tree includes only the rooms it may know.
#
#   tests/arrows/check_arrows.sh [ROOT]         checks the tree (default: this repository)
#   tests/arrows/check_arrows.sh --self-test    plants violations in a copy and sees each one found
set -euo pipefail

# room: the rooms it may include besides itself. `tests` may include everything.
rules() {
  cat <<'END'
compiler/support:
compiler/numeric: compiler/support
compiler/ir: compiler/numeric compiler/support
compiler/import: compiler/ir compiler/numeric compiler/support
compiler/analysis: compiler/ir compiler/numeric compiler/support
compiler/passes: compiler/ir compiler/numeric compiler/support
compiler/emit: compiler/ir compiler/numeric compiler/support
compiler/gates: compiler/support
compiler/synth: compiler/gates compiler/support
sim: compiler/ir compiler/numeric compiler/support
hw_models: compiler/ir compiler/analysis compiler/numeric compiler/support
compiler/driver: compiler/support compiler/numeric compiler/ir compiler/import compiler/analysis compiler/passes compiler/emit compiler/gates compiler/synth sim hw_models
END
}

# Prints one line per violation: file:line: what is wrong.
violations() {
  local root=$1
  (
    cd "$root"
    find compiler sim hw_models rtl_templates tests -type f \
      \( -name '*.h' -o -name '*.cpp' -o -name '*.inc' -o -name '*.def' \) 2>/dev/null |
      LC_ALL=C sort | xargs -r -d '\n' grep -nHE '^[[:space:]]*#[[:space:]]*include' || true
  ) | awk -v rules="$(rules)" '
    # The room that a path is in: compiler/<room> or the first folder; "" where it is in none.
    function room(path,   part, n) {
      n = split(path, part, "/")
      if (n < 2) return ""
      if (part[1] == "compiler") return n > 2 ? part[1] "/" part[2] : ""
      if (part[1] ~ /^(sim|hw_models|rtl_templates|tests)$/) return part[1]
      return ""
    }
    function complain(text) { print file ":" line ": " text }
    BEGIN {
      n = split(rules, row, "\n")
      for (i = 1; i <= n; ++i) {
        from = row[i]; sub(/:.*/, "", from)
        known[from] = 1; allowed[from, from] = 1
        sub(/^[^:]*:/, "", row[i])
        m = split(row[i], others, " ")
        for (j = 1; j <= m; ++j) allowed[from, others[j]] = 1
      }
    }
    {
      match($0, /^[^:]*:[0-9]+:/)
      split(substr($0, 1, RLENGTH), head, ":")
      file = head[1]; line = head[2]
      text = substr($0, RLENGTH + 1)
      sub(/^[ \t]*#[ \t]*include(_next)?[ \t]*/, "", text)
      # The harness is copied beside what Verilator writes, and compiled there at run time.
      if (file == "sim/cosim/harness/harness.cpp" &&
          text ~ /^("harness_abi\.h"|HILLOCK_TOP_HEADER)$/) next
      from = room(file)
      if (from != "tests" && from != "rtl_templates" && !(from in known)) {
        complain("this file is in no room that has a rule")
        next
      }
      if (text ~ /^</) {
        path = text; sub(/^</, "", path); sub(/>.*/, "", path)
        if (room(path) != "") complain("<" path "> is ours: include it with quotes")
        next
      }
      if (text !~ /^"/) { complain("an include that is not a plain file name: " text); next }
      path = text; sub(/^"/, "", path); sub(/".*/, "", path)
      if (path ~ /(^|\/)\.\.?\//) { complain("\"" path "\": an include path starts at the root"); next }
      if (path !~ /\// && path ~ /\.inc$/) next                                        # generated
      if (path == "matrix.h" && file ~ /^tests\/rtl\/[^\/]*_test\.cpp$/) next           # generated
      if (path !~ /\// && path ~ /^(V.*|verilated.*)\.h$/ && from ~ /^(sim|tests|rtl_templates)$/) next
      to = room(path)
      if (to == "") { complain("\"" path "\": an include path starts at the root"); next }
      if (from == "tests") next
      if (!((from, to) in allowed)) complain(from " may not include " to ": \"" path "\"")
    }'
}

check() {
  local found
  found=$(violations "$1") || return 2
  if [[ -n $found ]]; then
    echo "$found"
    return 1
  fi
}

self_test() {
  local root=$1 failures=0
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  (cd "$root" && find compiler sim hw_models tests \( -name '*.h' -o -name '*.cpp' \) -print0 |
    tar -cf - --null -T -) | tar -xf - -C "$copy"
  if ! check "$copy"; then
    echo "self-test: the tree has violations before any is planted"
    return 1
  fi

  # file | include line | 1: a violation, 0: none
  local cases=(
    'compiler/support/planted.h|#include "compiler/ir/network.h"|1'
    'compiler/numeric/planted.h|#include "compiler/ir/network.h"|1'
    'compiler/ir/planted.cpp|#include "compiler/import/import.h"|1'
    'compiler/import/planted.cpp|#include "compiler/passes/quantize.h"|1'
    'compiler/analysis/planted.cpp|#include "sim/reference/model.h"|1'
    'compiler/emit/planted.cpp|#include "sim/reference/model.h"|1'
    'compiler/emit/planted.cpp|#include "hw_models/estimate/energy.h"|1'
    'compiler/synth/planted.cpp|#include "compiler/ir/network.h"|1'
    'compiler/gates/planted.cpp|#include "compiler/synth/target.h"|1'
    'sim/cosim/planted.cpp|#include "compiler/synth/synthesize.h"|1'
    'sim/reference/planted.cpp|#include "compiler/emit/emit.h"|1'
    'sim/cosim/planted.cpp|#include "compiler/driver/options.h"|1'
    'sim/cosim/planted.cpp|  #  include   "compiler/emit/emit.h"  // why|1'
    'hw_models/estimate/planted.cpp|#include "sim/reference/model.h"|1'
    'hw_models/estimate/planted.cpp|#include "compiler/emit/emit.h"|1'
    'compiler/passes/planted.cpp|#include "../ir/network.h"|1'
    'compiler/ir/planted.cpp|#include "network.h"|1'
    'compiler/ir/planted.cpp|#include <compiler/ir/network.h>|1'
    'compiler/ir/planted.cpp|#include PLANTED|1'
    'compiler/ir/planted.cpp|#include "Vtop.h"|1'
    'compiler/attic/planted.cpp|#include <vector>|1'
    'compiler/ir/planted.cpp|#include "table.inc"|0'
    'compiler/ir/planted.cpp|#include <vector>|0'
    'sim/cosim/harness/planted.cpp|#include "harness_abi.h"|1'
    'sim/cosim/harness/planted.cpp|#include HILLOCK_TOP_HEADER|1'
    'tests/rtl/planted.cpp|#include "matrix.h"|1'
    'tests/rtl/planted_test.cpp|#include "matrix.h"|0'
    'compiler/driver/planted.cpp|#include "sim/cosim/cosim.h"|0'
    'sim/cosim/planted.cpp|#include "sim/reference/model.h"|0'
    'sim/cosim/planted.cpp|#include "Vtop.h"|0'
    'tests/unit/planted.cpp|#include "compiler/driver/options.h"|0'
  )
  local entry file text expected got
  for entry in "${cases[@]}"; do
    IFS='|' read -r file text expected <<<"$entry"
    mkdir -p "$copy/${file%/*}"
    printf '%s\n' "// Planted." "$text" >"$copy/$file"
    got=$(violations "$copy" | grep -c "^$file:2:" || true)
    rm "$copy/$file"
    if [[ $got != "$expected" ]]; then
      echo "self-test: expected $expected violation, found $got: $file: $text"
      failures=$((failures + 1))
    fi
  done
  if ((failures > 0)); then return 1; fi
  echo "self-test: ${#cases[@]} planted includes judged rightly"
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [[ ${1:-} == --self-test ]]; then
  self_test "$here"
else
  check "${1:-$here}"
  echo "arrows: all includes go where they may"
fi
