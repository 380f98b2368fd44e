#!/usr/bin/env python3
"""Trains the Braille example and writes every file of this folder except README.md and convert.py.

    pip install -r requirements.txt
    python train.py

The network has the nodes and edges of braille_noDelay_bias_zero.nir of the NIR paper: 12 taxels of a
fingertip, 38 recurrent CubaLIF neurons, 7 CubaLIF neurons, one for each of seven letters. Its weights
are of its own: it is trained on touches that are generated here, since the paper's recordings are not
ours to pass on. The neurons are those of NIR's own equations, in Euler steps of 0.1 ms, reset to zero in
the step of the spike; no framework between.
"""
import argparse
import json
import platform
from pathlib import Path

import h5py
import nir
import numpy as np
import torch

# Dots of a cell, numbered 1 to 3 down the left column and 4 to 6 down the right one.
LETTERS = {"Space": (), "A": (1,), "E": (1, 5), "I": (2, 4), "O": (1, 3, 5), "U": (1, 3, 6), "Y": (1, 3, 4, 5, 6)}
ROWS, COLUMNS, T = 4, 3, 100  # taxels of the fingertip; steps of a touch
INPUTS, HIDDEN, CLASSES = ROWS * COLUMNS, 38, len(LETTERS)
ALPHA, BETA, THRESHOLD, DT = (0.55, 0.5), (0.9, 0.55), 1.0, 1e-4  # as in the paper's file
TRAIN, TEST, CALIBRATION, GOLDEN = 2800, 350, 140, 40
DATA_SEED, TRAINING_SEED = 5, 1
EPOCHS, BATCH, LEARNING_RATE = 20, 70, 3e-3
PRESSURE_STEP = 0.2  # an event where the pressure on a taxel has changed by this


def touch(letter, rng):
    """Events of a finger that slides over a letter: [T, taxels]."""
    dots = np.array([(-0.5 + (d > 3), (d - 1) % 3 - 1.0) for d in LETTERS[letter]]).reshape(-1, 2)
    right, down = np.meshgrid(np.linspace(-1, 1, COLUMNS), np.linspace(-1.35, 1.35, ROWS))
    taxels = np.stack([right.ravel(), down.ravel() + rng.normal(0, 0.12)], axis=1)
    travel = np.linspace(-2.6, 2.6, T) * rng.uniform(0.85, 1.15) + rng.normal(0, 0.15)
    at = taxels[None] + np.stack([travel, np.zeros(T)], axis=1)[:, None]
    far = ((at[:, :, None] - dots[None, None]) ** 2).sum(axis=3)
    pressure = rng.uniform(0.8, 1.2) * np.exp(-far / 0.18).sum(axis=2) + rng.normal(0, 0.03, (T, INPUTS))
    events, last = np.zeros((T, INPUTS), dtype=np.uint8), pressure[0].copy()
    for t in range(T):
        changed = np.abs(pressure[t] - last) >= PRESSURE_STEP
        events[t] = changed
        last[changed] = pressure[t][changed]
    return events ^ (rng.random(events.shape) < 0.004).astype(np.uint8)  # a few are lost or made up


def dataset(n, rng):
    names = list(LETTERS)
    labels = rng.permutation(np.arange(n) % CLASSES)
    return np.stack([touch(names[k], rng) for k in labels]), labels


class Spike(torch.autograd.Function):
    """The step above the threshold, with the gradient of a fast sigmoid."""

    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return (v > 0).to(v.dtype)

    @staticmethod
    def backward(ctx, gradient):
        (v,) = ctx.saved_tensors
        return gradient / (5 * v.abs() + 1) ** 2


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(INPUTS, HIDDEN)
        self.w_rec = torch.nn.Linear(HIDDEN, HIDDEN)
        self.fc2 = torch.nn.Linear(HIDDEN, CLASSES)

    def forward(self, x):
        """Spikes and membranes, before the reset, of both populations for x [N, T, 12]."""
        current, v, spikes = ([torch.zeros(len(x), n, dtype=x.dtype) for n in (HIDDEN, CLASSES)] for _ in range(3))
        kept = [[], []], [[], []]
        for t in range(T):
            for k in range(2):
                put = self.fc1(x[:, t]) + self.w_rec(spikes[0]) if k == 0 else self.fc2(spikes[0])
                # With r = tau_mem / dt and w_in = tau_syn / dt both gains of NIR's Euler step are 1.
                current[k] = ALPHA[k] * current[k] + put
                v[k] = BETA[k] * v[k] + current[k]
                spikes[k] = Spike.apply(v[k] - THRESHOLD)
                kept[0][k].append(spikes[k])
                kept[1][k].append(v[k])
                v[k] = v[k] * (1 - spikes[k].detach())
        return [torch.stack(s, dim=1) for s in kept[0]], [torch.stack(m, dim=1) for m in kept[1]]


