"""The two networks whose speed is measured, with data: random weights and random spikes, the same on
every machine. What a network computes does not matter here, how often its neurons spike does: the
hidden ones in about a quarter of the steps, as in trained ones.

dense   784-128-10 Leaky, beta 0.9, T = 25, 13 % of the input elements spike in a step
conv    2x34x34 integrate-and-fire over 300 steps, the architecture that NIR's paper runs on N-MNIST:
        conv 16 5x5 stride 2, conv 16 3x3, pool, conv 8 3x3, pool, dense 256, dense 10; 15 events of a
        sensor a step, near each other, as an edge that moves makes them
"""
import json
import struct

import numpy as np


def write_safetensors(file, tensors):
    """The format is a length, a JSON header and the bytes: no package is needed for it."""
    header, at = {}, 0
    for name, array in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape),
                        "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    with open(file, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            out.write(array.tobytes())


def write(folder, name, architecture, tensors, x, labels):
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / f"{name}.safetensors", tensors)
    (folder / f"{name}.json").write_text(json.dumps(architecture))
    np.savez_compressed(folder / f"{name}.npz", x=x, y=labels)


def neurons(name, beta):
    return {f"{name}.beta": np.float32([beta]).reshape(()), f"{name}.threshold": np.float32([1.0]).reshape(())}


def dense(folder, samples=400):
    rng = np.random.default_rng(1)
    tensors = {
        "fc1.weight": rng.normal(0, 0.055, (128, 784)).astype(np.float32),
        "fc1.bias": rng.normal(0, 0.02, 128).astype(np.float32),
        "fc2.weight": rng.normal(0, 0.15, (10, 128)).astype(np.float32),
        "fc2.bias": rng.normal(0, 0.02, 10).astype(np.float32),
    }
    tensors |= neurons("lif1", 0.9) | neurons("lif2", 0.9)
    leaky = {"type": "leaky"}
    architecture = {
        "input": {"shape": [784]}, "timesteps": 25, "readout": "spike_count",
        "layers": [{"name": "fc1", "type": "linear"}, {"name": "lif1", **leaky},
                   {"name": "fc2", "type": "linear"}, {"name": "lif2", **leaky}]}
    x = (rng.random((samples, 25, 784)) < 0.13).astype(np.uint8)
    write(folder, "dense", architecture, tensors, x, rng.integers(0, 10, samples))
    return tensors, x


def moving_edge(rng, steps, events):
    """[steps, 2, 34, 34]: in each step `events` places along a short line that wanders."""
    x = np.zeros((steps, 2, 34, 34), np.uint8)
    centre, angle = rng.uniform(10, 24, 2), rng.uniform(0, np.pi)
    speed, turn = rng.normal(0, 0.15, 2), rng.normal(0, 0.02)
    for t in range(steps):
        centre = np.clip(centre + speed, 6, 28)
        angle += turn
        along = rng.uniform(-10, 10, events)
        places = centre + along[:, None] * [np.sin(angle), np.cos(angle)] + rng.normal(0, 1, (events, 2))
        y, column = np.clip(places.round().astype(int), 0, 33).T
        x[t, rng.integers(0, 2, events), y, column] = 1
    return x


def conv(folder, samples=40):
    rng = np.random.default_rng(2)

    def weights(gain, *shape):
        return (gain * rng.normal(0, 1, shape)).astype(np.float32)

    tensors = {
        "c1.weight": weights(0.25, 16, 2, 5, 5), "c2.weight": weights(0.25, 16, 16, 3, 3),
        "c3.weight": weights(0.5, 8, 16, 3, 3), "f1.weight": weights(0.5, 256, 128),
        "f2.weight": weights(0.2, 10, 256),
    }
    for i in range(1, 6):
        tensors |= neurons(f"n{i}", 1.0)
    neuron = {"type": "leaky"}
    pool = {"type": "avgpool2d", "kernel_size": 2}

    def conv2d(name, stride):
        return {"name": name, "type": "conv2d", "stride": stride, "padding": 1}

    architecture = {
        "input": {"shape": [2, 34, 34], "binary": True}, "timesteps": 300, "readout": "spike_count",
        "layers": [conv2d("c1", 2), {"name": "n1", **neuron},
                   conv2d("c2", 1), {"name": "n2", **neuron}, {"name": "p2", **pool},
                   conv2d("c3", 1), {"name": "n3", **neuron}, {"name": "p3", **pool},
                   {"name": "flat", "type": "flatten"},
                   {"name": "f1", "type": "linear"}, {"name": "n4", **neuron},
                   {"name": "f2", "type": "linear"}, {"name": "n5", **neuron}]}
    x = np.stack([moving_edge(rng, 300, 15) for _ in range(samples)])
    write(folder, "conv", architecture, tensors, x, rng.integers(0, 10, samples))
    return tensors, x
