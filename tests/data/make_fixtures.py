"""Makes the binary files of tests/data: small models and arrays as the real libraries write them.

    python tests/data/make_fixtures.py

The files are committed; the tests need neither Python nor this script. Made with
snntorch 0.9.4, torch 1.13, nir 1.0.7, nirtorch 2.0.5, h5py 3.7, numpy 1.24.
"""

import collections
import os
import pathlib
import zipfile

import h5py
import nir
import numpy as np
import snntorch as snn
import torch
from snntorch.export_nir import export_to_nir

HERE = pathlib.Path(__file__).resolve().parent


class Net(torch.nn.Module):
    """6-5-3, per-neuron beta and threshold in the first layer."""

    def __init__(self):
        super().__init__()
        beta = torch.tensor([0.9, 0.85, 0.5, 0.73421, 0.95])
        threshold = torch.tensor([1.0, 0.75, 1.5, 1.0, 1.25])
        self.fc1 = torch.nn.Linear(6, 5)
        self.lif1 = snn.Leaky(beta=beta, threshold=threshold, init_hidden=True)
        self.fc2 = torch.nn.Linear(5, 3)
        self.lif2 = snn.Leaky(
            beta=torch.full((3,), 0.8), threshold=torch.ones(3), init_hidden=True, output=True
        )


def sequential(net):
    return torch.nn.Sequential(net.fc1, net.lif1, net.fc2, net.lif2)


def write_mlp():
    torch.manual_seed(7)
    net = Net()
    folder = HERE / "mlp"
    folder.mkdir(exist_ok=True)
    nir.write(folder / "model.nir", export_to_nir(sequential(net), torch.zeros(1, 6)))
    torch.save(net.state_dict(), folder / "state_dict.pt")
    rng = np.random.default_rng(7)
    x = (rng.random((4, 10, 6)) < 0.3).astype(np.uint8)
    np.savez_compressed(folder / "test.npz", x=x, y=np.array([0, 2, 1, 2]))
    return net.state_dict()


def write_scalar_beta():
    """beta and threshold as one number each: exported in float64."""
    torch.manual_seed(8)
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), snn.Leaky(beta=0.9, init_hidden=True, output=True))
    nir.write(HERE / "nir" / "scalar_beta.nir", export_to_nir(net, torch.zeros(1, 4)))


def write_nested():
    def lif(n):
        one = np.ones(n, dtype=np.float32)
        return nir.LIF(tau=one * 1e-3, r=one, v_leak=one * 0, v_threshold=one)

    inner = nir.NIRGraph(
        nodes={
            "input": nir.Input({"input": np.array([3])}),
            "fc": nir.Affine(np.arange(6, dtype=np.float64).reshape(2, 3) / 8, np.array([0.5, 0.25])),
            "lif.a": lif(2),
            "output": nir.Output({"output": np.array([2])}),
        },
        edges=[("lif.a", "output"), ("input", "fc"), ("fc", "lif.a")],
    )
    graph = nir.NIRGraph(
        nodes={
            "output": nir.Output({"output": np.array([2])}),
            "block": inner,
            "input": nir.Input({"input": np.array([3])}),
        },
        edges=[("block", "output"), ("input", "block")],
    )
    nir.write(HERE / "nir" / "nested.nir", graph)


def f32(*shape, scale=8, offset=0):
    """Small binary fractions: the same in every precision."""
    return ((np.arange(np.prod(shape)).reshape(shape) + offset) % 7 - 2).astype(np.float32) / scale


def write_ports():
    """Two inputs and two outputs; lif1 is read out and read by others as well."""
    def lif(n, reset=0.0):
        one = np.ones(n, dtype=np.float32)
        return nir.LIF(tau=one * 4e-4, r=one * 4, v_leak=one * 0, v_threshold=one, v_reset=one * reset)

    nir.write(HERE / "nir" / "ports.nir", nir.NIRGraph(
        nodes={
            "audio": nir.Input({"input": np.array([6])}),
            "touch": nir.Input({"input": np.array([4])}),
            "fc_audio": nir.Affine(f32(5, 6, scale=2), f32(5, offset=3)),
            "fc_touch": nir.Linear(f32(5, 4, scale=2, offset=1)),
            "lif1": lif(5),
            "fc2": nir.Linear(f32(3, 5, scale=2, offset=2)),
            "skip": nir.Linear(f32(3, 4, scale=4, offset=4)),
            "lif2": lif(3),
            "first": nir.Output({"output": np.array([5])}),
            "second": nir.Output({"output": np.array([3])}),
        },
        edges=[("audio", "fc_audio"), ("touch", "fc_touch"), ("fc_audio", "lif1"),
               ("fc_touch", "lif1"), ("lif1", "first"), ("lif1", "fc2"), ("fc2", "lif2"),
               ("touch", "skip"), ("skip", "lif2"), ("lif2", "second")]))
    rng = np.random.default_rng(11)
    np.savez_compressed(
        HERE / "npz" / "ports.npz",
        x_audio=(rng.random((8, 12, 6)) < 0.4).astype(np.uint8),
        x_touch=rng.integers(-3, 4, (8, 12, 2, 2)).astype(np.int8) * (rng.random((8, 12, 2, 2)) < 0.4),
        y=rng.integers(0, 5, 8), y_lif2=rng.integers(0, 3, 8))


