#!/usr/bin/env python3
"""Trains the recurrent example and writes every file of this folder except README.md.

    pip install -r requirements.txt
    python train.py

Four waveforms, sine, triangle, square and sawtooth, of random period, phase, height and noise, become
events by delta modulation: an event on the first input where the signal has risen by a step, on the
second where it has fallen. A layer of recurrent neurons (snnTorch's RLeaky, every neuron to every
neuron) tells them apart; a layer of Leaky neurons votes with its spikes. NIR export of RLeaky does not
exist in snnTorch, so the network goes out by python/hillock_export.py: a state_dict and a small JSON.
"""
import argparse
import json
import platform
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import snntorch as snn
import torch
from snntorch import surrogate

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "python"))
import hillock_export  # noqa: E402

WAVES = ("sine", "triangle", "square", "sawtooth")
T, HIDDEN = 64, 40
STEPS = (0.12, 0.35)  # of delta modulation: fine and coarse, each up and down
INPUTS = 2 * len(STEPS)
BETA, THRESHOLD = (0.85, 0.9), 1.0
TRAIN, TEST, CALIBRATION, GOLDEN = 4000, 400, 200, 40
DATA_SEED, TRAINING_SEED = 11, 1
EPOCHS, BATCH, LEARNING_RATE = 30, 50, 3e-3
LAYERS = ("lif1", "lif2")


def signals(labels, rng):
    """One waveform for each label, T samples of it, heights about 1."""
    n = len(labels)
    period = rng.uniform(16, 32, (n, 1))
    phase = (np.arange(T) / period + rng.random((n, 1))) % 1
    shapes = np.stack([
        np.sin(2 * np.pi * phase),
        4 * np.abs(phase - 0.5) - 1,
        np.where(phase < 0.5, 1.0, -1.0),
        2 * phase - 1,
    ])
    height = rng.uniform(0.7, 1.3, (n, 1))
    return height * shapes[labels, np.arange(n)] + rng.normal(0, 0.04, (n, T))


def delta_events(signal, step):
    """Delta modulation: the receiver's value follows the signal by one step at most in each sample."""
    value = signal[:, 0].copy()
    events = np.zeros((*signal.shape, 2), dtype=np.uint8)
    for t in range(signal.shape[1]):
        up, down = signal[:, t] - value >= step, value - signal[:, t] >= step
        events[:, t, 0], events[:, t, 1] = up, down
        value += step * (up.astype(float) - down.astype(float))
    return events


def dataset(n, rng):
    labels = rng.integers(0, len(WAVES), n)
    signal = signals(labels, rng)
    return np.concatenate([delta_events(signal, step) for step in STEPS], axis=2), labels


def build():
    gradient = surrogate.fast_sigmoid(slope=10)
    net = torch.nn.Sequential(OrderedDict(
        fc1=torch.nn.Linear(INPUTS, HIDDEN),
        lif1=snn.RLeaky(beta=torch.full((HIDDEN,), BETA[0]), threshold=torch.full((HIDDEN,), THRESHOLD),
                        linear_features=HIDDEN, all_to_all=True, spike_grad=gradient,
                        reset_mechanism="subtract", reset_delay=True, init_hidden=True),
        fc2=torch.nn.Linear(HIDDEN, len(WAVES)),
        lif2=snn.Leaky(beta=torch.full((len(WAVES),), BETA[1]), threshold=torch.full((len(WAVES),), THRESHOLD),
                       spike_grad=gradient, reset_mechanism="subtract", reset_delay=True, init_hidden=True)))
    torch.nn.init.orthogonal_(net.lif1.recurrent.weight, gain=0.5)
    torch.nn.init.zeros_(net.lif1.recurrent.bias)
    return net


def run(net, x):
    """All T steps of x [N, T, inputs]; spikes and membranes of both populations [N, T, n]."""
    for name in LAYERS:
        getattr(net, name).reset_hidden()
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


def train(net, x, labels, rng):
    optimizer = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    x, y = torch.from_numpy(x).float(), torch.from_numpy(labels)
    for epoch in range(EPOCHS):
        total, right = 0.0, 0
        for batch in torch.from_numpy(rng.permutation(len(labels))).split(BATCH):
            spikes, membranes = run(net, x[batch])
            counts = spikes["lif2"].sum(dim=1)
            loss = torch.nn.functional.cross_entropy(0.5 * counts, y[batch])
            # The membranes of the second half learn as well: that is where the evidence is in.
            late = membranes["lif2"][:, T // 2:].transpose(1, 2)
            loss = loss + 0.5 * torch.nn.functional.cross_entropy(late, y[batch, None].expand(-1, late.shape[2]))
            # Silence is cheap in hardware; the price rises as training goes on.
            loss = loss + 0.3 * epoch / EPOCHS * spikes["lif1"].mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            total += float(loss.detach()) * len(batch)
            right += int((counts.argmax(dim=1) == y[batch]).sum())
        schedule.step()
        print(f"epoch {epoch + 1:2}/{EPOCHS}  loss {total / len(labels):.4f}  accuracy {right / len(labels):.3f}",
              flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=HERE)
    out = parser.parse_args().output
    out.mkdir(parents=True, exist_ok=True)

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(TRAINING_SEED)

    rng = np.random.default_rng(DATA_SEED)
    train_x, train_y = dataset(TRAIN, rng)
    test_x, test_y = dataset(TEST, rng)

    net = build()
    train(net, train_x, train_y, np.random.default_rng(TRAINING_SEED))

    with torch.no_grad():
        spikes, membranes = run(net, torch.from_numpy(test_x).float())
    predictions = spikes["lif2"].sum(dim=1).argmax(dim=1).numpy()

    hillock_export.export(net, out, input_shape=(INPUTS,), timesteps=T, binary_input=True)
    np.savez_compressed(out / "test.npz", x=test_x, y=test_y)
    np.savez_compressed(out / "calibration.npz", x=train_x[:CALIBRATION], y=train_y[:CALIBRATION])
    np.savez_compressed(out / "golden.npz", **{
        f"{name}.spikes": s[:GOLDEN].numpy().astype(np.uint8) for name, s in spikes.items()})
    info = {
        "network": f"{INPUTS}-{HIDDEN} RLeaky, all to all-{len(WAVES)} Leaky; beta {BETA[0]} and {BETA[1]}, "
                   f"threshold {THRESHOLD}, reset by subtraction, delayed",
        "data": "generated: " + ", ".join(WAVES) + ", by delta modulation",
        "timesteps": T,
        "train_samples": TRAIN,
        "calibration_samples": CALIBRATION,
        "test_samples": TEST,
        "golden_samples": GOLDEN,
        "float_accuracy": float((predictions == test_y).mean()),
        "input_events_per_step": float(test_x.sum(axis=2).mean()),
        "layers": {name: {
            "neurons": s.shape[2],
            "spikes_per_neuron_and_step": float(s.mean()),
            "membrane_min": float(membranes[name].min()),
            "membrane_max": float(membranes[name].max()),
            "closest_to_threshold": float((membranes[name] - THRESHOLD).abs().min()),
        } for name, s in spikes.items()},
        "versions": {"python": platform.python_version(), "torch": torch.__version__.split("+")[0],
                     "snntorch": snn.__version__, "numpy": np.__version__},
    }
    (out / "info.json").write_text(json.dumps(info, indent=2) + "\n")
    print((out / "info.json").read_text())


if __name__ == "__main__":
    main()
