"""Makes tests/golden/*.zip: small random networks with the spikes that snnTorch itself computes.

    pip install -r tests/golden/requirements.txt && python tests/golden/make_goldens.py

The archives are committed; the tests need neither Python nor this script. Each holds cases, a
folder each: state_dict.pt, arch.json, x.npy [N, T, features...] (real-valued [N, features...] in
the group static, whose networks are shown the same in every step), one <layer>.spikes.npy
[N, T, ...] per neuron layer, and, where snnTorch's exporter can write the network, model.nir with
nir.json (the options the file cannot say). Seeds are chosen so that every layer spikes and no
membrane comes near its threshold: not one spike may differ.
"""

import copy
import io
import json
import pathlib
import tempfile
import warnings
import zipfile

import nir
import numpy as np
import snntorch as snn
import torch
from snntorch.export_nir import export_to_nir
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
STEPS = 20
SAMPLES = 2
MARGIN = 2e-5
RESETS = ("subtract", "zero", "none")
warnings.filterwarnings("ignore")

margin = [np.inf]


def watch(original):
    """Records how near any membrane comes to its threshold."""

    def wrapped(self, *args):
        lead = args[-1] - self.threshold
        margin[0] = min(margin[0], float(lead.abs().min()))
        if original.__name__ == "fire_inhibition":
            top = torch.topk(lead, 2, dim=1).values
            margin[0] = min(margin[0], float((top[:, 0] - top[:, 1]).abs().min()))
        return original(self, *args)

    return wrapped


snn.SpikingNeuron.fire = watch(snn.SpikingNeuron.fire)
snn.SpikingNeuron.fire_inhibition = watch(snn.SpikingNeuron.fire_inhibition)


class Layer:
    """One layer: its module, its entry in the architecture file, and what it reads."""

    def __init__(self, name, module, kind, source=None, **options):
        self.name, self.module = name, module
        self.entry = {"name": name, "type": kind, **options}
        self.source = source
        if source is not None:
            self.entry["from"] = source


class PassedStates(snn.RSynaptic):
    """RSynaptic with reset_delay=False: it takes its states from the caller, and of the right shape, or
    raises an error."""

    def reset_mem(self):
        self.states = None
        return super().reset_mem()

    def forward(self, x):
        self.states = super().forward(x, *(self.states or [torch.zeros_like(x) for _ in range(3)]))
        return self.states[0]


def spread(low, high, n):
    return low + (high - low) * torch.rand(n)


def neuron(kind, n, reset, delay=True, vary=False, shape=None, **more):
    """A module of snnTorch with n neurons, parameters per neuron where `vary`."""
    shape = shape or (n,)
    beta = spread(0.6, 0.95, shape) if vary else 0.85
    common = {"threshold": spread(0.7, 1.3, shape) if vary else 1.0, "reset_mechanism": reset,
              "init_hidden": True}
    if kind not in ("lapicque", "alpha"):
        common["reset_delay"] = delay
    alpha = spread(0.3, 0.7, shape) if vary else 0.6
    common.update(more)
    if kind == "leaky":
        return snn.Leaky(beta=beta, **common)
    if kind == "rleaky":
        return snn.RLeaky(beta=beta, **common)
    if kind == "synaptic":
        return snn.Synaptic(alpha=alpha, beta=beta, **common)
    if kind == "rsynaptic":
        if not delay:
            return PassedStates(alpha=alpha, beta=beta, **{**common, "init_hidden": False})
        return snn.RSynaptic(alpha=alpha, beta=beta, **common)
    if kind == "lapicque":
        return snn.Lapicque(**({} if {"R", "C", "beta"} & common.keys() else {"beta": 0.85}), **common)
    alpha = spread(0.7, 0.9, shape) if vary else 0.8
    beta = spread(0.3, 0.6, shape) if vary else 0.5
    return snn.Alpha(alpha=alpha, beta=beta, **common)


def dense(kind, reset, delay=True, vary=False, **more):
    def make():
        hidden, out = dict(more), dict(more)
        if kind in ("rleaky", "rsynaptic") and "all_to_all" not in more:
            hidden["linear_features"], out["linear_features"] = 6, 4
        elif kind in ("rleaky", "rsynaptic"):
            hidden["V"], out["V"] = spread(-1, 1, 6), torch.tensor(0.4)
        tell = {} if kind in ("lapicque", "alpha") else {"reset_delay": delay}
        if "inhibition" in more:
            tell["inhibition"] = more["inhibition"]
        return [Layer("fc1", nn.Linear(8, 6), "linear"),
                Layer("lif1", neuron(kind, 6, reset, delay, vary, **hidden), kind, **tell),
                Layer("fc2", nn.Linear(6, 4), "linear"),
                Layer("lif2", neuron(kind, 4, reset, delay, vary, **out), kind, **tell)], (8,)

    return make


