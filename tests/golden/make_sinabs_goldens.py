"""Makes tests/golden/sinabs.zip: small random networks with the spikes that sinabs itself computes.

    pip install sinabs==3.1.0 nir==1.0.7 nirtorch==2.0.5 torch==1.13.1 numpy==1.24.2
    python tests/golden/make_sinabs_goldens.py

Each case is a folder: model.nir with the nodes that sinabs' exporter makes of its layers (joined
here: to_nir() itself needs one sample a batch), nir.json (what the file cannot say), x.npy [N, T, features...] with counts, and one <node>.spikes.npy [N, T, ...] per spiking layer,
its counts. Seeds are chosen so that layers spike several times in a step and no membrane comes near a
multiple of its threshold.
"""

import io
import json
import pathlib
import tempfile
import warnings
import zipfile

import nir
import numpy as np
import sinabs.layers as sl
import torch
from sinabs.activation import MaxSpike, MembraneReset, MembraneSubtract, MultiSpike, SingleSpike
from sinabs.nir import _extract_sinabs_module
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
STEPS, SAMPLES, MARGIN = 16, 2, 2e-5
warnings.filterwarnings("ignore")
FUNCTIONS = {"multi": (MultiSpike, 255), "single": (SingleSpike, 1), "max3": (MaxSpike(3), 3)}


def dense(kind, function, reset, norm=True):
    def neurons(n):
        options = {"spike_fn": function, "reset_fn": reset, "record_states": True}
        threshold = 0.7 + 0.6 * torch.rand(n)
        if kind == "iaf":
            return sl.IAF(spike_threshold=threshold, **options)
        return sl.LIF(tau_mem=3 + 10 * torch.rand(n), spike_threshold=threshold, norm_input=norm,
                      **options)
    scale = 6.0 if kind == "lif" and norm else 1.5
    layers = [nn.Linear(12, 10), neurons(10), nn.Linear(10, 5), neurons(5)]
    for layer in layers[::2]:
        layer.weight.data *= scale
    return layers, (12,)


def conv(function, reset):
    options = {"spike_fn": function, "reset_fn": reset, "record_states": True}
    layers = [nn.Conv2d(2, 4, 3, padding=1, bias=False), sl.IAF(**options), sl.SumPool2d(2),
              nn.Conv2d(4, 3, 2, bias=False), sl.IAF(**options), nn.Flatten(2), nn.Linear(12, 4),
              sl.IAF(**options)]
    for layer in layers:
        if hasattr(layer, "weight"):
            layer.weight.data *= 1.5
    return layers, (2, 6, 6)


def leak_between(function):
    """A leaky integrator, whose membrane feeds weights."""
    options = {"spike_fn": function, "record_states": True}
    layers = [nn.Linear(8, 6), sl.ExpLeak(tau_mem=torch.full((6,), 5.0), norm_input=True),
              nn.Linear(6, 5), sl.LIF(tau_mem=torch.full((5,), 8.0),
                                      spike_threshold=torch.ones(5), **options)]
    layers[0].weight.data *= 6
    layers[2].weight.data *= 12
    return layers, (8,)


