"""Exports networks with hillock_export and runs them through Hillock against snnTorch itself.

    HILLOCK=build/hillock python python/test_hillock_export.py

Says "skipped" and ends with status 77 where snnTorch is not installed.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy as np
    import snntorch as snn
    import torch
    from torch import nn

    import hillock_export
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

try:
    import brevitas.nn as qnn
    from brevitas.quant import Int8WeightPerChannelFloat, Int8WeightPerTensorFloat
except ImportError:
    qnn = None

HILLOCK = os.environ.get("HILLOCK", "hillock")
STEPS = 12


class Branched(nn.Module):
    """A class whose forward() is the only place that knows the order."""

    def __init__(self):
        super().__init__()
        self.lif2 = snn.Synaptic(alpha=0.7, beta=0.8, init_hidden=True, reset_mechanism="zero")
        self.lif1 = snn.Leaky(beta=0.9, init_hidden=True, reset_delay=False)
        self.fc = nn.Linear(2 * 3 * 3, 4)
        self.conv = nn.Conv2d(1, 2, 3, padding=1)

    def forward(self, x):
        x = self.lif1(nn.functional.max_pool2d(self.conv(x), 2))
        return self.lif2(self.fc(x.flatten(1)))


BRANCHED = ["conv", nn.MaxPool2d(2), "lif1", nn.Flatten(), "fc", "lif2"]


def sequential():
    return nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2),
        snn.Leaky(beta=0.8, init_hidden=True), nn.AvgPool2d(2), nn.Flatten(), nn.Dropout(0.5),
        nn.Linear(18, 5), snn.Leaky(beta=0.9, init_hidden=True, reset_mechanism="none", inhibition=True))


class Joined(nn.Module):
    """Two inputs, whose neurons are concatenated."""

    def __init__(self):
        super().__init__()
        self.fc_a, self.lif_a = nn.Linear(3, 4), snn.Leaky(0.8, init_hidden=True)
        self.fc_b, self.lif_b = nn.Linear(2, 3), snn.Leaky(0.6, init_hidden=True)
        self.fc, self.lif = nn.Linear(7, 5), snn.Leaky(0.9, init_hidden=True)
        for layer in (self.fc_a, self.fc_b, self.fc):
            layer.weight.data *= 3

    def forward(self, a, b):
        b = self.lif_b(self.fc_b(b))
        return self.lif(self.fc(torch.cat((self.lif_a(self.fc_a(a)), b), 1))), b


class ExportTest(unittest.TestCase):
    def spikes_agree(self, net, **options):
        """Hillock's float model spikes as the network does."""
        net.eval()
        rng = np.random.default_rng(1)
        x = (rng.random((3, STEPS, 1, 6, 6)) < 0.4).astype(np.uint8)
        recorded = []
        with torch.no_grad():
            for m in net.modules():
                if isinstance(m, snn.SpikingNeuron):
                    m.reset_mem()
            for t in range(STEPS):
                recorded.append(net(torch.tensor(x[:, t]).float()).numpy())
        wanted = np.stack(recorded, axis=1) != 0
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            weights, arch = hillock_export.export(net, folder, (1, 6, 6), STEPS, **options)
            np.savez(folder / "x.npz", x=x)
            run = lambda *a: subprocess.run([HILLOCK, *map(str, a), "--quiet"], check=True)
            run("compile", weights, "--arch", arch, "--data", folder / "x.npz", "-o", folder / "build")
            run("run", folder / "build", "--data", folder / "x.npz", "--model", "float",
                "--dump-spikes", folder / "s.npz")
            report = json.loads((folder / "build" / "compile.json").read_text())
            self.assertEqual(report["import"]["grade"], "exact")
            self.assertEqual(report["import"]["assumptions"], [])
            last = report["populations"][-1]["name"]
            got = np.load(folder / "s.npz")[last] != 0
        self.assertGreater(wanted.sum(), 0)
        self.assertEqual((got.reshape(wanted.shape) != wanted).sum(), 0)

    def test_sequential(self):
        torch.manual_seed(3)
        self.spikes_agree(sequential())

    def test_module_with_a_list(self):
        torch.manual_seed(4)
        self.spikes_agree(Branched(), layers=BRANCHED)

    def test_two_inputs_concatenated_and_two_outputs(self):
        torch.manual_seed(5)
        net = Joined()
        rng = np.random.default_rng(2)
        x = {"a": (rng.random((3, STEPS, 3)) < 0.5).astype(np.uint8),
             "b": rng.integers(0, 3, (3, STEPS, 2)).astype(np.uint8)}
        recorded = []
        with torch.no_grad():
            for t in range(STEPS):
                recorded.append(net(torch.tensor(x["a"][:, t]).float(), torch.tensor(x["b"][:, t]).float()))
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            weights, arch = hillock_export.export(
                net, folder, {"a": (3,), "b": (2,)}, STEPS, outputs=["lif", "lif_b"],
                layers=[{"layer": "fc_a", "from": "a"}, "lif_a", {"layer": "fc_b", "from": "b"}, "lif_b",
                        {"layer": hillock_export.Concat(1), "from": ["lif_a", "lif_b"]}, "fc", "lif"])
            np.savez(folder / "x.npz", x_a=x["a"], x_b=x["b"])
            run = lambda *a: subprocess.run([HILLOCK, *map(str, a), "--quiet"], check=True)
            run("compile", weights, "--arch", arch, "--data", folder / "x.npz", "-o", folder / "build")
            run("run", folder / "build", "--data", folder / "x.npz", "--model", "float",
                "--dump-spikes", folder / "s.npz")
            outputs = json.loads((folder / "build" / "compile.json").read_text())["outputs"]
            self.assertEqual([o["population"] for o in outputs], ["lif", "lif_b"])
            got = np.load(folder / "s.npz")
            for i, layer in enumerate(("lif", "lif_b")):
                wanted = np.stack([r[i].numpy() for r in recorded], axis=1) != 0
                self.assertGreater(wanted.sum(), 0)
                self.assertEqual(((got[layer] != 0) != wanted).sum(), 0)

    def test_what_cannot_be_exported(self):
        def error(net, **options):
            with self.assertRaises(hillock_export.ExportError) as caught:
                hillock_export.export(net, tempfile.mkdtemp(), (4,), **options)
            return str(caught.exception)

        self.assertIn("it is in forward()", error(Branched()))
        self.assertIn("the network has no layer 'x'", error(Branched(), layers=["x"]))
        self.assertIn("no layer of the list uses", error(Branched(), layers=["conv"]))
        self.assertIn("type LSTM is not supported", error(nn.Sequential(nn.LSTM(4, 4))))
        self.assertIn("state_quant", error(nn.Sequential(snn.Leaky(0.9, state_quant=lambda m: m))))
        self.assertIn("at 0 or above", error(nn.Sequential(snn.LeakyParallel(4, 4, beta=0.9))))
        twice = nn.Linear(4, 4)
        self.assertIn("comes twice", error(nn.Sequential(twice), layers=[twice, twice]))

    def test_what_is_written(self):
        arch = hillock_export.architecture(sequential(), (1, 6, 6), 12, binary_input=True)
        self.assertEqual(arch["input"], {"shape": [1, 6, 6], "binary": True})
        self.assertEqual(arch["layers"][0], {"name": "0", "type": "conv2d", "stride": [1, 1],
                                             "padding": [1, 1], "dilation": [1, 1], "groups": 1})
        self.assertEqual(arch["layers"][2], {"name": "2", "type": "leaky",
                                             "reset_mechanism": "subtract", "reset_delay": True})
        self.assertTrue(arch["layers"][-1]["inhibition"])


