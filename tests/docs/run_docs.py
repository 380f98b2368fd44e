#!/usr/bin/env python3
"""Runs the commands of the documentation as they stand there.

  run_docs.py HILLOCK FOLDER [--slow] [PAGE...]

Of each page, every block that is fenced as

    ```sh run          is run
    ```sh run slow     is run with --slow
    ```sh status 3     is run, and must end with that status

top to bottom by one bash, in a folder that looks like the root of the repository: all its folders
and build/hillock are there, and what is written to build/ stays there. A block fenced ```sh not run REASON
is for the reader's own files. A page may not have another kind of sh block, so that nothing slips by. The
examples of `hillock help VERB` are run as well (page: help).
"""
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "docs/tutorial.md", "docs/explore.md", "docs/faq.md", "docs/add-a-neuron.md",
         "docs/timing.md", "help"]
VERBS = ["inspect", "compile", "run", "cosim", "estimate", "explore", "report", "flow", "synth"]
SLOW_VERBS = ["synth"]


def blocks_of_page(page, slow):
    """(line, script, expected status) of what is to be run."""
    out, block, start, fence = [], None, 0, ""
    for number, line in enumerate((ROOT / page).read_text().splitlines(), 1):
        if block is None and line.startswith("```"):
            block, start, fence = [], number, line[3:].strip()
        elif block is not None and line.startswith("```"):
            words = fence.split()
            if words[:1] == ["sh"]:
                if words[1:] == ["run"] or (words[1:] == ["run", "slow"] and slow):
                    out.append((start, "\n".join(block), 0))
                elif len(words) == 3 and words[1] == "status":
                    out.append((start, "\n".join(block), int(words[2])))
                elif words[1:3] != ["not", "run"] and words[1:] != ["run", "slow"]:
                    sys.exit(f"{page}:{start}: a block fenced ```{fence}: say `run` or `not run REASON`")
            block = None
        elif block is not None:
            block.append(line)
    return out


def blocks_of_help(slow):
    out = []
    for verb in VERBS:
        if verb in SLOW_VERBS and not slow:
            continue
        text = subprocess.run([HILLOCK, "help", verb], capture_output=True, text=True, check=True).stdout
        text = text[text.index("\nExamples:\n"):].replace("\\\n      ", "")
        commands = re.findall(r"^    (hillock .*)$", text, re.M)
        assert commands, f"help {verb} has no example"
        out += [(verb, re.sub("^hillock", "build/hillock", c), 0) for c in commands]
    return out


HILLOCK, FOLDER = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
SLOW = "--slow" in sys.argv
pages = [a for a in sys.argv[3:] if not a.startswith("--")] or [p for p in PAGES if p == "help" or (ROOT / p).exists()]
shutil.rmtree(FOLDER, ignore_errors=True)
(FOLDER / "build").mkdir(parents=True)
for entry in ROOT.iterdir():
    if not entry.name.startswith((".", "build")):
        (FOLDER / entry.name).symlink_to(entry)
(FOLDER / "build/hillock").symlink_to(HILLOCK)
total = 0
for page in pages:
    for line, script, expected in blocks_of_help(SLOW) if page == "help" else blocks_of_page(page, SLOW):
        start = time.monotonic()
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=FOLDER, capture_output=True, text=True)
        if done.returncode != expected:
            sys.exit(f"{page}:{line}: ends with status {done.returncode}, not {expected}:\n{script}\n"
                     f"{done.stdout[-1500:]}{done.stderr[-1500:]}")
        wide = [l for l in done.stdout.splitlines() if len(l) > 80 and "build/hillock" in script and "--help" not in script
                and not re.search(r"help|inspect|cat ", script)]
        if wide:
            sys.exit(f"{page}:{line}: prints a line of more than 80 columns:\n{wide[0]}")
        print(f"{page}:{line}: {time.monotonic() - start:.1f} s")
        total += 1
print(f"{total} blocks run")
