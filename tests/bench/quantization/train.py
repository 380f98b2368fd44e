#!/usr/bin/env python3
"""Trains the networks that the quantizer is judged on besides those of examples/.

    pip install -r requirements.txt
    python train.py -o build/bench/quantization [--seed N] [NAME ...]

Each becomes a folder with state_dict.pt, architecture.json, and test.npz: samples that it was not
trained on. All data come with scikit-learn (load_digits, 1797 images) or are drawn here from a seed.

    mlp_784      784-128-10 Leaky, T = 25: digits enlarged to 28x28, rate-coded
    recurrent    8-64-10 RLeaky, T = 64: digits read column by column, 8 steps each
    per_neuron   64-100-10 Leaky, T = 25: beta and threshold trained per neuron
    cuba         12-38-7 RSynaptic, T = 256: seven courses of touch on 12 sensors, synthetic
    max_pool     conv 8, max-pool, Leaky, conv 16, max-pool, Leaky, dense, as in snnTorch's tutorial, T = 25
    if_conv      conv 8, pool, conv 16, pool, dense: integrate-and-fire, T = 300, converted from an
                 ordinary network
"""
import argparse
import json
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import snntorch as snn
import torch
from scipy.ndimage import zoom
from sklearn.datasets import load_digits
from snntorch import surrogate
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python"))
import hillock_export  # noqa: E402

SEED = 0  # added to the seed of every network: --seed
TRAIN = 997  # of the 1797 digits; the other 800 are given to the quantizer and the test
GRAD = surrogate.fast_sigmoid(slope=25)


def digits(seed):
    """(train images, labels, test images, labels), pixels 0..1."""
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed + SEED).permutation(len(labels))
    images = images[order].reshape(-1, 8, 8) / 16.0
    labels = labels[order]
    return images[:TRAIN], labels[:TRAIN], images[TRAIN:], labels[TRAIN:]


def bernoulli(p, rng):
    return (rng.random(p.shape) < p).astype(np.uint8)


def neurons(net):
    return [m for m in net if isinstance(m, snn.SpikingNeuron)]


def forward(net, x):
    """x [N, T, ...] -> output spikes and membranes [N, T, classes], hidden rate."""
    for m in neurons(net):
        m.reset_mem()
    spikes, membranes, hidden = [], [], 0.0
    for t in range(x.shape[1]):
        v = x[:, t]
        for m in net:
            v = m(v)
            if isinstance(m, snn.SpikingNeuron) and m is not net[-1]:
                hidden = hidden + v.mean()
        spikes.append(v)
        membranes.append(net[-1].mem)
    return torch.stack(spikes, 1), torch.stack(membranes, 1), hidden / x.shape[1]


def train(net, draw, labels, rng, epochs, batch=64, rate=2e-3, hidden_cost=0.5):
    """`draw(index, rng)` encodes samples anew in every epoch."""
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    y = torch.from_numpy(labels)
    for epoch in range(epochs):
        total = 0.0
        for index in torch.from_numpy(rng.permutation(len(labels))).split(batch):
            x = torch.from_numpy(draw(index.numpy(), rng)).float()
            spikes, membranes, hidden = forward(net, x)
            loss = nn.functional.cross_entropy(spikes.sum(1), y[index])
            loss = loss + nn.functional.cross_entropy(membranes.mean(1), y[index])
            loss = loss + hidden_cost * hidden
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            for m in neurons(net):  # parameters of neurons stay where they mean something
                for name in ("beta", "alpha"):
                    if isinstance(getattr(m, name, None), nn.Parameter):
                        getattr(m, name).data.clamp_(0.5, 0.98)
                if isinstance(m.threshold, nn.Parameter):
                    m.threshold.data.clamp_(0.3, 3.0)
            total += float(loss) * len(index)
        schedule.step()
        if epoch % 5 == 4:
            print(f"  epoch {epoch + 1}/{epochs}  loss {total / len(labels):.4f}", flush=True)


