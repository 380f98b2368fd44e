#!/usr/bin/env python3
"""A timing diagram in text, from a waveform that `hillock cosim --trace` wrote.

  timing_diagram.py FILE.vcd FIRST COUNT SIGNAL[:VALID] ...  [--expect PAGE]

Cycle 0 is that in which the first beat of the sample is taken (in_valid_i and in_ready_o). A column is a
cycle, and shows what a register sees at its end. SIGNAL is a name within the top; with VALID, another
name, its number is shown where VALID is high. --expect fails unless the diagram stands in PAGE, line by
line: so a page cannot show what the Verilog no longer does.
"""
import sys
from pathlib import Path

DESIGN = "u_design"  # the instance in the bench of the co-simulation (sim/cosim/bench.h)


def read(file):
    """Names to codes, and at each rising edge of the clock the values before it."""
    names, path, values, edges = {}, [], {}, []
    lines = iter(Path(file).read_text().splitlines())
    for line in lines:
        word = line.split()
        if not word:
            continue
        if word[0] == "$scope":
            path.append(word[2])
        elif word[0] == "$upscope":
            path.pop()
        elif word[0] == "$var":
            if DESIGN in path:  # what is outside is the bench
                names.setdefault(".".join(path[path.index(DESIGN) + 1:] + [word[4]]), word[3])
        elif word[0] == "$enddefinitions":
            break
    clock = names["clk_i"]
    before = {}
    for line in lines:
        if line.startswith("#"):
            before = dict(values)
        elif line.startswith("b"):
            value, code = line[1:].split()
            values[code] = value
        elif line:
            code = line[1:].strip()
            if code == clock and line[0] == "1":
                edges.append(before)
            values[code] = line[0]
    return names, edges


def number(text):
    return int(text, 2) if text and set(text) <= {"0", "1"} else None


def diagram(file, first, count, signals):
    names, edges = read(file)

    def value(cycle, name):
        if name not in names:
            sys.exit(f"{file}: no signal {name}")
        return number(cycle.get(names[name], ""))

    start = next(i for i, c in enumerate(edges) if value(c, "in_valid_i") == 1 and value(c, "in_ready_o") == 1 and value(c, "rst_i") == 0)
    cycles = edges[start + first:start + first + count]
    wide = max(len(s.split(":")[0]) for s in signals + ["cycle"]) + 2
    rows = ["cycle".ljust(wide) + "".join(f"{first + i:>3} " for i in range(len(cycles)))]
    for signal in signals:
        name, _, valid = signal.partition(":")
        cells = []
        for c in cycles:
            v = value(c, name)
            if valid:
                cells.append(f"{v:>3} " if value(c, valid) == 1 else "  . ")
            else:
                cells.append("\u2594\u2594\u2594\u2594" if v == 1 else "\u2581\u2581\u2581\u2581")
        rows.append(name.ljust(wide) + "".join(cells))
    return [r.rstrip() for r in rows]


arguments = sys.argv[1:]
page = None
if "--expect" in arguments:
    at = arguments.index("--expect")
    page = arguments[at + 1]
    del arguments[at:at + 2]
text = diagram(arguments[0], int(arguments[1]), int(arguments[2]), arguments[3:])
print("\n".join(text))
if page and "\n".join(text) not in Path(page).read_text():
    sys.exit(f"{page}: does not show this diagram")
