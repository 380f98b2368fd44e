#!/usr/bin/env bash
# The score of a mutation run, module by module, and what survived. See run.sh.
#
#   tests/mutation/report.sh OUT KNOWN EVERY TESTS
#
# KNOWN: a mutant's key a line, then lines that begin with two blanks and say why it survives; the first
# word of the reason is `equivalent:` where no test could ever tell it from the original (it is left
# out of the score), else `survives:`.
set -euo pipefail
out=$1 known=$2 every=$3 only=$4

: >"$out/survivors.txt"
awk -F '\t' -v known="$known" -v out="$out" -v partial="$only" -v every="$every" '
  BEGIN {
    while ((getline line < known) > 0) {
      if (line ~ /^#/ || line == "") continue
      if (line ~ /^  /) {
        if (key != "" && !(key in reason)) reason[key] = (line ~ /^  equivalent:/) ? "equivalent" : "survives"
      } else key = line
    }
  }
  FILENAME == ARGV[1] { killed[$1] = $2; next }
  {
    all[$2]++; total++; there[$4] = 1
    if ($1 in killed) {
      dead[$2]++; deads++
      if ($4 in reason) wrong[++wrongs] = "killed by " killed[$1] ", but listed: " $4
    } else if (reason[$4] == "equivalent") {
      same[$2]++; sames++
    } else {
      survived[$2]++
      print $4 > (out "/survivors.txt")
      if (!($4 in reason)) wrong[++wrongs] = "survives: " $4
    }
  }
  END {
    printf "%-24s %8s %8s %12s %10s %8s\n", "module", "mutants", "killed", "equivalent", "survived", "score"
    fflush()
    for (m in all) row(m, all[m], dead[m], same[m], survived[m])
    close("sort")
    row("all", total, deads, sames, total - deads - sames)
    if (partial == "" && every == 1)
      for (k in reason) if (!(k in there)) wrong[++wrongs] = "is no mutant any more: " k
    for (i = 1; i <= wrongs; i++) print wrong[i]
    exit wrongs > 0 && partial == ""
  }
  function row(name, n, killed, equivalent, left) {
    text = sprintf("%-24s %8d %8d %12d %10d %7.1f%%", name, n, killed, equivalent, left,
                   n > equivalent ? 100 * killed / (n - equivalent) : 100)
    if (name == "all") print text; else print text | "sort"
  }' "$out/killed.tsv" "$out/mutants.tsv" | tee "$out/report.txt"
exit "${PIPESTATUS[0]}"