def save(net, name, folder, x, y, shape):
    folder = folder / name
    with torch.no_grad():
        counts = torch.cat([forward(net, torch.from_numpy(part).float())[0].sum(1)
                            for part in np.array_split(x, 8)])
    accuracy = float((counts.argmax(1).numpy() == y).mean())
    hillock_export.export(net, folder, input_shape=shape, timesteps=x.shape[1])
    np.savez_compressed(folder / "test.npz", x=x, y=y.astype(np.int64))
    (folder / "info.json").write_text(json.dumps(
        {"float_accuracy": accuracy, "samples": len(y), "timesteps": x.shape[1]}) + "\n")
    print(f"{name}: accuracy {accuracy:.4f}", flush=True)


def static_digits(name, folder, net, prepare, shape, steps, seed, **options):
    """Trains on rate-coded digits: `prepare` makes probabilities [N, steps, ...] of images."""
    rng = np.random.default_rng(seed + SEED)
    train_x, train_y, test_x, test_y = digits(seed)
    train(net, lambda i, r: bernoulli(prepare(train_x[i]), r), train_y, rng, **options)
    save(net, name, folder, bernoulli(prepare(test_x), rng), test_y, shape)


def mlp_784(folder):
    net = nn.Sequential(OrderedDict(
        fc1=nn.Linear(784, 128), lif1=snn.Leaky(0.9, spike_grad=GRAD, init_hidden=True),
        fc2=nn.Linear(128, 10), lif2=snn.Leaky(0.9, spike_grad=GRAD, init_hidden=True)))

    def prepare(images):
        large = np.clip(zoom(images, (1, 3.5, 3.5), order=1), 0, 1).reshape(len(images), 1, 784)
        return np.repeat(0.5 * large, 25, axis=1)

    static_digits("mlp_784", folder, net, prepare, (784,), 25, 11, epochs=15, rate=1e-3)


def recurrent(folder):
    net = nn.Sequential(OrderedDict(
        fc1=nn.Linear(8, 64),
        rec=snn.RLeaky(beta=0.95, linear_features=64, spike_grad=GRAD, init_hidden=True),
        fc2=nn.Linear(64, 10), lif2=snn.Leaky(0.95, spike_grad=GRAD, init_hidden=True)))
    with torch.no_grad():
        net.rec.recurrent.weight.mul_(0.5)

    def prepare(images):
        return np.repeat(images.transpose(0, 2, 1), 8, axis=1)  # [N, 64, 8]: a column for 8 steps

    static_digits("recurrent", folder, net, prepare, (8,), 64, 12, epochs=40, rate=4e-3)


def per_neuron(folder):
    torch.manual_seed(13 + SEED)

    def leaky(n):
        return snn.Leaky(beta=torch.empty(n).uniform_(0.6, 0.97), learn_beta=True,
                         threshold=torch.empty(n).uniform_(0.6, 1.6), learn_threshold=True,
                         spike_grad=GRAD, init_hidden=True)

    net = nn.Sequential(OrderedDict(fc1=nn.Linear(64, 100), lif1=leaky(100),
                                    fc2=nn.Linear(100, 10), lif2=leaky(10)))

    def prepare(images):
        return np.repeat(images.reshape(len(images), 1, 64), 25, axis=1)

    static_digits("per_neuron", folder, net, prepare, (64,), 25, 13, epochs=40)


def touch(count, rng):
    """Seven courses of pressure on 12 sensors over 256 steps, warped and shifted in time, with gain
    and background noise, as spikes."""
    course = np.random.default_rng(99 + SEED)
    centres = course.uniform(40, 216, (7, 12, 2))
    widths = course.uniform(8, 25, (7, 12, 2))
    heights = course.uniform(0.1, 0.5, (7, 12, 2))
    y = rng.integers(0, 7, count)
    shift = rng.normal(0, 10, (count, 1, 1, 1))
    warp = rng.normal(1, 0.10, (count, 1, 1, 1))
    t = (np.arange(256)[None, None, None, :] - 128 - shift) * warp + 128
    bumps = heights[y][..., None] * np.exp(-0.5 * ((t - centres[y][..., None]) /
                                                   widths[y][..., None]) ** 2)
    gain = rng.lognormal(0, 0.4, (count, 12, 1))
    p = np.clip(bumps.sum(2) * gain + 0.02, 0, 0.9)
    return bernoulli(p.transpose(0, 2, 1), rng), y


