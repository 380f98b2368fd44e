#!/usr/bin/env python3
"""report.html in a headless Chromium: it draws without a complaint, shows the figures of the JSON files
beside it, and fits 1280 and 400 pixels, light and dark.

  browser_test.py HILLOCK FOLDER [--screenshots FOLDER] [--reuse]

Exit status 77 (skipped) where there is no Chromium. Python's standard library only.
"""
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIGITS = ROOT / "examples/digits"
MODEL = [str(DIGITS / "model.nir"), "--data", str(DIGITS / "test.npz"), "--semantics", "snntorch",
         "--reset", "subtract"]
# What the page calls the files of the folder.
FILES = {"compile": "compile.json", "float": "run-float.json", "integer": "run-integer.json",
         "cosim": "cosim.json", "estimate": "estimate.json", "explore": "explore.json"}

# Told to the page: complaints are kept, and told to the frame around it once all is drawn.
LISTEN = """<script>
window.complaints = [];
window.addEventListener("error", (e) => complaints.push(String(e.message)));
for (const kind of ["error", "warn"]) console[kind] = (...a) => complaints.push(kind + ": " + a.join(" "));
</script>"""
TELL = """<script>
setTimeout(() => {
  const wide = [...document.querySelectorAll("body *")].filter((n) => !n.closest(".scroll, details:not([open])") &&
    n.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map((n) => n.tagName + "." + n.className);
  const figures = [...document.querySelectorAll("data[data-path]")].map((d) => [d.dataset.path, d.value, d.textContent]);
  const blank = [...document.querySelectorAll("canvas")].filter((c) => {
    const pixels = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
    return !pixels.some((x) => x !== 0);
  }).length;
  parent.postMessage({drawn: document.documentElement.dataset.drawn, complaints, wide, figures, blank,
    canvases: document.querySelectorAll("canvas").length, height: document.documentElement.scrollHeight,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth}, "*");
}, 300);
</script>"""
FRAME = """<!doctype html><body style="margin:0"><iframe src="%s" style="width:%dpx;height:%dpx;border:0"></iframe>
<pre id="answer"></pre><script>
addEventListener("message", (m) => { document.getElementById("answer").textContent = JSON.stringify(m.data); });
</script></body>"""


def chromium(*arguments):
    return subprocess.run([BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                           "--allow-file-access-from-files", "--virtual-time-budget=8000",
                           f"--user-data-dir={PROFILE}", *arguments],
                          capture_output=True, text=True, timeout=180)


def look(page, width, dark):
    folder = Path(page).parent
    text = Path(page).read_text()
    # In a frame the page sees the width of the frame: no window is as narrow as a phone.
    told = folder / "told.html"
    head, _, tail = text.replace("<head>", "<head>" + LISTEN, 1).rpartition("</body>")
    told.write_text(head + TELL + "</body>" + tail)
    frame = folder / "frame.html"
    frame.write_text(FRAME % ("told.html", width, 4000))
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    done = chromium(*scheme, "--window-size=1400,4200", "--dump-dom", frame.as_uri())
    answer = re.search(r'<pre id="answer">(.*?)</pre>', done.stdout, re.S)
    assert answer and answer.group(1), f"the page says nothing at {width} pixels:\n{done.stderr[-2000:]}"
    for f in (told, frame):
        f.unlink()
    return json.loads(html.unescape(answer.group(1)))


def check(page, seen, width, scheme):
    where = f"{page.parent.name} at {width} pixels, {scheme}"
    assert seen["drawn"] == "yes", f"{where}: not drawn to its end: {seen['complaints']}"
    assert not seen["complaints"], f"{where}: complaints on the console: {seen['complaints']}"
    assert seen["overflow"] <= 0 and not seen["wide"], f"{where}: wider than the page: {seen['wide'][:5]}"
    assert seen["blank"] == 0, f"{where}: {seen['blank']} charts are empty"
    wrong = 0
    for path, value, text in seen["figures"]:
        name, *keys = path.split("/")
        expected = json.loads((page.parent / FILES[name]).read_text())
        for key in keys:
            expected = expected[int(key) if isinstance(expected, list) else key]
        if float(value.split()[0]) != float(expected):
            print(f"{where}: {path} is {expected}, and the page says {value} ({text})")
            wrong += 1
    assert wrong == 0
    return len(seen["figures"])


def hillock(*arguments):
    done = subprocess.run([HILLOCK, *arguments, "--quiet"], capture_output=True, text=True)
    assert done.returncode == 0, f"hillock {' '.join(arguments)}:\n{done.stderr}"


HILLOCK, FOLDER = sys.argv[1], Path(sys.argv[2]).resolve()
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if not BROWSER:
    print("skipped: there is no Chromium (Debian: chromium)")
    sys.exit(77)
REUSE = "--reuse" in sys.argv  # the builds of an earlier run; the pages are written again
if not REUSE:
    shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True, exist_ok=True)
PROFILE = tempfile.mkdtemp()
try:
    full, bare = FOLDER / "full", FOLDER / "bare"
    if not REUSE:
        hillock("explore", *MODEL, "--samples", "40", "--weight-bits", "2,3,4", "--verify", "1",
                "--verify-samples", "2", "-o", str(FOLDER / "search"))
        hillock("flow", *MODEL, "--samples", "10", "--quick-build", "-o", str(full))
        shutil.copy(FOLDER / "search/explore.json", full / "explore.json")
    hillock("report", str(full))
    if not REUSE:
        hillock("compile", *MODEL, "-o", str(bare))
    hillock("report", str(bare))  # nothing has been run: every part must bear that
    for width in (1280, 400):
        for scheme in ("light", "dark"):
            for build in (full, bare):
                page = build / "report.html"
                seen = look(page, width, scheme == "dark")
                figures = check(page, seen, width, scheme)
                print(f"{build.name} at {width} pixels, {scheme}: {figures} figures equal, "
                      f"{seen['canvases']} charts, no complaint, nothing too wide")
                if build is full:
                    assert figures > 100 and seen["canvases"] >= 4
    # Figures that do not fit must be seen.
    broken = FOLDER / "broken"
    shutil.copytree(full, broken, dirs_exist_ok=True)
    cosim = json.loads((broken / "cosim.json").read_text())
    cosim["spikes_compared"] += 1
    (broken / "cosim.json").write_text(json.dumps(cosim))
    try:
        check(broken / "report.html", look(broken / "report.html", 1280, False), 1280, "light")
    except AssertionError:
        print("a figure that is not the file's is noticed")
    else:
        sys.exit("a figure that is not the file's was not noticed")
    if "--screenshots" in sys.argv:
        out = Path(sys.argv[sys.argv.index("--screenshots") + 1])
        out.mkdir(parents=True, exist_ok=True)
        page = full / "report.html"
        for width, height in ((1280, 5200), (400, 8200)):
            for scheme in ("light", "dark"):
                frame = full / "frame.html"
                frame.write_text(FRAME % ("report.html", width, height))
                dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
                chromium(*dark, f"--window-size={max(width, 500)},{height}",
                         f"--screenshot={out / f'report-{width}-{scheme}.png'}", frame.as_uri())
finally:
    shutil.rmtree(PROFILE, ignore_errors=True)