def write_styles():
    """What each framework's exporter writes, made here with nir alone (see docs/import.md)."""
    def write(name, nodes, edges):
        nir.write(HERE / "nir" / f"{name}.nir", nir.NIRGraph(nodes=nodes, edges=edges, type_check=False))

    def line(names):
        return list(zip(names, names[1:]))

    # Sinabs: the batch is an axis of IF's parameters, Flatten does not know its input, every layer
    # has a bias, names are numbers.
    write("sinabs", {
        "input": nir.Input({"input": np.array([1, 4, 4])}),
        "0": nir.Conv2d(input_shape=(4, 4), weight=f32(2, 1, 3, 3), stride=(1, 1), padding=(1, 1),
                        dilation=(1, 1), groups=1, bias=np.zeros(2, dtype=np.float32)),
        "1": nir.IF(r=np.ones((1, 2, 4, 4), dtype=np.float32),
                    v_threshold=np.ones((1, 2, 4, 4), dtype=np.float32)),
        "2": nir.SumPool2d(kernel_size=np.array([2, 2]), stride=np.array([2, 2]), padding=np.array([0, 0])),
        "3": nir.Flatten(input_type={"input": np.array([0, 0, 0, 0])}, start_dim=1, end_dim=-1),
        "4": nir.Affine(f32(3, 8), np.zeros(3, dtype=np.float32)),
        "5": nir.IF(r=np.ones((1, 3), dtype=np.float32), v_threshold=np.ones((1, 3), dtype=np.float32)),
        "output": nir.Output({"output": np.array([3])}),
    }, line(["input", "0", "1", "2", "3", "4", "5", "output"]))
    # Norse: time constants from inverses, in seconds at a step of 1 ms; v_reset is there.
    tau = np.float32(1) / np.full(3, 100, dtype=np.float32)
    zero, one = np.zeros(3, dtype=np.float32), np.ones(3, dtype=np.float32)
    write("norse", {
        "input": nir.Input({"input": np.array([4])}),
        "0": nir.Affine(f32(3, 4), f32(3)),
        "1": nir.LIF(tau=tau, r=one, v_leak=zero, v_threshold=one, v_reset=zero),
        "2": nir.Linear(f32(2, 3)),
        "3": nir.LI(tau=tau[:2], r=one[:2], v_leak=zero[:2]),
        "output": nir.Output({"output": np.array([2])}),
    }, line(["input", "0", "1", "2", "3", "output"]))
    # Spyx: names of Haiku, float32 zeros of v_leak, r = beta, JAX's word for the padding; a recurrent
    # layer has its edges listed again.
    beta = f32(3, scale=8, offset=4) / 2 + 0.5
    write("spyx", {
        "input": nir.Input({"input": np.array([1, 4, 4])}),
        "conv2_d": nir.Conv2d(input_shape=(4, 4), weight=f32(1, 1, 3, 3), stride=1, padding="same",
                              dilation=1, groups=1, bias=np.zeros(1, dtype=np.float32)),
        "IF": nir.IF(r=np.ones((1, 4, 4)), v_threshold=np.ones((1, 4, 4))),
        "flatten": nir.Flatten(input_type={"input": np.array([1, 4, 4])}, start_dim=0, end_dim=-1),
        "linear": nir.Affine(f32(3, 16), f32(3)),
        "LIF": nir.LIF(tau=1e-3 / (1 - beta), r=beta, v_leak=np.zeros_like(beta),
                       v_threshold=np.ones_like(beta)),
        "linear_1": nir.Linear(f32(3, 3)),
        "output": nir.Output({"output": np.array([3])}),
    }, line(["input", "conv2_d", "IF", "flatten", "linear", "LIF", "output"])
        + [("LIF", "linear_1"), ("linear_1", "LIF"), ("LIF", "linear_1"), ("linear_1", "LIF")])
    with h5py.File(HERE / "nir" / "spyx.nir", "a") as f:
        del f["/node/nodes/conv2_d/padding"], f["/node/nodes/conv2_d/input_shape"]
        f["/node/nodes/conv2_d/padding"] = "SAME"
    # Rockpool: no w_in, weights stored by column, currents and membranes in seconds.
    write("rockpool", {
        "input": nir.Input({"input": np.array([4])}),
        "0_LinearTorch": nir.Linear(np.asfortranarray(f32(3, 4, scale=2))),
        "1_LIFTorch": nir.CubaLIF(tau_syn=np.broadcast_to(np.float32(0.02), 3),
                                  tau_mem=np.broadcast_to(np.float32(0.01), 3),
                                  r=np.broadcast_to(np.float32(0.01 * np.exp(-0.1) / 0.001), 3),
                                  v_leak=np.zeros(3, dtype=np.float32),
                                  v_threshold=np.ones(3, dtype=np.float32)),
        "output": nir.Output({"output": np.array([3])}),
    }, line(["input", "0_LinearTorch", "1_LIFTorch", "output"]))
    with h5py.File(HERE / "nir" / "rockpool.nir", "a") as f:
        for name in ("v_reset", "w_in"):  # older versions of nir know neither
            del f[f"/node/nodes/1_LIFTorch/{name}"]
        del f["/version"]
    # snnTorch: a recurrent layer is a graph in the graph, of dotted names, with float64 inside.
    torch.manual_seed(9)
    net = torch.nn.Sequential(
        torch.nn.Linear(4, 3),
        snn.RSynaptic(alpha=torch.full((3,), 0.5), beta=torch.full((3,), 0.75),
                      threshold=torch.ones(3), linear_features=3, init_hidden=True),
        torch.nn.Linear(3, 2), snn.Leaky(beta=torch.full((2,), 0.5), threshold=torch.ones(2),
                                         init_hidden=True, output=True))
    nir.write(HERE / "nir" / "snntorch_recurrent.nir", export_to_nir(net, torch.zeros(1, 4)))


