#!/usr/bin/env python3
"""Checks the proof against overflow of a build, without any of the code that made it.

    scripts/verify_certificate.py DIR

Reads DIR/quantized.json and DIR/overflow.json. What a neuron can reach is computed anew from the
weights, in integers of any size, and by another argument than the prover's: the range of every
single step, one after the other, where the prover lets one range grow. Each must lie within the
certificate's, and the certificate's within the widths. Status 0: it holds; 1: it does not.
Needs nothing but Python.
"""
import json
import sys
from pathlib import Path


def fail(text):
    raise SystemExit(f"verify_certificate: {text}")


def top_of(bits):
    return (1 << (bits - 1)) - 1


def of(parameter, j):
    return parameter[j] if isinstance(parameter, list) else parameter


def synapses(projection):
    """(source element, neuron, weight) of every synapse."""
    kind = projection["kind"]
    weight = projection.get("weight")
    if kind == "dense":
        columns = projection["cols"]
        for index, w in enumerate(weight):
            yield index % columns, index // columns, w
    elif kind == "sparse":
        yield from zip(projection["from"], projection["to"], weight)
    elif kind == "conv":
        g = projection["geometry"]
        inputs = g["in_channels"] // g["groups"]
        outputs = g["out_channels"] // g["groups"]
        rows, columns = g["in_height"] // g["pool_height"], g["in_width"] // g["pool_width"]
        for out in range(g["out_channels"]):
            for y in range(g["out_height"]):
                for x in range(g["out_width"]):
                    neuron = (out * g["out_height"] + y) * g["out_width"] + x
                    for i in range(inputs):
                        channel = out // outputs * inputs + i
                        for ky in range(g["kernel_height"]):
                            row = y * g["stride_height"] + ky * g["dilation_height"] - g["pad_top"]
                            if not 0 <= row < rows:
                                continue
                            for kx in range(g["kernel_width"]):
                                column = (x * g["stride_width"] + kx * g["dilation_width"] -
                                          g["pad_left"])
                                if not 0 <= column < columns:
                                    continue
                                w = weight[((out * inputs + i) * g["kernel_height"] + ky) *
                                           g["kernel_width"] + kx]
                                for ty in range(g["pool_height"]):
                                    for tx in range(g["pool_width"]):
                                        r = row * g["pool_height"] + ty
                                        c = column * g["pool_width"] + tx
                                        yield ((channel * g["in_height"] + r) * g["in_width"] + c,
                                               neuron, w)


def window(projection, neuron):
    """Elements of the source in a max-pooling's window."""
    g = projection["geometry"]
    channel, rest = divmod(neuron, g["out_height"] * g["out_width"])
    oy, ox = divmod(rest, g["out_width"])
    for ky in range(g["kernel_height"]):
        y = oy * g["stride_height"] + ky * g["dilation_height"] - g["pad_top"]
        for kx in range(g["kernel_width"]):
            x = ox * g["stride_width"] + kx * g["dilation_width"] - g["pad_left"]
            if 0 <= y < g["in_height"] and 0 <= x < g["in_width"]:
                yield (channel * g["in_height"] + y) * g["in_width"] + x


def event_values(network, projection):
    """The least and the largest value of one event of a projection's source."""
    if projection["source"] == "input":
        i = network["inputs"][projection["source_index"]]
        return min(0, i["min"]), max(1, i["max"])
    source = network["populations"][projection["source_index"]]
    if source["value_bits"] > 0:
        top = top_of(source["value_bits"])
        return -top - 1, top
    return 0, source["max_spikes"]


def step_inputs(network, index):
    """What the events of one step add to each neuron, as (least, largest)."""
    p = network["populations"][index]
    count = 1
    for n in p["shape"]:
        count *= n
    low, high = [0] * count, [0] * count
    for projection in network["projections"]:
        if projection["target"] != index or projection["kind"] == "maxpool":
            continue
        least, largest = event_values(network, projection)
        for _, neuron, w in synapses(projection):
            low[neuron] += min(0, w * least, w * largest)
            high[neuron] += max(0, w * least, w * largest)
    unit = 1 << p["fraction_bits"]
    return [(lo * unit, hi * unit) for lo, hi in zip(low, high)]