def conv(kind, reset, delay=True):
    def make():
        more = {}
        if kind in ("rleaky", "rsynaptic"):
            more = {"conv2d_channels": 3, "kernel_size": (3, 5) if kind == "rleaky" else 3}
        tell = {} if kind in ("lapicque", "alpha") else {"reset_delay": delay}
        return [Layer("c1", nn.Conv2d(2, 3, 3, padding=1), "conv2d", padding=1),
                Layer("lif1", neuron(kind, 3, reset, delay, **more), kind, **tell),
                Layer("fl", nn.Flatten(), "flatten"),
                Layer("fc", nn.Linear(3 * 5 * 6, 4), "linear"),
                Layer("lif2", neuron("leaky", 4, reset, delay), "leaky", reset_delay=delay)], (2, 5, 6)

    return make


def pooled(kind, reset, delay=True, pool="avg", place="after"):
    """conv -> pool -> neuron, or conv -> neuron -> pool -> conv -> neuron."""

    def make():
        tell = {} if kind in ("lapicque", "alpha") else {"reset_delay": delay}
        more = {"conv2d_channels": 2, "kernel_size": 3} if kind in ("rleaky", "rsynaptic") else {}
        module = {"avg": nn.AvgPool2d, "max": nn.MaxPool2d}[pool](2)
        layers = [Layer("c1", nn.Conv2d(1, 2, 3, padding=1), "conv2d", padding=1),
                  Layer("p1", module, f"{pool}pool2d", kernel_size=2),
                  Layer("lif1", neuron(kind, 2, reset, delay, **more), kind, **tell)]
        more = {**more, "conv2d_channels": 3} if more else {}
        if place == "between":
            layers = [layers[0], layers[2], layers[1],
                      Layer("c2", nn.Conv2d(2, 3, (2, 3), padding=(0, 1), bias=False), "conv2d",
                            padding=[0, 1]),
                      Layer("lif2", neuron(kind, 3, reset, delay, **more), kind, **tell)]
        return layers, (1, 7, 6)

    return make


def leaky(name, n=4, **options):
    return Layer(name, neuron("leaky", n, "subtract", **options), "leaky", reset_delay=True)