def cuba(folder):
    net = nn.Sequential(OrderedDict(
        fc1=nn.Linear(12, 38),
        rec=snn.RSynaptic(alpha=0.8, beta=0.9, linear_features=38, spike_grad=GRAD, init_hidden=True),
        fc2=nn.Linear(38, 7),
        lif2=snn.Synaptic(alpha=0.8, beta=0.9, spike_grad=GRAD, init_hidden=True)))
    with torch.no_grad():
        net.fc1.weight.mul_(0.5)
        net.rec.recurrent.weight.mul_(0.3)
    rng = np.random.default_rng(14 + SEED)
    x, y = touch(1000, rng)
    test_x, test_y = touch(800, rng)
    train(net, lambda i, r: x[i], y, rng, epochs=60, batch=50, rate=4e-3)
    save(net, "cuba", folder, test_x, test_y, (12,))


def max_pool(folder):
    def leaky():
        return snn.Leaky(0.8, spike_grad=GRAD, init_hidden=True)

    net = nn.Sequential(OrderedDict(
        c1=nn.Conv2d(1, 8, 3), p1=nn.MaxPool2d(2), lif1=leaky(),
        c2=nn.Conv2d(8, 16, 3), p2=nn.MaxPool2d(2), lif2=leaky(),
        flat=nn.Flatten(), fc=nn.Linear(64, 10), lif3=leaky()))

    def prepare(images):
        large = np.clip(zoom(images, (1, 2, 2), order=1), 0, 1)[:, None, None]
        return np.repeat(large, 25, axis=1)

    static_digits("max_pool", folder, net, prepare, (1, 16, 16), 25, 16, epochs=10)


def if_conv(folder):
    """An ordinary network is trained, and each layer scaled by its largest activation (Rueckauer
    et al., 2017), so that integrate-and-fire neurons spike as often as its units are active."""
    def layers(unit, last):
        return nn.Sequential(OrderedDict(
            c1=nn.Conv2d(1, 8, 3, padding=1), n1=unit(), p1=nn.AvgPool2d(2),
            c2=nn.Conv2d(8, 16, 3, padding=1), n2=unit(), p2=nn.AvgPool2d(2),
            flat=nn.Flatten(), fc=nn.Linear(256, 10), n3=last()))

    def enlarge(images):
        return np.clip(zoom(images, (1, 2, 2), order=1), 0, 1)[:, None]

    net = layers(nn.ReLU, nn.Identity)
    train_x, train_y, test_x, test_y = digits(15)
    x, y = torch.from_numpy(enlarge(train_x)).float(), torch.from_numpy(train_y)
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    for _ in range(40):
        for index in torch.randperm(len(y)).split(64):
            noisy = x[index] + 0.05 * torch.randn_like(x[index])
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(noisy), y[index]).backward()
            optimizer.step()
    spiking = layers(*2 * [lambda: snn.Leaky(beta=1.0, init_hidden=True)])
    spiking.load_state_dict(net.state_dict(), strict=False)
    before, v = 1.0, x
    with torch.no_grad():
        for name, module in net.named_children():
            v = module(v)
            if name in ("c1", "c2", "fc"):
                largest = float(torch.quantile(v[v > 0].flatten()[:1000000], 0.999))
                target = spiking.get_submodule(name)
                target.weight.mul_(before / largest)
                target.bias.div_(largest)
                before = largest
    rng = np.random.default_rng(15 + SEED)
    p = np.repeat(enlarge(test_x)[:, None], 300, axis=1)
    x = np.concatenate([bernoulli(part, rng) for part in np.array_split(p[:400], 8)])
    save(spiking, "if_conv", folder, x, test_y[:400], (1, 16, 16))


NETWORKS = {f.__name__: f for f in (mlp_784, recurrent, per_neuron, cuba, max_pool,
                                     if_conv)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    global SEED
    SEED = arguments.seed
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in arguments.names or NETWORKS:
        torch.manual_seed(1 + SEED)
        NETWORKS[name](arguments.output)


if __name__ == "__main__":
    main()
