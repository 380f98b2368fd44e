#!/usr/bin/env python3
"""Runs the commands of the documentation as they stand there.

  run_docs.py HILLOCK FOLDER [--slow] [PAGE...]
  run_docs.py --check

Of each Markdown file, every block that is fenced as

    ```sh run          is run
    ```sh run slow     is run with --slow
    ```sh status 3     is run, and must end with that status (`sh status 3 slow`: with --slow)

top to bottom by one bash, in a folder that looks like the root of the repository: all its folders
and build/hillock are there, and what is written to build/ stays there. A block fenced ```sh not run REASON
is not run, and says why. A block that an earlier page ran already, word for word, is not run
again. There is no other kind: a block of commands without such a mark, fenced or
indented, is an error, and --check looks for those alone. The examples of `hillock help VERB` are run as
well (page: help).
"""
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What begins a line of a block that is meant to be typed.
COMMAND = re.compile(r"(\$ |\.ci/|\./|(build/|scripts/|tests/)\S+( |$)|(apt|apt-get|bash|cd|cmake|cp|ctest|curl|git|hillock|iceprog|"
                     r"icepack|iverilog|ls|make|mkdir|nextpnr-\w+|pip|pip3|python|python3|sta|sudo|verilator|vvp|wget|yosys) )")
VERBS = ["inspect", "compile", "run", "cosim", "estimate", "explore", "report", "flow", "synth"]
SLOW_VERBS = ["synth"]
KINDS = [(re.compile(r"sh run$"), 0, False), (re.compile(r"sh run slow$"), 0, True),
         (re.compile(r"sh status (\d+)$"), None, False), (re.compile(r"sh status (\d+) slow$"), None, True)]


def all_pages():
    """The repository's own Markdown files; what a page runs is there for those after it."""
    found = [p.relative_to(ROOT) for p in ROOT.rglob("*.md")]
    own = [p for p in found if not p.parts[0].startswith((".", "build")) and p.parts[0] != "third_party"]
    first = ["README.md", "docs/tutorial.md"]
    return sorted(map(str, own), key=lambda p: (p not in first, p))


def blocks_of_page(page):
    """(line, script, status, slow) of what is to be run, and what is wrong with the page's blocks."""
    out, wrong, block, start, fence, indent = [], [], None, 0, "", False
    lines = (ROOT / page).read_text().splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            if block is None:
                block, start, fence = [], number, line[3:].strip()
                continue
            kind = next(((m, status, slow) for pattern, status, slow in KINDS if (m := pattern.match(fence))), None)
            if kind:
                m, status, slow = kind
                out.append((start, "\n".join(block), int(m[1]) if status is None else status, slow))
            elif fence.split()[:1] in (["sh"], ["bash"], ["shell"], ["console"]):
                if not re.match(r"sh not run \S", fence):
                    wrong.append(f"{page}:{start}: a block fenced ```{fence}: say `sh run` or `sh not run REASON`")
            elif fence in ("", "text") and any(map(COMMAND.match, block)):
                wrong.append(f"{page}:{start}: commands in a block that does not say `sh run` or `sh not run REASON`")
            block = None
        elif block is not None:
            block.append(line)
        else:
            # Indented code; the text of a list is indented as well, but no command begins it.
            now = line.startswith("    ") and (indent or number == 1 or not lines[number - 2].strip())
            if now and not line.startswith("     ") and COMMAND.match(line[4:]):
                wrong.append(f"{page}:{number}: an indented command: fence it, with `sh run` or `sh not run REASON`")
            indent = now or (indent and not line.strip())
    if block is not None:
        wrong.append(f"{page}:{start}: a block without an end")
    return out, wrong


def blocks_of_help():
    out = []
    for verb in VERBS:
        text = subprocess.run([HILLOCK, "help", verb], capture_output=True, text=True, check=True).stdout
        text = text[text.index("\nExamples:\n"):].replace("\\\n      ", "")
        commands = re.findall(r"^    (hillock .*)$", text, re.M)
        assert commands, f"help {verb} has no example"
        out += [(verb, re.sub("^hillock", "build/hillock", c), 0, verb in SLOW_VERBS) for c in commands]
    return out


pages = all_pages()
complaints = [w for page in pages for w in blocks_of_page(page)[1]]
if complaints:
    sys.exit("\n".join(complaints))
if "--check" in sys.argv:
    print(f"{len(pages)} pages: every block of commands is run, or says why not")
    sys.exit()

HILLOCK, FOLDER = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
SLOW = "--slow" in sys.argv
pages = [a for a in sys.argv[3:] if not a.startswith("--")] or [*pages, "help"]
shutil.rmtree(FOLDER, ignore_errors=True)
(FOLDER / "build").mkdir(parents=True)
for entry in ROOT.iterdir():
    if not entry.name.startswith((".", "build")):
        (FOLDER / entry.name).symlink_to(entry)
(FOLDER / "build/hillock").symlink_to(HILLOCK)
ran = set()
for page in pages:
    for line, script, expected, slow in blocks_of_help() if page == "help" else blocks_of_page(page)[0]:
        if (slow and not SLOW) or script in ran:
            continue
        start = time.monotonic()
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=FOLDER, capture_output=True, text=True)
        if done.returncode != expected:
            sys.exit(f"{page}:{line}: ends with status {done.returncode}, not {expected}:\n{script}\n"
                     f"{done.stdout[-1500:]}{done.stderr[-1500:]}")
        wide = [l for l in done.stdout.splitlines() if len(l) > 80 and "build/hillock" in script and "--help" not in script
                and not re.search(r"help|inspect|cat |verilator|python|iverilog", script)]
        if wide:
            sys.exit(f"{page}:{line}: prints a line of more than 80 columns:\n{wide[0]}")
        print(f"{page}:{line}: {time.monotonic() - start:.1f} s", flush=True)
        ran.add(script)
print(f"{len(ran)} blocks run")
