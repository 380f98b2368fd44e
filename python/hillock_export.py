"""Writes a live snnTorch network for Hillock, with everything that NIR and a state_dict leave out.

    import hillock_export
    hillock_export.export(net, "my_net", input_shape=(1, 28, 28), timesteps=25)

writes my_net/state_dict.pt and my_net/architecture.json; then

    hillock flow my_net/state_dict.pt --arch my_net/architecture.json --data test.npz -o build/my_net

The architecture says what a state_dict cannot: the order of layers, reset mechanism and delay,
inhibition, strides, padding and pooling, the number of steps. Needs numpy, torch and snntorch.
"""

import collections
import json
import pathlib

import snntorch as snn
import torch
from torch import nn


class ExportError(Exception):
    """A layer that Hillock has no rule for, or a network whose order is not known."""


class Concat(nn.Module):
    """torch.cat as a module, for `layers`: {"layer": Concat(1), "from": ["a", "b"]}."""

    def __init__(self, dim=1):
        super().__init__()
        self.dim = dim

    def forward(self, *parts):
        return torch.cat(parts, self.dim)


# Modules that do nothing once a network is trained.
_SILENT = (nn.Identity,)


def _pair(value):
    """PyTorch's int-or-tuple as JSON."""
    return list(value) if isinstance(value, (tuple, list)) else value


def _check(condition, name, message):
    if not condition:
        raise ExportError(f"{name}: {message}")


def _conv(kind):
    def entry(name, m):
        _check(m.padding_mode == "zeros", name, f"the padding mode '{m.padding_mode}' is not supported")
        return {"type": kind, "stride": _pair(m.stride), "padding": _pair(m.padding),
                "dilation": _pair(m.dilation), "groups": m.groups}

    return entry


def _average(kind):
    def entry(_, m):
        out = {"type": kind, "kernel_size": _pair(m.kernel_size), "stride": _pair(m.stride),
               "padding": _pair(m.padding), "ceil_mode": m.ceil_mode,
               "count_include_pad": m.count_include_pad}
        if getattr(m, "divisor_override", None):
            out["divisor_override"] = m.divisor_override
        return out

    return entry


def _maximum(kind):
    def entry(name, m):
        _check(not m.return_indices, name, "a max-pool that returns indices is not supported")
        return {"type": kind, "kernel_size": _pair(m.kernel_size), "stride": _pair(m.stride),
                "padding": _pair(m.padding), "dilation": _pair(m.dilation), "ceil_mode": m.ceil_mode}

    return entry


def _norm(kind):
    def entry(name, m):
        _check(m.track_running_stats, name, "it has no running statistics: it would normalize every "
               "batch by itself")
        return {"type": kind, "eps": m.eps}

    return entry


def _neuron(kind):
    def entry(name, m):
        _check(not m.state_quant, name, "state_quant is not supported: train with state_quant=False")
        out = {"type": kind, "reset_mechanism": m.reset_mechanism}
        # The rule was bound when the layer was made; a state_dict loaded later does not change it.
        bound = {"_base_sub": "subtract", "_base_zero": "zero", "_base_int": "none"}.get(
            getattr(m.state_function, "__name__", ""))
        _check(bound is None or bound == m.reset_mechanism, name,
               f"it was made with reset_mechanism '{bound}', and now says '{m.reset_mechanism}'")
        if hasattr(m, "reset_delay"):
            out["reset_delay"] = bool(m.reset_delay)
        if m.inhibition:
            out["inhibition"] = True
        return out

    return entry


_TYPES = [
    (nn.Linear, lambda name, m: {"type": "linear"}),
    (nn.Conv1d, _conv("conv1d")),
    (nn.Conv2d, _conv("conv2d")),
    (nn.AvgPool1d, _average("avgpool1d")),
    (nn.AvgPool2d, _average("avgpool2d")),
    (nn.MaxPool1d, _maximum("maxpool1d")),
    (nn.MaxPool2d, _maximum("maxpool2d")),
    (nn.BatchNorm1d, _norm("batchnorm1d")),
    (nn.BatchNorm2d, _norm("batchnorm2d")),
    (nn.Flatten, lambda name, m: {"type": "flatten", "start_dim": m.start_dim, "end_dim": m.end_dim}),
    (Concat, lambda name, m: {"type": "concat", "dim": m.dim}),
    ((nn.Dropout, nn.Dropout1d, nn.Dropout2d), lambda name, m: {"type": "dropout"}),
    (snn.RLeaky, _neuron("rleaky")),
    (snn.RSynaptic, _neuron("rsynaptic")),
    (snn.Leaky, _neuron("leaky")),
    (snn.Synaptic, _neuron("synaptic")),
    (snn.Lapicque, _neuron("lapicque")),
    (snn.Alpha, _neuron("alpha")),
]