class Reached:
    """Ranges seen over all steps."""

    def __init__(self):
        self.ranges = {}

    def note(self, what, lo, hi):
        a, b = self.ranges.get(what, (0, 0))
        self.ranges[what] = (min(a, lo), max(b, hi))


def decay(v, multiplier, shift):
    return v * multiplier if shift == 0 else (v * multiplier + (1 << (shift - 1))) >> shift


def follow(p, j, event, steps, pooled):
    """The ranges of a neuron over `steps` steps, each from those of the step before."""
    seen = Reached()
    theta, bias = of(p["threshold"], j), of(p["bias"], j)
    amount = theta + p["reset_offset"]
    leak = lambda v: decay(v, of(p["decay"], j), p["decay_shift"])  # noqa: E731
    fade = lambda v: decay(v, of(p["current_decay"], j), p["current_decay_shift"])  # noqa: E731
    clamp = lambda v: v  # noqa: E731
    if p["overflow"] == "saturating":
        top = top_of(p["membrane_bits"])
        clamp = lambda v: max(-top - 1, min(top, v))  # noqa: E731
    alpha, current = p["synapse"] == "alpha", p["synapse"] == "current"
    resets = p["spiking"] and p["reset"] != "none"
    delayed = p["reset_timing"] == "delayed"
    lost = resets and p["reset"] == "zero" and delayed and p["zero_input"] == "lost"
    quirk = resets and p["reset_timing"] == "same-step-snntorch" and p["reset"] == "subtract"
    lo = hi = 0            # V
    i_lo = i_hi = 0        # I, or E
    h_lo = h_hi = 0        # H
    s_lo = s_hi = 0        # E + H
    for _ in range(steps):
        add_lo, add_hi = event
        if alpha:
            b = of(p["current_bias"], j)
            e_lo, e_hi = fade(i_lo) + b, fade(i_hi) + b
            seen.note("current", e_lo, e_hi)
            # V = D_c(E) + D(H), and E + H is the last V: so it is also (a - b) E + b V, off by less
            # than 1 below and at most 1 above.
            shift = max(p["decay_shift"], p["current_decay_shift"])
            m = of(p["decay"], j) << (shift - p["decay_shift"])
            d = (of(p["current_decay"], j) << (shift - p["current_decay_shift"])) - m
            ends = [d * i_lo, d * i_hi]
            v_lo = max(fade(i_lo) + leak(h_lo), (min(ends) + m * s_lo) >> shift)
            v_hi = min(fade(i_hi) + leak(h_hi), ((max(ends) + m * s_hi) >> shift) + 1)
            h_lo, h_hi = leak(h_lo) - b - add_hi, leak(h_hi) - b - add_lo
            i_lo, i_hi, s_lo, s_hi = e_lo + add_lo, e_hi + add_hi, v_lo, v_hi
            if lost:  # cleared
                i_lo, i_hi, h_lo, h_hi = min(i_lo, 0), max(i_hi, 0), min(h_lo, 0), max(h_hi, 0)
                s_lo, s_hi, v_lo, v_hi = min(s_lo, 0), max(s_hi, 0), min(v_lo, 0), max(v_hi, 0)
            lo, hi = clamp(v_lo), clamp(v_hi)
            seen.note("current", i_lo, i_hi)
            seen.note("current", h_lo, h_hi)
            seen.note("sum", s_lo, s_hi)
            seen.note("membrane", lo, hi)
            continue
        if current:
            b = of(p["current_bias"], j)
            i_lo, i_hi = fade(i_lo) + b, fade(i_hi) + b
            seen.note("current", i_lo, i_hi)
            i_lo, i_hi = i_lo + add_lo, i_hi + add_hi
            add_lo, add_hi = i_lo, i_hi
        if current or pooled:
            seen.note("current", add_lo, add_hi)
        # The step begins: leak and delayed reset, by cases of the last membrane.
        cases = []
        if resets and delayed and not lost:
            if lo <= theta:
                cases.append((leak(lo), leak(min(hi, theta))))
            if hi > theta:
                if p["reset"] == "zero":
                    cases.append((leak(0), leak(0)))
                else:
                    cases.append((leak(max(lo, theta + 1)) - amount, leak(hi) - amount))
        else:
            cases.append((leak(lo), leak(hi)))
        begin_lo, begin_hi = min(c[0] for c in cases) + bias, max(c[1] for c in cases) + bias
        seen.note("sum", begin_lo, begin_hi)
        seen.note("sum", begin_lo + add_lo, begin_hi + add_hi)
        was_above = hi > theta
        v_lo, v_hi = clamp(begin_lo + add_lo), clamp(begin_hi + add_hi)
        # The step ends: reset in the same step, by cases of the new membrane.
        if lost and was_above:
            v_lo, v_hi = min(v_lo, 0), max(v_hi, 0)
        if resets and not delayed:
            kept_up_to = theta + amount if quirk and was_above else theta
            cases = []
            if v_lo <= kept_up_to:
                cases.append((v_lo, min(v_hi, kept_up_to)))
            if v_hi > theta:
                if p["reset"] == "zero":
                    cases.append((of(p["reset_value"], j),) * 2)
                elif p["max_spikes"] > 1:
                    left = max(min(theta, v_hi - amount), v_hi - p["max_spikes"] * amount)
                    cases.append((theta + 1 - amount, left))
                else:
                    cases.append((max(v_lo, theta + 1) - amount, v_hi - amount))
            v_lo, v_hi = min(c[0] for c in cases), max(c[1] for c in cases)
        lo, hi = v_lo, v_hi
        seen.note("membrane", lo, hi)
    return seen.ranges


