"""Makes the binary files of tests/data: small models and arrays as the real libraries write them.

    python tests/data/make_fixtures.py

The files are committed; the tests need neither Python nor this script. Made with
snntorch 0.9.4, torch 1.13, nir 1.0.7, nirtorch 2.0.5, h5py 3.7, numpy 1.24.
"""

import collections
import os
import pathlib
import zipfile

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
    write_pt(state)
    write_arrays()
