#!/usr/bin/env python3
"""Trains the convolutional example and writes every file of this folder except README.md.

    pip install -r requirements.txt
    python train.py

A small convolutional network of Leaky neurons classifies the 8x8 digits of scikit-learn's
load_digits. An image is given as it is, the same current in each of T = 8 steps (direct coding):
the first layer makes the spikes. Resets are by subtraction and delayed (snnTorch's defaults); the
class is the output neuron that spikes most often.
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
from sklearn.datasets import load_digits
from snntorch import surrogate
from snntorch.export_nir import export_to_nir

SIDE, CLASSES, T = 8, 10, 8
CHANNELS = (8, 12)
BETA, THRESHOLD = 0.8, 1.0
TEST, CALIBRATION, GOLDEN = 400, 200, 40
SPLIT_SEED, TRAINING_SEED = 7, 1
EPOCHS, BATCH, LEARNING_RATE = 50, 64, 4e-3
NOISE = 0.15  # of a pixel's range, drawn anew in every epoch: 1397 images are few to learn from
LAYERS = ("lif1", "lif2", "lif3")


def leaky(shape):
    """One Leaky population; beta and threshold carry its shape, so that their exports do."""
    return snn.Leaky(beta=torch.full(shape, BETA), threshold=torch.full(shape, THRESHOLD),
                     spike_grad=surrogate.fast_sigmoid(slope=10), reset_mechanism="subtract",
                     reset_delay=True, init_hidden=True)


def build():
    first, second = CHANNELS
    half = SIDE // 2
    return torch.nn.Sequential(OrderedDict(
        conv1=torch.nn.Conv2d(1, first, 3, padding=1), lif1=leaky((first, SIDE, SIDE)),
        pool1=torch.nn.AvgPool2d(2),
        conv2=torch.nn.Conv2d(first, second, 3, padding=1), lif2=leaky((second, half, half)),
        flatten=torch.nn.Flatten(),
        fc=torch.nn.Linear(second * half ** 2, CLASSES), lif3=leaky((CLASSES,))))


def current(images):
    """What the network reads: pixels of 0..16 as 0..1, in sixteenths, which float32 holds exactly."""
    return (images.reshape(-1, 1, SIDE, SIDE) / 16.0).astype(np.float32)


def run(net, x):
    """T steps of the images x [N, 1, 8, 8]; spikes and membranes of each population [N, T, ...]."""
    for name in LAYERS:
        getattr(net, name).reset_hidden()
    spikes = {name: [] for name in LAYERS}
    membranes = {name: [] for name in LAYERS}
    for _ in range(T):
        value = x
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
        noise = NOISE * rng.standard_normal(images.shape, dtype=np.float32)
        x = torch.from_numpy(np.where(images > 0, images + noise, images))
        order = torch.from_numpy(rng.permutation(len(labels)))
        total = 0.0
        for batch in order.split(BATCH):
            spikes, membranes = run(net, x[batch])
            loss = torch.nn.functional.cross_entropy(spikes["lif3"].sum(dim=1), y[batch])
            # The membranes of the output learn at every step, which is quicker than spikes alone.
            steps = membranes["lif3"].transpose(1, 2)
            loss = loss + 0.2 * torch.nn.functional.cross_entropy(steps, y[batch, None].expand(-1, T))
            # Silence is cheap in hardware: a spike of the first layer costs every channel that it reaches.
            # The price rises as training goes on: at the beginning it would silence the network for good.
            loss = loss + 0.25 * epoch / EPOCHS * (spikes["lif1"].mean() + 0.5 * spikes["lif2"].mean())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss.detach()) * len(batch)
        schedule.step()
        print(f"epoch {epoch + 1:2}/{EPOCHS}  loss {total / len(labels):.4f}", flush=True)


def write_nir(net, path):
    graph = export_to_nir(net, torch.zeros(1, 1, SIDE, SIDE), ignore_dims=[0])  # 0 is the batch
    graph.edges = sorted(graph.edges)  # the exporter's order is that of a set of strings
    # The exporter leaves these sizes out, and nir.write() wants them.
    graph.nodes["conv1"].input_shape = (SIDE, SIDE)
    graph.nodes["conv2"].input_shape = (SIDE // 2, SIDE // 2)
    graph.nodes["flatten"].input_type = {"input": np.array(net.lif2.beta.shape)}
    nir.write(path, graph)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).resolve().parent)
    out = parser.parse_args().output
    out.mkdir(parents=True, exist_ok=True)

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(TRAINING_SEED)

    images, labels = load_digits(return_X_y=True)
    images = current(images)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(labels))
    test, rest = order[:TEST], order[TEST:]
    calibration = rest[:CALIBRATION]

    net = build()
    train(net, images[rest], labels[rest], np.random.default_rng(TRAINING_SEED))

    with torch.no_grad():
        spikes, membranes = run(net, torch.from_numpy(images[test]))
    predictions = spikes["lif3"].sum(dim=1).argmax(dim=1).numpy()

    write_nir(net, out / "model.nir")
    np.savez_compressed(out / "test.npz", x=images[test], y=labels[test])
    np.savez_compressed(out / "calibration.npz", x=images[calibration], y=labels[calibration])
    np.savez_compressed(out / "golden.npz", **{
        f"{name}.spikes": s[:GOLDEN].numpy().astype(np.uint8) for name, s in spikes.items()})
    info = {
        "network": f"conv 3x3-{CHANNELS[0]}, average pool 2, conv 3x3-{CHANNELS[1]}, dense {CLASSES}; Leaky, "
                   f"beta {BETA}, threshold {THRESHOLD}, reset by subtraction, delayed",
        "data": "scikit-learn load_digits",
        "timesteps": T,
        "train_samples": len(rest),
        "calibration_samples": CALIBRATION,
        "test_samples": TEST,
        "golden_samples": GOLDEN,
        "float_accuracy": float((predictions == labels[test]).mean()),
        "layers": {name: {
            "shape": list(s.shape[2:]),
            "spikes_per_neuron_and_step": float(s.mean()),
            "membrane_min": float(membranes[name].min()),
            "membrane_max": float(membranes[name].max()),
            "closest_to_threshold": float((membranes[name] - THRESHOLD).abs().min()),
        } for name, s in spikes.items()},
        "versions": {"python": platform.python_version(), "torch": torch.__version__.split("+")[0],
                     "snntorch": snn.__version__, "nir": nir.version, "numpy": np.__version__,
                     "scikit-learn": sklearn.__version__, "h5py": h5py.__version__},
    }
    (out / "info.json").write_text(json.dumps(info, indent=2) + "\n")
    print((out / "info.json").read_text())


if __name__ == "__main__":
    main()