@unittest.skipIf(qnn is None, "Brevitas is not installed")
class BrevitasTest(unittest.TestCase):
    """Integers of quantization-aware layers, saved as docs/import.md says, arrive bit for bit."""

    def weights_come_through(self, quantizer, bits):
        torch.manual_seed(bits)
        layers = {f"fc{i + 1}": qnn.QuantLinear(n, m, bias=False, weight_quant=quantizer, weight_bit_width=bits)
                  for i, (n, m) in enumerate([(12, 9), (9, 4)])}
        state = {}
        for name, layer in layers.items():
            q = layer.quant_weight()
            state[name + ".weight"], state[name + ".weight_scale"] = q.int(), q.scale.detach()
        for name in ("lif1", "lif2"):
            state[name + ".beta"], state[name + ".threshold"] = torch.tensor(0.9), torch.tensor(0.4)
        arch = {"input": {"shape": [12]}, "timesteps": STEPS,
                "layers": [{"name": "fc1", "type": "linear"}, {"name": "lif1", "type": "leaky"},
                           {"name": "fc2", "type": "linear"}, {"name": "lif2", "type": "leaky"}]}
        x = (np.random.default_rng(bits).random((8, STEPS, 12)) < 0.3).astype(np.uint8)
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            torch.save(state, folder / "q.pt")
            (folder / "q.json").write_text(json.dumps(arch))
            np.savez(folder / "x.npz", x=x, y=np.zeros(8, np.int64))
            subprocess.run([HILLOCK, "compile", folder / "q.pt", "--arch", folder / "q.json", "--data",
                            folder / "x.npz", "-o", folder / "build", "--quiet"], check=True)
            quantized = json.loads((folder / "build" / "quantized.json").read_text())
        for projection, layer in zip(quantized["projections"], layers.values()):
            wanted = layer.quant_weight().int().numpy()
            self.assertGreater(np.abs(wanted).max(), 0)
            self.assertEqual(projection["weight_bits"], bits)
            self.assertEqual(np.array(projection["weight"]).reshape(wanted.shape).tolist(), wanted.tolist())

    def test_one_scale_and_one_per_channel(self):
        for bits in (2, 4, 8):
            self.weights_come_through(Int8WeightPerTensorFloat, bits)
            self.weights_come_through(Int8WeightPerChannelFloat, bits)


if __name__ == "__main__":
    unittest.main()