def shapes():
    """Geometry: what a window can be, and everything that is folded."""

    def norm(module):
        """Statistics and weights as a trained one has them."""
        with torch.no_grad():
            module.running_mean.copy_(torch.randn_like(module.running_mean) * 0.2)
            module.running_var.copy_(torch.rand_like(module.running_var) + 0.3)
            module.weight.copy_(torch.rand_like(module.weight) + 0.5)
            module.bias.copy_(torch.randn_like(module.bias) * 0.2)
        return module

    def chain(*layers, shape):
        return list(layers), shape

    def skip():
        return [Layer("fc1", nn.Linear(6, 5), "linear"), leaky("lif1"),
                Layer("fc2", nn.Linear(5, 5, bias=False), "linear"), leaky("lif2"),
                Layer("side", nn.Linear(6, 5), "linear", source="input"),
                leaky_sum("sum", ["lif1", "lif2", "side"]),
                Layer("fc3", nn.Linear(5, 3), "linear"), leaky("lif3")], (6,)

    def leaky_sum(name, sources):
        layer = leaky(name)
        layer.source = layer.entry["from"] = sources
        return layer

    def graded():
        first = neuron("leaky", 5, "subtract", graded_spikes_factor=torch.tensor([0.5, 2, -1, 1.5, 3]))
        second = neuron("leaky", 5, "zero", delay=False, graded_spikes_factor=2.0)
        return [Layer("fc1", nn.Linear(6, 5), "linear"), Layer("lif1", first, "leaky", reset_delay=True),
                Layer("fc2", nn.Linear(5, 5), "linear"), Layer("lif2", second, "leaky", reset_delay=False),
                Layer("fc3", nn.Linear(5, 3), "linear"), leaky("lif3")], (6,)

    return {
        "strides": lambda: chain(
            Layer("c", nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2),
                  "conv2d", stride=[2, 1], padding=[1, 0], dilation=[1, 2], groups=2),
            leaky("lif"), shape=(2, 7, 6)),
        "same": lambda: chain(
            Layer("c", nn.Conv2d(2, 2, (4, 3), padding="same", dilation=(1, 2)), "conv2d",
                  padding="same", dilation=[1, 2]), leaky("lif"), shape=(2, 6, 7)),
        "conv1d": lambda: chain(
            Layer("c", nn.Conv1d(2, 3, 3, stride=2, padding=1), "conv1d", stride=2, padding=1),
            leaky("lif"), Layer("c2", nn.Conv1d(3, 4, 2, padding="same"), "conv1d", padding="same"),
            leaky("lif2"), Layer("fl", nn.Flatten(), "flatten"),
            Layer("fc", nn.Linear(20, 4), "linear"), leaky("lif3"), shape=(2, 9)),
        "pool_linear": lambda: chain(
            Layer("c", nn.Conv2d(1, 3, 3), "conv2d"), leaky("lif"),
            Layer("p", nn.AvgPool2d(2), "avgpool2d", kernel_size=2), Layer("fl", nn.Flatten(), "flatten"),
            Layer("fc", nn.Linear(3 * 2 * 2, 4), "linear"), leaky("lif2"), shape=(1, 7, 6)),
        "overlap": lambda: chain(
            Layer("p", nn.AvgPool2d(3, 2, 1), "avgpool2d", kernel_size=3, stride=2, padding=1),
            Layer("c", nn.Conv2d(2, 3, 3, padding=1), "conv2d", padding=1), leaky("lif"),
            Layer("p2", nn.AvgPool2d(3, 1, 1, count_include_pad=False), "avgpool2d", kernel_size=3,
                  stride=1, padding=1, count_include_pad=False),
            Layer("fl", nn.Flatten(), "flatten"), Layer("fc", nn.Linear(36, 4), "linear"),
            leaky("lif2"), shape=(2, 8, 6)),
        "padded_after": lambda: chain(
            Layer("c", nn.Conv2d(1, 2, 3, padding=1), "conv2d", padding=1),
            Layer("p", nn.AvgPool2d(2, 2, 1), "avgpool2d", kernel_size=2, stride=2, padding=1),
            leaky("lif"), Layer("p2", nn.AvgPool2d(3, 2, ceil_mode=True), "avgpool2d", kernel_size=3,
                                stride=2, ceil_mode=True), leaky("lif2"), shape=(1, 6, 6)),
        "twice": lambda: chain(
            Layer("c", nn.Conv2d(1, 2, 3), "conv2d"),
            Layer("c2", nn.Conv2d(2, 2, 2, stride=2, groups=2), "conv2d", stride=2, groups=2),
            leaky("lif"), Layer("fl", nn.Flatten(), "flatten"), Layer("fc", nn.Linear(8, 5), "linear"),
            Layer("fc2", nn.Linear(5, 3), "linear"), leaky("lif2"), shape=(1, 7, 7)),
        "batchnorm": lambda: chain(
            Layer("n0", norm(nn.BatchNorm2d(2)), "batchnorm2d"),
            Layer("c", nn.Conv2d(2, 3, 3, padding=1), "conv2d", padding=1),
            Layer("n", norm(nn.BatchNorm2d(3)), "batchnorm2d"), leaky("lif"),
            Layer("p", nn.AvgPool2d(2), "avgpool2d", kernel_size=2),
            Layer("n1", norm(nn.BatchNorm2d(3, eps=1e-3)), "batchnorm2d", eps=1e-3),
            Layer("fl", nn.Flatten(), "flatten"), Layer("d", nn.Dropout(), "dropout"),
            Layer("fc", nn.Linear(27, 4), "linear"), Layer("n2", norm(nn.BatchNorm1d(4)), "batchnorm1d"),
            leaky("lif2"), shape=(2, 6, 6)),
        "max_of_input": lambda: chain(
            Layer("p", nn.MaxPool2d(3, 2, 1), "maxpool2d", kernel_size=3, stride=2, padding=1),
            Layer("c", nn.Conv2d(1, 2, 2), "conv2d"), leaky("lif"), shape=(1, 9, 8)),
        "max_overlap": lambda: chain(
            Layer("c", nn.Conv2d(1, 2, 3, padding=1), "conv2d", padding=1),
            Layer("p", nn.MaxPool2d(3, 2, 1, ceil_mode=True), "maxpool2d", kernel_size=3, stride=2,
                  padding=1, ceil_mode=True),
            Layer("n", norm(nn.BatchNorm2d(2)), "batchnorm2d"), leaky("lif"),
            Layer("p2", nn.MaxPool2d((2, 1), 1), "maxpool2d", kernel_size=[2, 1], stride=1),
            Layer("fl", nn.Flatten(), "flatten"), Layer("fc", nn.Linear(32, 3), "linear"),
            leaky("lif2"), shape=(1, 8, 7)),
        "max_linear": lambda: chain(
            Layer("c", nn.Conv2d(1, 2, 3, padding=1), "conv2d", padding=1),
            Layer("p", nn.MaxPool2d(2), "maxpool2d", kernel_size=2),
            Layer("fl", nn.Flatten(), "flatten"), Layer("fc", nn.Linear(18, 4), "linear"),
            leaky("lif"), shape=(1, 6, 7)),
        "skip": skip,
        "graded": graded,
        "inhibition": lambda: dense("leaky", "subtract", inhibition=True)(),
        "inhibition_zero": lambda: dense("synaptic", "zero", vary=True, inhibition=True)(),
        "lapicque_rc": lambda: chain(
            Layer("fc", nn.Linear(6, 5), "linear"),
            Layer("lif", snn.Lapicque(R=2.0, C=1.5, time_step=0.4, init_hidden=True), "lapicque"),
            shape=(6,)),
    }


