#!/usr/bin/env python3
"""Trains the digits example and writes every file of this folder except README.md.

    pip install -r requirements.txt
    python train.py

Written for and run with: snntorch 0.9.4, torch 1.13, nir 1.0.7, nirtorch 2.0.5, numpy 1.24.2,
scikit-learn 1.2.1, h5py 3.7.0, on a CPU with one thread. On the same versions a second run writes
the same bytes; on others the network is trained a little differently, and is as good.

A 64-96-10 network of Leaky neurons classifies the 8x8 digits of scikit-learn's load_digits from
T = 25 steps of rate-coded binary spikes. Resets are by subtraction and delayed (snnTorch's
defaults); the class is the output neuron that spikes most often.
"""
import argparse
import json
import platform
from collections import OrderedDict
from pathlib import Path

import h5py
import nir
import numpy as np
import sklearn
import snntorch as snn
import torch
from snntorch import surrogate
from snntorch.export_nir import export_to_nir
from sklearn.datasets import load_digits

INPUTS, HIDDEN, CLASSES, T = 64, 96, 10, 25
BETA, THRESHOLD = 0.9, 1.0
TEST, CALIBRATION = 400, 200
SPLIT_SEED, TRAINING_SEED = 7, 1
ENCODING_SEED = 2025  # no membrane comes within 1e-6 of the threshold: golden.npz holds no ties
EPOCHS, BATCH, LEARNING_RATE = 60, 64, 2e-3
LAYERS = ("lif1", "lif2")


def leaky(neurons):
    """One Leaky population; beta and threshold are vectors, so that their exports carry a shape."""
    return snn.Leaky(beta=torch.full((neurons,), BETA), threshold=torch.full((neurons,), THRESHOLD),
                     spike_grad=surrogate.fast_sigmoid(slope=25), reset_mechanism="subtract",
                     reset_delay=True, init_hidden=True)


def build():
    return torch.nn.Sequential(OrderedDict(
        fc1=torch.nn.Linear(INPUTS, HIDDEN), lif1=leaky(HIDDEN),
        fc2=torch.nn.Linear(HIDDEN, CLASSES), lif2=leaky(CLASSES)))


def encode(images, rng):
    """Rate coding: at each step a pixel of value p (0..16) spikes with probability p / 16."""
    draws = rng.random((len(images), T, INPUTS))
    return (draws < images[:, None, :] / 16.0).astype(np.uint8)


def run(net, x):
    """All T steps of x [N, T, 64]; the spikes of both populations [N, T, n] and their membranes.

    A membrane is what snnTorch returns: before the reset."""
    net.lif1.reset_hidden()
    net.lif2.reset_hidden()
    spikes = {name: [] for name in LAYERS}
    membranes = {name: [] for name in LAYERS}
    for t in range(T):
        value = x[:, t]
        for name, layer in net.named_children():
            value = layer(value)
            if name in LAYERS:
                spikes[name].append(value)
                membranes[name].append(layer.mem)
    return ({name: torch.stack(s, dim=1) for name, s in spikes.items()},
            {name: torch.stack(m, dim=1) for name, m in membranes.items()})


def train(net, images, labels, rng):
    optimizer = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    y = torch.from_numpy(labels)
    for epoch in range(EPOCHS):
        x = torch.from_numpy(encode(images, rng)).float()  # fresh spikes in every epoch
        order = torch.from_numpy(rng.permutation(len(labels)))
        total = 0.0
        for batch in order.split(BATCH):
            spikes, membranes = run(net, x[batch])
            loss = torch.nn.functional.cross_entropy(spikes["lif2"].sum(dim=1), y[batch])
            # The membranes of the output learn at every step, which is quicker than spikes alone.
            steps = membranes["lif2"].transpose(1, 2)
            loss = loss + 0.2 * torch.nn.functional.cross_entropy(steps, y[batch, None].expand(-1, T))
            # Silence is cheap in hardware: a hidden neuron that spikes more than it needs to costs.
            loss = loss + 2.0 * spikes["lif1"].mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss) * len(batch)
        schedule.step()
        print(f"epoch {epoch + 1:2}/{EPOCHS}  loss {total / len(labels):.4f}", flush=True)


def write_nir(net, path):
    graph = export_to_nir(net, torch.zeros(1, INPUTS), ignore_dims=[0])  # 0 is the batch
    graph.edges = sorted(graph.edges)  # the exporter's order is that of a set of strings
    nir.write(path, graph)


def architecture():
    """What the state_dict cannot say, for `hillock compile state_dict.pt --arch ...`."""
    neuron = {"type": "leaky", "reset_mechanism": "subtract", "reset_delay": True}
    return {"input": {"shape": [INPUTS]}, "timesteps": T, "readout": "spike_count",
            "layers": [{"name": "fc1", "type": "linear"}, {"name": "lif1", **neuron},
                       {"name": "fc2", "type": "linear"}, {"name": "lif2", **neuron}]}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).resolve().parent)
    out = parser.parse_args().output
    out.mkdir(parents=True, exist_ok=True)

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(TRAINING_SEED)

    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(labels))
    test_index, train_index = order[:TEST], order[TEST:]
    calibration_index = train_index[:CALIBRATION]

    net = build()
    train(net, images[train_index], labels[train_index], np.random.default_rng(TRAINING_SEED))

    rng = np.random.default_rng(ENCODING_SEED)
    test_x, test_y = encode(images[test_index], rng), labels[test_index]
    calibration_x, calibration_y = encode(images[calibration_index], rng), labels[calibration_index]
    with torch.no_grad():
        spikes, membranes = run(net, torch.from_numpy(test_x).float())
    predictions = spikes["lif2"].sum(dim=1).argmax(dim=1).numpy()

    torch.save(net.state_dict(), out / "state_dict.pt")
    write_nir(net, out / "model.nir")
    write_json(out / "architecture.json", architecture())
    np.savez_compressed(out / "test.npz", x=test_x, y=test_y)
    np.savez_compressed(out / "calibration.npz", x=calibration_x, y=calibration_y)
    np.savez_compressed(out / "golden.npz", **{
        f"{name}.spikes": s.numpy().astype(np.uint8) for name, s in spikes.items()})
    write_json(out / "info.json", {
        "network": f"{INPUTS}-{HIDDEN}-{CLASSES} Leaky, beta {BETA}, threshold {THRESHOLD}, "
                   "reset by subtraction, delayed",
        "data": "scikit-learn load_digits",
        "timesteps": T,
        "train_samples": len(train_index),
        "calibration_samples": CALIBRATION,
        "test_samples": TEST,
        "float_accuracy": float((predictions == test_y).mean()),
        "input_spikes_per_step": float(test_x.mean(axis=(0, 1)).sum()),
        "layers": {name: {
            "neurons": s.shape[2],
            "spikes_per_neuron_and_step": float(s.mean()),
            "membrane_min": float(membranes[name].min()),
            "membrane_max": float(membranes[name].max()),
            "closest_to_threshold": float((membranes[name] - THRESHOLD).abs().min()),
        } for name, s in spikes.items()},
        "versions": {"python": platform.python_version(), "torch": str(torch.__version__),
                     "snntorch": snn.__version__, "nir": nir.version, "numpy": np.__version__,
                     "scikit-learn": sklearn.__version__, "h5py": h5py.__version__},
    })
    print((out / "info.json").read_text())


if __name__ == "__main__":
    main()
