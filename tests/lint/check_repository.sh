#!/usr/bin/env bash
# Checks what no compiler checks: the shape of files, and what must not be in them.
#
#   tests/lint/check_repository.sh [ROOT]         checks the tree (default: this repository)
#   tests/lint/check_repository.sh --self-test    plants faults in a copy and sees each one found
set -euo pipefail

MAX_LINES=600         # of a source file
MAX_EXAMPLE_KB=1536   # of a folder in examples/

# All files of the tree that are meant to be in it: tracked or new, but not ignored.
files() {
  if [[ -e .git ]]; then
    git ls-files --cached --others --exclude-standard | while IFS= read -r f; do
      if [[ -f $f ]]; then printf '%s\n' "$f"; fi
    done
  else
    find . -type f -not -path './build*' -printf '%P\n'
  fi | LC_ALL=C sort
}

# Prints one line per fault: file[:line]: what is wrong.
faults() (
  cd "$1"
  local all sources text f
  all=$(files)
  matching() { grep -E "$1" <<<"$all" || true; }
  search() { grep . | xargs -r -d '\n' grep -nHIE -e "$1" -- || true; }  # pattern; files on stdin

  for f in README.md CHANGELOG.md LICENSE CONTRIBUTING.md Makefile CMakePresets.json; do
    if [[ ! -s $f ]]; then echo "$f: is missing"; fi
  done

  while IFS= read -r f; do
    if [[ -n $f ]] && (($(wc -l <"$f") > MAX_LINES)); then
      echo "$f: has more than $MAX_LINES lines: split it"
    fi
  done <<<"$(matching '^(compiler|sim|hw_models)/.*\.(h|cpp|def)$')"

  sources=$(matching '^(compiler|sim|hw_models|rtl_templates|tests)/.*\.(h|cpp|v|vh)$')
  search $'\t' <<<"$sources" | sed -E 's/^([^:]*:[0-9]+):.*/\1: a tab: use spaces/'

  # A .cpp beside a header of its own name is introduced by that header.
  while IFS= read -r f; do
    [[ -n $f ]] || continue
    if [[ $f == *.cpp && -e ${f%.cpp}.h ]]; then continue; fi
    if [[ $(head -c 2 "$f") != // && $(head -c 2 "$f") != '/*' ]]; then
      echo "$f:1: starts without a comment that says what the file is for"
    fi
  done <<<"$sources"

  text=$(matching '\.(h|cpp|def|v|vh|sh|py|cmake|json|md|txt|html|css|js|core|sdc)$|(^|/)(Makefile|run|\.clang-[a-z]+|\.editorconfig)$')
  matching '\.(h|cpp|def|v|vh|sh|py|cmake)$|(^|/)(Makefile|CMakeLists.txt)$' |
    search '[[:space:]]+$' | sed -E 's/^([^:]*:[0-9]+):.*/\1: white space at the end of the line/'
  # Folders of one machine, and hosts of package registries: neither exists where this is cloned.
  search '(^|[^A-Za-z0-9_.})*/-])/(work|opt|root|home|mnt|srv|Users)/' <<<"$text" |
    sed -E 's/^([^:]*:[0-9]+):/\1: a path of one machine: /'
  search '(^|[^A-Za-z0-9])(deb|security|registry|proxy|files|index|static|mirrors?)\.[a-z0-9-]+\.(org|com|io|net)' <<<"$text" |
    sed -E 's/^([^:]*:[0-9]+):/\1: the host of a package registry: /'

  matching '^examples/' | sed -E 's|^(examples/[^/]+)/.*|\1|' | LC_ALL=C sort -u | while IFS= read -r f; do
    if [[ -d $f ]] && (($(du -sk --apparent-size "$f" | cut -f1) > MAX_EXAMPLE_KB)); then
      echo "$f: has more than $MAX_EXAMPLE_KB KB"
    fi
  done
  matching '\.md$' | while IFS= read -r f; do
    { grep -noE '\]\([^)#: ]+[)#]' "$f" || true; } | sed -E 's/\]\(([^)#]*)[)#]$/\1/' |
      while IFS=: read -r line target; do
        if [[ ! -e $(dirname "$f")/$target ]]; then echo "$f:$line: links to nothing: $target"; fi
      done
  done
  matching '\.sh$|^\.ci/run$' | while IFS= read -r f; do
    if [[ ! -x $f ]]; then echo "$f: is not executable"; fi
  done
)

check() {
  local found
  found=$(faults "$1") || return 2
  if [[ -n $found ]]; then
    echo "$found"
    return 1
  fi
}

self_test() {
  local failures=0 f
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  for f in README.md CHANGELOG.md LICENSE CONTRIBUTING.md Makefile CMakePresets.json; do
    echo "something" >"$copy/$f"
  done
  if ! check "$copy"; then
    echo "self-test: faults before any is planted"
    return 1
  fi

  planted() {  # expected faults; name, content by printf
    local expected=$1 name=$2 got
    mkdir -p "$copy/$(dirname "$name")"
    # shellcheck disable=SC2059
    printf "${@:3}" >"$copy/$name"
    got=$(faults "$copy" | grep -c "^${name%%/planted*}" || true)
    if [[ $got != "$expected" ]]; then
      echo "self-test: expected $expected faults, found $got: $name"
      failures=$((failures + 1))
    fi
    rm "$copy/$name"
  }
  local slash=/
  planted 1 compiler/ir/planted.cpp '// Long.\n%600s' '' # one line: not too long, but ends in blanks
  planted 1 compiler/ir/planted.cpp '// Long.\n%s' "$(yes 'int x;' | head -n 601)"
  planted 1 rtl_templates/snn/planted.v '// Tab.\n\twire x;\n'
  planted 1 rtl_templates/snn/planted.v 'module planted;\nendmodule\n'
  planted 1 sim/float/planted.h '#pragma once\n'
  planted 1 docs/planted.md 'See %swork/shared.\n' "$slash"
  planted 1 docs/planted.md 'From %s.example.org.\n' registry
  planted 2 scripts/planted.sh 'echo %sopt/tool\n' "$slash" # and it is not executable
  planted 0 docs/planted.md 'In compiler/work/x, build/opt/y and https:%s/example.org/home/.\n' "$slash"
  planted 1 docs/planted.md 'See [this](missing.md#there) and [that](../README.md), [those](https:%s/x.org).\n' "$slash"
  planted 0 compiler/ir/planted.cpp '// Fine.\nint x;\n'
  rm "$copy/CHANGELOG.md"
  if check "$copy" >/dev/null; then
    echo "self-test: a missing CHANGELOG.md was not found"
    failures=$((failures + 1))
  fi
  if ((failures > 0)); then return 1; fi
  echo "self-test: all planted faults found, and no others"
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [[ ${1:-} == --self-test ]]; then
  self_test
else
  check "${1:-$here}"
  echo "repository: nothing to complain about"
fi