def run(layers, x):
    """Spikes of every neuron layer, [N, T, ...]."""
    spikes = {}
    with torch.no_grad():
        for layer in layers:
            if isinstance(layer.module, snn.SpikingNeuron):
                layer.module.reset_mem()
        for t in range(x.shape[1]):
            values = {"input": torch.tensor(x[:, t]).float()}
            before = "input"
            for layer in layers:
                sources = layer.source or before
                sources = [sources] if isinstance(sources, str) else sources
                out = layer.module(sum(values[s] for s in sources))
                if isinstance(layer.module, snn.SpikingNeuron):
                    spikes.setdefault(layer.name, []).append((out != 0).numpy().astype(np.uint8))
                values[layer.name] = out
                before = layer.name
    return {name: np.stack(s, axis=1) for name, s in spikes.items()}


def strengthen(layers, gain):
    with torch.no_grad():
        for layer in layers:
            if isinstance(layer.module, (nn.Linear, nn.Conv1d, nn.Conv2d)):
                layer.module.weight *= gain


def case(make, static=False):
    """A network, its input and its spikes, from the first seed that is fit for a golden."""
    for seed in range(3000):
        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        layers, shape = make()
        strengthen(layers, (1.0, 1.5, 2.0, 3.0, 6.0, 12.0)[seed % 6])
        for layer in layers:
            layer.module.eval()
        if static:
            x = rng.random((SAMPLES, *shape)).astype(np.float32)
            steps = np.repeat(x[:, None], STEPS, axis=1)
        else:
            x = steps = (rng.random((SAMPLES, STEPS, *shape)) < 0.35).astype(np.uint8)
        margin[0] = np.inf
        spikes = run(layers, steps)
        rates = [s.mean() for s in spikes.values()]
        if margin[0] > MARGIN and min(rates) > 0.04 and max(rates) < 0.75:
            return layers, shape, x, spikes
    raise RuntimeError("no seed is fit")


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def nir_bytes(layers, shape):
    """What snnTorch exports, or None where its exporter cannot."""
    if any(l.source is not None for l in layers):
        return None
    modules = [l.module for l in layers if not isinstance(l.module, nn.Dropout)]
    kinds = (nn.Linear, nn.Conv2d, nn.AvgPool2d, nn.Flatten, snn.Leaky, snn.Synaptic, snn.RSynaptic)
    if not all(isinstance(m, kinds) for m in modules):
        return None
    for m in modules:
        if isinstance(m, nn.AvgPool2d) and (m.padding != 0 or m.ceil_mode):
            return None  # written without its padding
        if isinstance(m, snn.SpikingNeuron) and m.inhibition:
            return None
        if isinstance(m, snn.SpikingNeuron) and (m.graded_spikes_factor != 1).any():
            return None
        if isinstance(m, PassedStates):
            return None
        if isinstance(m, snn.RSynaptic) and not m.all_to_all and m.V.dim() == 0:
            return None
        if isinstance(m, snn.RSynaptic) and isinstance(getattr(m, "recurrent", None), nn.Conv2d):
            return None
    modules = copy.deepcopy(modules)
    value = torch.zeros(1, *shape)
    reads = {}
    for i, m in enumerate(modules):
        reads[str(i)] = tuple(value.shape[1:])
        if isinstance(m, snn.SpikingNeuron):
            m.reset_mem()
        with torch.no_grad():
            value = m(value)
        if isinstance(m, snn.SpikingNeuron):
            m.reset_mem()
            if len(shape) > 1:  # the exporter works out shapes from parameters
                for name in {"alpha", "beta", "threshold"} & m._buffers.keys():
                    setattr(m, name, getattr(m, name).expand(value.shape[1:]).clone())
    graph = export_to_nir(nn.Sequential(*modules), torch.zeros(1, *shape), ignore_dims=[0])
    for name, read in reads.items():  # NIR's own inference takes kernels for square
        node = graph.nodes.get(name)
        if isinstance(node, nir.Conv2d):
            node.input_shape = read[1:]
        elif isinstance(node, nir.Flatten):
            node.input_type = {"input": np.array(read)}
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "model.nir"
        nir.write(file, graph)
        return file.read_bytes()