def check(folder):
    network = json.loads((folder / "quantized.json").read_text())
    certificate = json.loads((folder / "overflow.json").read_text())
    steps = network["timesteps"]
    if certificate["timesteps"] != steps:
        fail("made for another number of steps")
    if [p["name"] for p in certificate["populations"]] != [
            p["name"] for p in network["populations"]]:
        fail("made for other populations")
    neurons, followed, claimed = 0, 0, []
    for index, (p, c) in enumerate(zip(network["populations"], certificate["populations"])):
        for key in ("membrane_bits", "accumulator_bits", "current_bits", "overflow"):
            if p[key] != c[key]:
                fail(f"{p['name']}: {key} is {c[key]} in the certificate, {p[key]} in the network")
        if p["overflow"] == "proved" and p["membrane_bits"] < p["accumulator_bits"]:
            fail(f"{p['name']}: a membrane narrower than its sum is not proved")
        inputs = step_inputs(network, index)
        pool = next((r for r in network["projections"]
                     if r["target"] == index and r["kind"] == "maxpool"), None)
        if pool is not None:
            source = claimed[pool["source_index"]]
            for j in range(len(inputs)):
                ranges = [source[i]["membrane"] for i in window(pool, j)]
                inputs[j] = (max(r[0] for r in ranges), max(r[1] for r in ranges))
        of_neuron = [None] * len(inputs)
        for sort in c["sorts"]:
            for first, count in sort["neurons"]:
                for j in range(first, first + count):
                    of_neuron[j] = sort
        if None in of_neuron:
            fail(f"{p['name']}: neuron {of_neuron.index(None)} has no bound")
        widths = {"sum": p["accumulator_bits"], "membrane": p["membrane_bits"]}
        if p["current_bits"] > 0:
            widths["current"] = p["current_bits"]
        known = {}
        for j, sort in enumerate(of_neuron):
            key = (inputs[j],) + tuple(
                of(p[name], j) for name in ("decay", "bias", "threshold", "reset_value",
                                            "current_decay", "current_bias"))
            if key not in known:
                known[key] = follow(p, j, inputs[j], steps, pool is not None)
                followed += 1
            reached = dict(known[key], input=inputs[j])
            for what, (lo, hi) in reached.items():
                if lo < sort[what][0] or hi > sort[what][1]:
                    fail(f"{p['name']}[{j}]: {what} can reach {lo}..{hi}, and the certificate says "
                         f"{sort[what][0]}..{sort[what][1]}")
            for what, bits in widths.items():
                if sort[what][0] < -top_of(bits) - 1 or sort[what][1] > top_of(bits):
                    fail(f"{p['name']}[{j}]: {what} {sort[what]} does not fit {bits} bits")
            neurons += 1
        claimed.append(of_neuron)
    print(f"holds: {neurons} neurons ({followed} unlike), {steps} steps")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    check(Path(sys.argv[1]))