def run(layers, x):
    """The counts of every spiking layer, and how near a membrane came to spiking once more."""
    counts, margin = {}, np.inf
    samples, steps = x.shape[:2]
    y = x
    for i, layer in enumerate(layers):
        flat = isinstance(layer, (nn.Conv2d, sl.SumPool2d))
        if flat:
            y = layer(y.reshape(-1, *y.shape[2:]))
            y = y.reshape(samples, steps, *y.shape[1:])
            continue
        y = layer(y)
        if not isinstance(layer, sl.LIF) or layer.spike_fn is None:
            continue
        counts[i] = y.detach().numpy().astype(np.uint8)
        threshold = layer.spike_threshold.detach()
        before = layer.recordings["v_mem"].detach()
        if isinstance(layer.reset_fn, MembraneSubtract):
            before = before + y.detach() * threshold
        elif (y > 0).any():
            before = torch.where(y > 0, torch.full_like(before, 0.5) * threshold, before)
        ratio = before / threshold
        near = (ratio - ratio.round()).abs() * (ratio.round() >= 1)
        near[ratio.round() < 1] = 1
        margin = min(margin, float(near.min()))
    return counts, margin


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def write(archive, name, make, said, function):
    for seed in range(200):
        torch.manual_seed(seed)
        layers, shape = make()
        x = torch.poisson(0.4 * torch.ones(SAMPLES, STEPS, *shape)).clamp(max=4)
        with torch.no_grad():
            counts, margin = run(layers, x)
        most = max(int(c.max()) for c in counts.values())
        wanted = {"multi": 3, "max3": 3, "single": 1}[function]
        if margin > MARGIN and most >= wanted and all(c.any() for c in counts.values()):
            break
    else:
        raise RuntimeError(f"{name}: no seed will do")
    for layer in layers:  # the exporter wants states of one sample
        if isinstance(layer, sl.LIF):
            layer.reset_states()
            layer.init_state_with_shape((1, *layer.shape[1:]))
    nodes, previous, edges = {"input": nir.Input({"input": np.array(shape)})}, "input", []
    here = tuple(shape)
    for i, layer in enumerate(layers):
        node = _extract_sinabs_module(layer)
        if isinstance(node, nir.Conv2d):
            node.input_shape = here[1:]
            node = nir.Conv2d(here[1:], node.weight.numpy(), node.stride, node.padding,
                              node.dilation, node.groups, np.asarray(node.bias))
        elif isinstance(node, nir.Flatten):
            node = nir.Flatten({"input": np.array(here)}, 0, -1)
        elif isinstance(node, nir.LIF):
            shaped = np.ones(layer.shape[1:])
            node = nir.LIF(tau=layer.tau_mem.detach().numpy() * shaped, r=shaped,
                           v_leak=0 * shaped, v_threshold=layer.spike_threshold.detach().numpy() * shaped)
        else:
            for key, value in vars(node).items():
                if isinstance(value, torch.Tensor):
                    setattr(node, key, value.detach().numpy())
        nodes[f"{i}"] = node
        edges.append((previous, f"{i}"))
        previous = f"{i}"
        with torch.no_grad():
            probe = layer(torch.zeros(1, *here) if isinstance(layer, (nn.Conv2d, sl.SumPool2d))
                          else torch.zeros(1, 1, *here))
        here = tuple(probe.shape[1:] if isinstance(layer, (nn.Conv2d, sl.SumPool2d)) else probe.shape[2:])
    nodes["output"] = nir.Output({"output": np.array(here)})
    edges.append((previous, "output"))
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "model.nir"
        nir.write(file, nir.NIRGraph(nodes, edges))
        files = {"model.nir": file.read_bytes()}
    files["nir.json"] = json.dumps(said).encode()
    files["x.npy"] = npy(x.numpy().astype(np.uint8))
    for i, c in counts.items():
        files[f"{i}.spikes.npy"] = npy(c)
    for file, content in files.items():
        archive.writestr(zipfile.ZipInfo(f"{name}/{file}", (2024, 1, 1, 0, 0, 0)), content,
                         zipfile.ZIP_DEFLATED, 9)
    print(f"{name}: seed {seed}, up to {most} spikes, margin {margin:.1e}")


if __name__ == "__main__":
    with zipfile.ZipFile(HERE / "sinabs.zip", "w") as archive:
        for fname, (function, most) in FUNCTIONS.items():
            for rname, reset in (("subtract", MembraneSubtract()), ("zero", MembraneReset())):
                said = {"max_spikes": most, "reset": rname, "norm_input": True}
                for kind in ("iaf", "lif"):
                    write(archive, f"{kind}_{fname}_{rname}", lambda: dense(kind, function, reset),
                          said, fname)
        f = MultiSpike
        write(archive, "lif_multi_plain", lambda: dense("lif", f, MembraneSubtract(), norm=False),
              {"max_spikes": 255, "reset": "subtract", "norm_input": False}, "multi")
        said = {"max_spikes": 255, "reset": "subtract", "norm_input": True}
        write(archive, "conv_multi", lambda: conv(f, MembraneSubtract()), said, "multi")
        write(archive, "leak_between", lambda: leak_between(f), said, "multi")
