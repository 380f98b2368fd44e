"""How many spikes of snnTorch's LeakyParallel a neuron without its floor at 0 would get wrong.

    python tests/golden/measure_leaky_parallel.py

The figures in docs/import.md; made with snntorch 0.9.4, torch 1.13.
"""

import snntorch as snn
import torch


def measure(beta, bias):
    layer = snn.LeakyParallel(input_size=20, hidden_size=32, beta=beta, bias=bias)
    x = (torch.rand(50, 64, 20) < 0.3).float() * 2  # [T, N, features]
    wanted = layer(x) > 0
    rnn = layer.rnn
    decay = torch.diagonal(rnn.weight_hh_l0)
    offset = rnn.bias_ih_l0 + rnn.bias_hh_l0 if bias else 0
    plain = floored = torch.zeros(64, 32)
    wrong = [0, 0]
    for t in range(50):
        current = x[t] @ rnn.weight_ih_l0.T + offset
        plain = decay * plain + current
        floored = torch.relu(decay * floored + current)
        for i, v in enumerate((plain, floored)):
            wrong[i] += int(((v > layer.threshold) != wanted[t]).sum())
    spikes = int(wanted.sum())
    print(f"beta {beta}, bias {bias}: {spikes} spikes; without the floor {wrong[0]} differ "
          f"({100 * wrong[0] / spikes:.1f} %), with it {wrong[1]}")


if __name__ == "__main__":
    torch.manual_seed(0)
    with torch.no_grad():
        for beta in (0.5, 0.9, 0.99):
            for bias in (True, False):
                measure(beta, bias)