def train(net, x, labels, rng):
    optimizer = torch.optim.Adam(net.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    x, y = torch.from_numpy(x).float(), torch.from_numpy(labels)
    for epoch in range(EPOCHS):
        total, right = 0.0, 0
        for batch in torch.from_numpy(rng.permutation(len(labels))).split(BATCH):
            spikes, membranes = net(x[batch])
            counts = spikes[1].sum(dim=1)
            loss = torch.nn.functional.cross_entropy(0.3 * counts, y[batch])
            loss = loss + 0.5 * torch.nn.functional.cross_entropy(membranes[1].mean(dim=1), y[batch])
            # Silence is cheap in hardware.
            loss = loss + 0.5 * epoch / EPOCHS * spikes[0].mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            total += float(loss.detach()) * len(batch)
            right += int((counts.argmax(dim=1) == y[batch]).sum())
        schedule.step()
        print(f"epoch {epoch + 1:2}/{EPOCHS}  loss {total / len(labels):.4f}  accuracy {right / len(labels):.3f}",
              flush=True)


def write_nir(net, path):
    def affine(layer):
        return nir.Affine(weight=layer.weight.detach().numpy(), bias=layer.bias.detach().numpy())

    def cuba(neurons, alpha, beta):
        one = np.ones(neurons)
        return nir.CubaLIF(tau_syn=one * DT / (1 - alpha), tau_mem=one * DT / (1 - beta), r=one / (1 - beta),
                           v_leak=one * 0, v_threshold=one * THRESHOLD, v_reset=one * 0, w_in=one / (1 - alpha))

    nodes = {"input": nir.Input({"input": np.array([INPUTS])}),
             "fc1": affine(net.fc1), "lif1.lif": cuba(HIDDEN, ALPHA[0], BETA[0]), "lif1.w_rec": affine(net.w_rec),
             "fc2": affine(net.fc2), "lif2": cuba(CLASSES, ALPHA[1], BETA[1]),
             "output": nir.Output({"output": np.array([CLASSES])})}
    edges = [("input", "fc1"), ("fc1", "lif1.lif"), ("lif1.lif", "lif1.w_rec"), ("lif1.w_rec", "lif1.lif"),
             ("lif1.lif", "fc2"), ("fc2", "lif2"), ("lif2", "output")]
    nir.write(path, nir.NIRGraph(nodes, edges))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).resolve().parent)
    out = parser.parse_args().output
    out.mkdir(parents=True, exist_ok=True)

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(TRAINING_SEED)

    rng = np.random.default_rng(DATA_SEED)
    train_x, train_y = dataset(TRAIN, rng)
    test_x, test_y = dataset(TEST, rng)

    net = Net()
    train(net, train_x, train_y, np.random.default_rng(TRAINING_SEED))

    net = net.double()
    with torch.no_grad():
        spikes, membranes = net(torch.from_numpy(test_x).double())
    predictions = spikes[1].sum(dim=1).argmax(dim=1).numpy()

    names = ("lif1.lif", "lif2")
    write_nir(net.float(), out / "model.nir")
    np.savez_compressed(out / "test.npz", x=test_x, y=test_y)
    np.savez_compressed(out / "calibration.npz", x=train_x[:CALIBRATION], y=train_y[:CALIBRATION])
    np.savez_compressed(out / "golden.npz", **{
        f"{name}.spikes": s[:GOLDEN].numpy().astype(np.uint8) for name, s in zip(names, spikes)})
    info = {
        "network": f"{INPUTS}-{HIDDEN} recurrent-{CLASSES}, CubaLIF; current decays {ALPHA}, membrane decays {BETA}, "
                   f"threshold {THRESHOLD}, reset to zero in the step of the spike",
        "data": "generated touches of the letters " + ", ".join(LETTERS),
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
            "membrane_min": float(m.min()),
            "membrane_max": float(m.max()),
            "closest_to_threshold": float((m - THRESHOLD).abs().min()),
        } for name, s, m in zip(names, spikes, membranes)},
        "versions": {"python": platform.python_version(), "torch": torch.__version__.split("+")[0],
                     "nir": nir.version, "numpy": np.__version__, "h5py": h5py.__version__},
    }
    (out / "info.json").write_text(json.dumps(info, indent=2) + "\n")
    print((out / "info.json").read_text())


if __name__ == "__main__":
    main()