def write_pt(state):
    folder = HERE / "pt"
    floats = lambda f: {k: f(v) if v.is_floating_point() else v for k, v in state.items()}
    torch.save({"epoch": 3, "state_dict": state, "optimizer": {"lr": 0.1, "steps": [1, None, True]}},
               folder / "wrapped.pt")
    torch.save(floats(lambda v: v.half()), folder / "half.pt")
    torch.save(floats(lambda v: v.bfloat16()), folder / "bfloat16.pt")
    torch.save(floats(lambda v: v.double()), folder / "double.pt")
    torch.save(floats(torch.nn.Parameter), folder / "parameter.pt")
    torch.save(floats(lambda v: v.t().contiguous().t()), folder / "strided.pt")
    torch.save(state, folder / "protocol5.pt", pickle_protocol=5)
    torch.save(state, folder / "before_1_6.pt", _use_new_zipfile_serialization=False)
    torch.save(torch.nn.Linear(2, 3), folder / "whole_module.pt")

    class Hostile:
        def __reduce__(self):
            return os.system, ("touch hostile",)

    torch.save(collections.OrderedDict(a=Hostile()), folder / "os_system.pt")


def write_arrays():
    a = np.arange(24).reshape(2, 3, 4)
    arrays = {
        "u1": a.astype("u1"), "i1": (a - 12).astype("i1"), "u2": (a * 2000).astype("u2"),
        "i2": (-a * 1000).astype("i2"), "u4": a.astype("u4"), "i4": -a.astype("i4"),
        "u8": a.astype("u8"), "i8": -a.astype("i8"), "b1": a % 3 == 0,
        "f2": (a / 8 - 1).astype("f2"), "f4": (a / 8 - 1).astype("f4"), "f8": (a / 8 - 1),
        "big_i2": (-a * 1000).astype(">i2"), "big_f4": (a / 8 - 1).astype(">f4"),
        "big_f8": (a / 8 - 1).astype(">f8"), "fortran": np.asfortranarray(a.astype("i4")),
        "scalar": np.float32(2.5), "text": np.array(["a", "b"]),
    }
    np.savez(HERE / "npz" / "stored.npz", **arrays)
    np.savez_compressed(HERE / "npz" / "deflated.npz", **arrays)
    with zipfile.ZipFile(HERE / "npz" / "versions.npz", "w") as archive:
        for version in ((1, 0), (2, 0), (3, 0)):
            with archive.open(f"v{version[0]}.npy", "w") as f:
                np.lib.format.write_array(f, a.astype("i4"), version=version)


if __name__ == "__main__":
    for name in ("nir", "pt", "npz"):
        (HERE / name).mkdir(exist_ok=True)
    state = write_mlp()
    write_scalar_beta()
    write_nested()
    write_ports()
    write_styles()
    write_pt(state)
    write_arrays()
