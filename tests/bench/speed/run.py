#!/usr/bin/env python3
"""Measures Hillock's speed as ratios: against snnTorch, against its own scalar model, against a bare
loop of eval() and Verilator's defaults. What is compared is measured in turns, in one run; a figure is
the median over the rounds, with the smallest and the largest; in a round the best of a few short
measurements counts, since nothing that disturbs one makes it quicker.

    make bench                        # builds, measures, writes build/bench/speed and docs/performance.md
    tests/bench/speed/run.py --build build -o build/bench/speed [--rounds N] [--docs docs/performance.md]

Needs numpy. snnTorch is measured where the Python that runs this has it (BENCH_PYTHON of make);
elsewhere its rows say so. What one thread does is compared by processor time, which other programs on
the machine disturb less than wall time; what several threads do both ways. Limits in seconds are held
against processor time, which wall time does not exceed where nothing else runs.
"""
import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import networks  # noqa: E402
import plot  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]


class Server:
    """A program that answers each line with a line of JSON."""

    def __init__(self, command, cwd=None, env=None):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, cwd=cwd, env={**os.environ, **(env or {})})

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"error": "no answer to " + str(words[0])}
        if "error" in answer:
            sys.exit("run.py: " + answer["error"])
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(command, **options):
    """Wall time and processor time, all processes together, of a command that has to succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"run.py: {' '.join(map(str, command))} failed:\n{done.stdout}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu}


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values),
            "rounds": len(values)}


def ratios(slow, fast):
    """Of two lists of seconds per piece of work, round by round."""
    return spread([s / f for s, f in zip(slow, fast)])


# --- snnTorch -----------------------------------------------------------------------------------


def load_torch():
    try:
        import snntorch
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    return torch, snntorch


def torch_network(libraries, name, tensors, x):
    """The same network in snnTorch. Returns f(batch) -> seconds of processor time a sample."""
    torch, snn = libraries
    nn = torch.nn

    def weights(layer, key):
        layer.weight.data = torch.from_numpy(tensors[key + ".weight"])
        if key + ".bias" in tensors:
            layer.bias.data = torch.from_numpy(tensors[key + ".bias"])
        return layer

    def leaky(key):
        return snn.Leaky(beta=float(tensors[key + ".beta"]), threshold=float(tensors[key + ".threshold"]))

    if name == "dense":
        layers = [weights(nn.Linear(784, 128), "fc1"), leaky("lif1"),
                  weights(nn.Linear(128, 10), "fc2"), leaky("lif2")]
    else:
        def conv(key, inputs, outputs, kernel, stride):
            return weights(nn.Conv2d(inputs, outputs, kernel, stride, 1, bias=False), key)

        layers = [conv("c1", 2, 16, 5, 2), leaky("n1"), conv("c2", 16, 16, 3, 1), leaky("n2"),
                  nn.Sequential(nn.AvgPool2d(2), conv("c3", 16, 8, 3, 1)), leaky("n3"),
                  nn.Sequential(nn.AvgPool2d(2), nn.Flatten(),
                                weights(nn.Linear(128, 256, bias=False), "f1")), leaky("n4"),
                  weights(nn.Linear(256, 10, bias=False), "f2"), leaky("n5")]
    net = nn.ModuleList(layers)
    data = torch.from_numpy(x).float()

    @torch.no_grad()
    def run(batch):
        samples = data[:batch]
        begin = time.process_time()
        membranes = [n.reset_mem() for n in net[1::2]]
        total = 0
        for t in range(samples.shape[1]):
            spikes = samples[:, t]
            for i, membrane in enumerate(membranes):
                spikes, membranes[i] = net[2 * i + 1](net[2 * i](spikes), membrane)
            total = total + spikes
        total.argmax(1)
        return (time.process_time() - begin) / batch

    return run


# --- What is measured ---------------------------------------------------------------------------


class Bench:
    def __init__(self, arguments):
        self.out = arguments.output.resolve()
        self.build = arguments.build.resolve()
        self.rounds = arguments.rounds
        self.hillock = self.build / "hillock"
        self.nets = self.out / "networks"
        self.torch = load_torch()
        self.load = [os.getloadavg()[0]]
        self.result = {"rounds": self.rounds, "processor": processor(), "snntorch": versions(self.torch)}
        self.cache = self.out / "cache"
        self.environment = {**os.environ, "HILLOCK_CACHE": str(self.cache)}
        os.environ["HILLOCK_CACHE"] = str(self.cache)

    def compile(self, name, folder, *options):
        return timed([self.hillock, "compile", f"{name}.safetensors", "--arch", f"{name}.json", "--data",
                      f"{name}.npz", "--weight-bits", "4", "-o", folder, "--quiet", *options],
                     cwd=self.nets)

    def compiling(self):
        nearest = [self.compile("dense", "dense", "--quantizer", "nearest") for _ in range(3)]
        full = [self.compile("dense", "dense_full") for _ in range(2)]
        self.compile("dense", "dense_all", "--quantizer", "nearest", "--lanes", "all")
        self.compile("conv", "conv", "--quantizer", "nearest")
        self.result["compile"] = {
            "nearest": {k: spread([r[k] for r in nearest]) for k in ("wall", "cpu")},
            "full": {k: spread([r[k] for r in full]) for k in ("wall", "cpu")}}

    def verilating(self):
        """From an empty cache, then from a full one; one sample is compared each time."""
        result = {}
        for folder in ("dense", "dense_all"):
            shutil.rmtree(self.cache, ignore_errors=True)
            command = [self.hillock, "cosim", folder, "--data", "dense.npz", "--samples", "1", "--quiet"]
            cold = timed(command, cwd=self.nets)
            warm = [timed(command, cwd=self.nets) for _ in range(3)]
            result[folder] = {"cold": cold, "warm": {k: spread([r[k] for r in warm]) for k in cold}}
        self.result["verilate"] = result
        # The cache keeps one of them; the other one is built again here.
        timed([self.hillock, "cosim", "dense", "--data", "dense.npz", "--samples", "1", "--quiet"],
              cwd=self.nets)
        whole = timed([self.hillock, "cosim", "dense_all", "--data", "dense.npz", "--samples", "200",
                       "--quiet"], cwd=self.nets)
        self.result["cosim_200"] = whole

    def start(self, name, folder):
        worker = Server([self.build / "tests" / "speed_worker"])
        worker.ask("build", self.nets / folder, self.nets / f"{name}.npz")
        return worker

    def models(self, name, tensors, x, samples):
        """Our models, and snnTorch's, in turns. `samples`: of a measurement, by model."""
        worker = self.start(name, name)
        per = {key: [] for key in ("fast", "reference", "float", "fast_wall", "two_wall", "two_cpu")}
        torch_run = torch_network(self.torch, name, tensors, x) if self.torch else None
        best_batch = None
        if torch_run:
            torch_run(1)
            if name == "dense":  # which batch is the best: tried once, each twice
                tried = {b: min(torch_run(b), torch_run(b)) for b in (25, 50, 100, 200, 400)}
                best_batch = min(tried, key=tried.get)
                per["torch_best"] = []
            per["torch_one"] = []
        for _ in range(self.rounds):
            def best(key, count, threads=1, clock="cpu", of=3):
                return min(worker.ask(key, threads, count)[clock] for _ in range(of)) / count

            per["fast"].append(best("fast", samples["fast"]))
            if torch_run:
                repeats = samples["torch"]
                per["torch_one"].append(min(torch_run(1) for _ in range(3 * repeats)))
                if best_batch:
                    per["torch_best"].append(min(torch_run(best_batch) for _ in range(3)))
            per["reference"].append(best("reference", samples["reference"]))
            per["float"].append(best("float", samples["reference"]))
            # Many short ones: some of them find both cores free.
            few = max(samples["fast"] // 40, 8)
            per["fast_wall"].append(best("fast", few, clock="wall", of=100))
            per["two_wall"].append(best("fast", few, 2, clock="wall", of=100))
            per["two_cpu"].append(best("fast", samples["fast"] // 2, 2))
        worker.close()
        speeds = [k for k in per if k != "two_cpu"]
        result = {"inferences_per_second": {k: spread([1 / s for s in per[k]]) for k in speeds},
                  "over_reference": ratios(per["reference"], per["fast"]),
                  "two_threads": ratios(per["fast_wall"], per["two_wall"]),
                  "two_threads_cpu": ratios([2 * s for s in per["fast"]], per["two_cpu"])}
        if torch_run:
            result["over_torch_one"] = ratios(per["torch_one"], per["fast"])
        if best_batch:
            result["over_torch_best"] = ratios(per["torch_best"], per["fast"])
            result["best_batch"] = best_batch
        self.result[name] = result

    def cosimulating(self, folder, samples):
        """The verb's own work, and the same cycles in loops: over its bench with nothing observed, over
        the design as one would write it first, by its flags and by Verilator's defaults."""
        worker = self.start("dense", folder)
        worker.ask("cosim", 1, 1)
        stimulus = self.out / f"{folder}.stimulus"
        design = worker.ask("stimulus", stimulus, samples)
        loops = [Server([build(folder, design), stimulus], cwd=self.nets / folder / "rtl")
                 for build in (self.verilator_ours, self.verilator_defaults)]
        per = {key: [] for key in ("cosim", "unobserved", "bare", "default", "one_wall", "two_wall",
                                   "two_cpu")}
        for _ in range(self.rounds):
            def measured(clock, server, *words):
                answer = server.ask(*words)
                if answer.get("mismatches") or answer.get("predicted_equal") is False:
                    sys.exit("run.py: RTL and model disagree")
                if answer.get("results", samples) != samples:
                    sys.exit("run.py: the bare loop lost a result")
                ticks.add(answer["ticks"])
                return answer[clock]

            ticks = set()
            kinds = (("cosim", "cpu", worker, ("cosim", 1, samples)),
                     ("unobserved", "cpu", worker, ("unobserved", samples)),
                     ("bare", "cpu", loops[0], ("run", samples)),
                     ("default", "cpu", loops[1], ("run", samples)),
                     ("two_cpu", "cpu", worker, ("cosim", 2, samples)),
                     ("one_wall", "wall", worker, ("cosim", 1, samples)),
                     ("two_wall", "wall", worker, ("cosim", 2, samples)))
            turns = [[measured(clock, server, *words) for _, clock, server, words in kinds]
                     for _ in range(3)]
            for (key, *_), seconds in zip(kinds, zip(*turns)):
                per[key].append(min(seconds))
            if len(ticks) != 1:
                sys.exit("run.py: the loops ran different numbers of cycles")
        cycles = ticks.pop()
        worker.close()
        for loop in loops:
            loop.close()
        self.result.setdefault("cosim", {})[folder] = {
            "samples": samples, "cycles_per_inference": cycles / samples,
            "cycles_per_second": {k: spread([cycles / s for s in per[k]])
                                  for k in ("cosim", "unobserved", "bare", "default")},
            "over_bare": ratios(per["cosim"], per["bare"]),
            "over_unobserved": ratios(per["cosim"], per["unobserved"]),
            "default_over_bare": ratios(per["default"], per["bare"]),
            "default_over_unobserved": ratios(per["default"], per["unobserved"]),
            "default_over_cosim": ratios(per["default"], per["cosim"]),
            "two_jobs": ratios(per["one_wall"], per["two_wall"]),
            "two_jobs_cpu": ratios([2 * s for s in per["cosim"]], per["two_cpu"])}

    def verilator_defaults(self, folder, design):
        obj = self.out / f"verilator_{folder}"
        shutil.rmtree(obj, ignore_errors=True)
        timed(["verilator", "--cc", "--exe", "--build", "-Wno-fatal", "-DSNN_TRACE", "--top-module",
               design["top"], "--prefix", "Vtop", "-Irtl", "--Mdir", obj, *design["files"],
               HERE / "bare.cpp", "-o", "bare"], cwd=self.nets / folder)
        return obj / "bare"

    def verilator_ours(self, folder, design):
        """The same loop by the flags of the co-simulation, which are in the recipe of its build."""
        verilate, compiler = Path(design["recipe"]).read_text().split("\n")[:2]
        verilate, compiler = verilate.split(), compiler.split()
        obj = self.out / f"bare_{folder}"
        shutil.rmtree(obj, ignore_errors=True)
        verilate[verilate.index("--top-module") + 1] = design["top"]
        verilate[verilate.index("--Mdir") + 1] = str(obj)
        timed([*verilate, "-Irtl", *design["files"]], cwd=self.nets / folder)
        root = subprocess.run(["verilator", "--getenv", "VERILATOR_ROOT"], check=True,
                              capture_output=True, text=True).stdout.strip()
        runtime = [f"{root}/include/{name}.cpp" for name in ("verilated", "verilated_threads")]
        sources = [*sorted(obj.glob("*.cpp")), HERE / "bare.cpp"]
        (obj / "unity.cc").write_text("".join(f'#include "{source}"\n' for source in sources))
        timed([*compiler, f"-I{root}/include", f"-I{root}/include/vltstd", f"-I{obj}", obj / "unity.cc",
               *runtime, "-pthread", "-latomic", "-o", obj / "bare"], cwd=self.nets / folder)
        return obj / "bare"

    def scaling(self):
        # What is free is not counted as used, nor the other way round, but for these caches of malloc.
        worker = Server([self.build / "tests" / "speed_worker"], env={
            "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0"})
        def best(*words):
            answers = [worker.ask(*words) for _ in range(self.rounds)]
            answer = min(answers, key=lambda a: a["cpu"])
            answer["ns_per_operation"] = 1e9 * answer["cpu"] / answer["synaptic_operations"]
            answer["ns_per_step"] = 1e9 * answer["cpu"] / answer["runs"] / answer["steps"]
            needed = answer["weight_bytes"] + answer["state_bytes"]
            answer["memory_ratio"] = answer["bytes"] / needed
            return answer
        sides = (32, 56, 100, 178, 316, 562, 1000)
        self.result["scaling"] = {
            "synapses": [{"synapses": n * n, **best("dense", n, n, 25, max(4, 4000000 // n ** 2))}
                         for n in sides],
            "steps": [best("dense", 316, 316, t, max(2, 1000 // t)) for t in (1, 3, 10, 30, 100, 300, 1000)],
            "neurons": [best("sparse", n, 10, 25, max(2, 200000 // n)) for n in (1000, 10000, 100000)],
            "convolution": [best("conv", 10, side, 25, max(2, 20000 // side ** 2)) for side in (10, 32, 100)]}
        worker.close()


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            flags = Path("/proc/cpuinfo").read_text()
            width = "AVX-512" if " avx512bw" in flags else "AVX2" if " avx2" in flags else "SSE"
            return f"{line.split(':')[1].strip()}, {os.cpu_count()} cores, {width}"
    return platform.machine()


def versions(libraries):
    if libraries is None:
        return None
    torch, snn = libraries
    return f"snnTorch {getattr(snn, '__version__', '?')}, PyTorch {torch.__version__.split('+')[0]}"


# --- What is told -------------------------------------------------------------------------------


def number(x):
    if x >= 1000:
        return f"{x:,.0f}"
    return f"{x:.3g}" if x >= 100 or x < 10 else f"{x:.1f}"


def cell(s):
    return f"{number(s['median'])} ({number(s['min'])} to {number(s['max'])})"


def table(result):
    dense, conv = result["dense"], result["conv"]
    rows = []

    def row(what, figure, wanted="", holds=None):
        rows.append((what, figure, wanted, "" if holds is None else "yes" if holds else "**no**"))

    def at_least(what, s, wanted, key="median"):
        row(what, cell(s), f">= {wanted} x", s[key] >= wanted)

    missing = "not measured: no snnTorch"
    if "over_torch_one" in dense:
        at_least("integer model over snnTorch, batch 1", dense["over_torch_one"], 500)
        at_least(f"integer model over snnTorch, its best batch ({dense['best_batch']})",
                 dense["over_torch_best"], 200)
    else:
        rows += [("integer model over snnTorch, batch 1", missing, ">= 500 x", ""),
                 ("integer model over snnTorch, its best batch", missing, ">= 200 x", "")]
    at_least("integer model over our scalar model", dense["over_reference"], 8)
    at_least("two threads over one, by wall time (needs two idle cores)", dense["two_threads"], 1.8)
    at_least("two threads over one, by processor time", dense["two_threads_cpu"], 1.8)
    if "over_torch_one" in conv:
        at_least("2x34x34 convolution, 300 steps: integer model over snnTorch, batch 1",
                 conv["over_torch_one"], 100)
    else:
        rows.append(("2x34x34 convolution, 300 steps: over snnTorch, batch 1", missing, ">= 100 x", ""))
    at_least("2x34x34 convolution: over our scalar model", conv["over_reference"], 8)
    for folder, lanes in (("dense", "8 lanes"), ("dense_all", "all lanes")):
        c = result["cosim"][folder]
        row(f"co-simulation, {lanes}: time over a bare loop of eval()", cell(c["over_bare"]), "<= 1.1 x",
            c["over_bare"]["median"] <= 1.1)
        row(f"co-simulation, {lanes}: time over its own bench, nothing observed",
            cell(c["over_unobserved"]))
        at_least(f"co-simulation, {lanes}: its bench and flags over a bare loop by Verilator's defaults",
                 c["default_over_unobserved"], 2)
        row(f"co-simulation, {lanes}: its flags alone over Verilator's defaults, bare loops",
            cell(c["default_over_bare"]))
        at_least(f"co-simulation, {lanes}: two jobs over one, by wall time (needs two idle cores)",
                 c["two_jobs"], 1.7)
        at_least(f"co-simulation, {lanes}: two jobs over one, by processor time", c["two_jobs_cpu"], 1.7)

    def below(what, wall, cpu, limit):
        # Where nothing else runs, wall time is no longer than processor time.
        row(what, f"{cpu:.2f} s of processor time ({wall:.2f} s by the clock)", f"< {limit} s", cpu < limit)

    below("200 samples at all lanes, after compilation", *result["cosim_200"].values(), 10)
    for key, what, limit in (("nearest", "plain rounding", 1), ("full", "the full quantizer", 10)):
        t = result["compile"][key]
        below(f"compile, {what}: import to RTL on disk", t["wall"]["median"], t["cpu"]["median"], limit)
    for folder, lanes in (("dense", "8 lanes"), ("dense_all", "all lanes")):
        v = result["verilate"][folder]
        below(f"first compared sample, {lanes}: Verilator build cold", *v["cold"].values(), 20)
        below(f"first compared sample, {lanes}: warm", v["warm"]["wall"]["median"],
              v["warm"]["cpu"]["median"], 2)
    text = "| what | measured: median (smallest to largest) | wanted | holds |\n|---|---|---|---|\n"
    return text + "".join(f"| {' | '.join(r)} |\n" for r in rows)


def absolute(result):
    names = {"fast": "integer model", "reference": "integer model, scalar", "float": "float model",
             "torch_one": "snnTorch, batch 1", "torch_best": "snnTorch, its best batch"}
    text = "| inferences a second, one thread | 784-128-10, T = 25 | 2x34x34 convolution, T = 300 |\n|---|---|---|\n"
    for key, what in names.items():
        cells = [cell(result[n]["inferences_per_second"][key])
                 if key in result[n]["inferences_per_second"] else "" for n in ("dense", "conv")]
        if any(cells):
            text += f"| {what} | {cells[0]} | {cells[1]} |\n"
    for folder, lanes in (("dense", "8 lanes"), ("dense_all", "all lanes")):
        c = result["cosim"][folder]
        speed = c["cycles_per_second"]["cosim"]["median"]
        text += (f"| co-simulation, {lanes}: {c['cycles_per_inference']:,.0f} cycles an inference, "
                 f"{number(speed / 1e6)} million a second | {number(speed / c['cycles_per_inference'])} | |\n")
    return text


def scaling_table(scaling):
    text = "| network | ns per synaptic operation | ns per step | memory over weights plus state |\n|---|---|---|---|\n"

    def row(what, a):
        nonlocal text
        text += (f"| {what} | {a['ns_per_operation']:.3g} | {number(a['ns_per_step'])} | "
                 f"{a['memory_ratio']:.2f} |\n")

    for a in scaling["synapses"]:
        row(f"{a['synapses']:,} synapses, dense, 25 steps", a)
    for a in scaling["steps"]:
        row(f"99,856 synapses, dense, {a['steps']:,} steps", a)
    for a in scaling["neurons"]:
        row(f"{a['neurons']:,} neurons, 10 single synapses each, recurrent", a)
    for a in scaling["convolution"]:
        row(f"{a['neurons']:,} neurons, 3x3 convolution of 10 channels", a)
    return text


def write_docs(file, result):
    """Replaces what stands between the marks; the words around it are a person's."""
    parts = {"ratios": table(result), "absolute": absolute(result),
             "scaling": scaling_table(result["scaling"]),
             "machine": f"{result['processor']}; {result['snntorch'] or 'without snnTorch'}; "
                        f"{result['rounds']} rounds. Programs that ran or waited to run: "
                        f"{result['load'][0]:.0f} at the beginning, {result['load'][1]:.0f} at the end (1 to 2 are "
                        "this one's own).\n"}
    text = file.read_text()
    for name, part in parts.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        head, rest = text.split(begin, 1)
        text = head + begin + part + end + rest.split(end, 1)[1]
    temporary = file.with_suffix(".tmp")
    temporary.write_text(text)
    temporary.rename(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build" / "bench" / "speed")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--docs", type=Path, help="a page whose tables are written anew")
    arguments = parser.parse_args()
    bench = Bench(arguments)
    bench.nets.mkdir(parents=True, exist_ok=True)

    def say(text):
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)

    say("networks")
    dense = networks.dense(bench.nets)
    conv = networks.conv(bench.nets)
    say("compile")
    bench.compiling()
    say("Verilator")
    bench.verilating()
    say("784-128-10" + ("" if bench.torch else ": snnTorch is not installed and is left out"))
    bench.models("dense", *dense, {"fast": 8000, "reference": 200, "torch": 10})
    say("convolution")
    bench.models("conv", *conv, {"fast": 80, "reference": 4, "torch": 1})
    say("co-simulation")
    bench.cosimulating("dense", 20)
    bench.cosimulating("dense_all", 400)
    say("scaling")
    bench.scaling()
    bench.load.append(os.getloadavg()[0])
    bench.result["load"] = bench.load
    result = bench.out / "result.json"
    result.write_text(json.dumps(bench.result, indent=1) + "\n")
    curves = plot.scaling_svg(bench.result["scaling"])
    (bench.out / "scaling.svg").write_text(curves)
    if arguments.docs:
        write_docs(arguments.docs, bench.result)
        (arguments.docs.parent / "performance").mkdir(exist_ok=True)
        (arguments.docs.parent / "performance" / "result.json").write_text(result.read_text())
        (arguments.docs.parent / "performance" / "scaling.svg").write_text(curves)
    say(f"written: {result}")
    print("\n" + table(bench.result))


if __name__ == "__main__":
    main()