def _entry(name, module):
    for types, make in _TYPES:
        # Exactly these: a class derived from one may compute something else.
        if type(module) in (types if isinstance(types, tuple) else (types,)):
            return {"name": name, **make(name, module)}
    _check(type(module) is not snn.LeakyParallel, name, "LeakyParallel keeps its membranes at 0 or above "
           "(it is an nn.RNN with ReLU), which Hillock does not: train with Leaky")
    raise ExportError(f"{name}: a layer of the type {type(module).__name__} is not supported")


def _sequence(net, prefix=""):
    """(name, module) of a Sequential, nested ones included, in order."""
    out = []
    for name, module in net.named_children():
        full = f"{prefix}{name}"
        if isinstance(module, nn.Sequential):
            out += _sequence(module, full + ".")
        elif not isinstance(module, _SILENT):
            out.append((full, module))
    return out


def _layers(net, layers):
    """(name, module, from) in order. `layers` items: a name; an nn.Module with a name of its own, or
    without parameters; or a dict {"layer": one of these, "name": ..., "from": ...}."""
    if layers is None:
        if not isinstance(net, nn.Sequential):
            raise ExportError(
                "the order of layers is not known: it is in forward(). Give layers=[...], the names "
                "of the attributes in the order of the signal, with functional steps as modules, for "
                "example ['conv1', nn.MaxPool2d(2), 'lif1', nn.Flatten(), 'fc1', 'lif2']")
        return [(name, module, None) for name, module in _sequence(net)]
    names = {id(m): n for n, m in net.named_modules()}
    modules = dict(net.named_modules())
    counts = collections.Counter()
    out = []
    for item in layers:
        options = item if isinstance(item, dict) else {"layer": item}
        layer = options["layer"]
        if isinstance(layer, str):
            if layer not in modules:
                raise ExportError(f"the network has no layer '{layer}'")
            name, module = layer, modules[layer]
        else:
            module = layer
            kind = type(module).__name__.lower()
            if id(module) not in names and module.state_dict():
                raise ExportError(f"a {type(module).__name__} with tensors is no part of the network")
            counts[kind] += id(module) not in names
            name = options.get("name") or names.get(id(module)) or f"{kind}{counts[kind]}"
        out.append((name, module, options.get("from")))
    return out


def _inputs(input_shape, binary_input):
    """The part of the architecture that describes one input, or several where shapes have names."""
    def entry(shape, binary):
        out = {"shape": [int(n) for n in shape]}
        if binary is not None:
            out["binary"] = bool(binary)
        return out

    if not isinstance(input_shape, dict):
        return {"input": entry(input_shape, binary_input)}
    binary = binary_input if isinstance(binary_input, dict) else dict.fromkeys(input_shape, binary_input)
    return {"inputs": [{"name": name, **entry(shape, binary.get(name))}
                       for name, shape in input_shape.items()]}


def architecture(net, input_shape, timesteps=None, layers=None, readout=None, binary_input=None,
                 outputs=None):
    """The architecture file of `net` as a dict. Raises ExportError."""
    entries, seen = [], set()
    for name, module, source in _layers(net, layers):
        if name in seen:
            raise ExportError(f"{name}: the layer comes twice: give neurons that keep state, and layers "
                              "that are used again, a module of their own")
        seen.add(name)
        entry = _entry(name, module)
        if source is not None:
            entry["from"] = source
        entries.append(entry)
    out = {**_inputs(input_shape, binary_input), "layers": entries}
    if outputs is not None:
        out["outputs"] = list(outputs)
    if timesteps is not None:
        out["timesteps"] = int(timesteps)
    if readout is not None:
        out["readout"] = readout
    return out


def export(net, folder, input_shape, timesteps=None, layers=None, readout=None, binary_input=None,
           outputs=None):
    """Writes FOLDER/state_dict.pt and FOLDER/architecture.json, and returns the paths of both.

    input_shape   of one step of one sample, without batch; of several inputs a dict of shapes by name
    timesteps     T
    layers        the order of the signal, where `net` is no nn.Sequential (see _layers)
    readout       "spike_count", "membrane_sum", "membrane_max" or "membrane_last"
    binary_input  True where all inputs are 0 or 1 (a max-pool of the input needs to know); or by name
    outputs       names of the layers that are read out, the first one first; the last layer if None.
                  An item may be {"layer": name, "readout": ...}
    """
    arch = architecture(net, input_shape, timesteps, layers, readout, binary_input, outputs)
    used = {entry["name"] for entry in arch["layers"]}
    state = {key: value.detach().cpu() for key, value in net.state_dict().items()}
    owners = [key for key in state if not any(key.startswith(name + ".") for name in used)]
    if owners:
        raise ExportError(f"no layer of the list uses {', '.join(owners)}")
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    weights, description = folder / "state_dict.pt", folder / "architecture.json"
    torch.save(state, weights)
    description.write_text(json.dumps(arch, indent=2) + "\n")
    return weights, description