def state_bytes(layers):
    out = io.BytesIO()
    tensors = {}
    for layer in layers:
        for key, value in layer.module.state_dict().items():
            tensors[f"{layer.name}.{key}"] = value
    torch.save(tensors, out)
    return out.getvalue()


def write(archive, name, make, counts, static=False):
    layers, shape, x, spikes = case(make, static)
    files = {"state_dict.pt": state_bytes(layers), "x.npy": npy(x)}
    arch = {"input": {"shape": list(shape), "binary": not static}, "timesteps": STEPS,
            "layers": [l.entry for l in layers]}
    if static:
        arch["input"]["static"] = True
    files["arch.json"] = json.dumps(arch, indent=1).encode()
    for layer, s in spikes.items():
        files[f"{layer}.spikes.npy"] = npy(s)
    exported = None if static else nir_bytes(layers, shape)
    if exported is not None:
        neurons = [l for l in layers if isinstance(l.module, snn.SpikingNeuron)]
        resets = {l.module.reset_mechanism for l in neurons}
        delays = {l.module.reset_delay for l in neurons}
        if len(resets) == 1 and len(delays) == 1:
            files["model.nir"] = exported
            files["nir.json"] = json.dumps({"reset": resets.pop(), "reset_delay": delays.pop(),
                                            "layers": [l.name for l in neurons]}).encode()
            counts["nir"] += 1
    for file, content in files.items():
        info = zipfile.ZipInfo(f"{name}/{file}", (2024, 1, 1, 0, 0, 0))
        archive.writestr(info, content, zipfile.ZIP_DEFLATED, 9)
    counts["cases"] += 1


def groups():
    delays = {"leaky": (True, False), "rleaky": (True, False), "synaptic": (True, False)}
    kinds = ("leaky", "rleaky", "synaptic", "rsynaptic", "lapicque", "alpha")

    def matrix(make, only=kinds):
        cases = {}
        for kind in only:
            for reset in RESETS:
                for delay in delays.get(kind, (True,)):
                    cases[f"{kind}_{reset}_{'delayed' if delay else 'same_step'}"] = make(kind, reset, delay)
        return cases

    yield "dense", {**matrix(dense), **{f"rsynaptic_{reset}_same_step": dense("rsynaptic", reset, False)
                                        for reset in RESETS}}
    yield "per_neuron", matrix(lambda k, r, d: dense(k, r, d, vary=True),
                               ("leaky", "synaptic", "rsynaptic", "alpha"))
    yield "one_to_one", matrix(lambda k, r, d: dense(k, r, d, all_to_all=False), ("rleaky", "rsynaptic"))
    yield "conv", matrix(conv)
    yield "average_after", matrix(pooled)
    yield "average_between", matrix(lambda k, r, d: pooled(k, r, d, place="between"))
    yield "max_after", matrix(lambda k, r, d: pooled(k, r, d, pool="max"))
    yield "max_between", matrix(lambda k, r, d: pooled(k, r, d, pool="max", place="between"))
    yield "shapes", shapes()
    yield "static", {**{f"dense_{name}": make for name, make in matrix(dense).items()},
                     "conv": conv("leaky", "subtract"), "conv_recurrent": conv("rleaky", "zero"),
                     "max": pooled("leaky", "subtract", pool="max"), "skip": shapes()["skip"]}


if __name__ == "__main__":
    for group, cases in groups():
        counts = {"cases": 0, "nir": 0}
        with zipfile.ZipFile(HERE / f"{group}.zip", "w") as archive:
            for name, make in cases.items():
                try:
                    write(archive, name, make, counts, static=group == "static")
                except Exception as error:
                    raise RuntimeError(f"{group}/{name}") from error
        print(f"{group}: {counts['cases']} cases, {counts['nir']} with .nir")
