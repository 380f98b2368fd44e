"""The scaling curves as an SVG: two panels with logarithmic axes, drawn by hand."""
import math

WIDTH, HEIGHT, LEFT, TOP = 340, 220, 62, 34


def ticks(low, high):
    return [10.0 ** e for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def label(x):
    names = {0.01: "10 ps", 0.1: "100 ps", 1: "1 ns", 10: "10 ns", 100: "100 ns"}
    return names.get(round(x, 4), f"{x:g} ns")


def count(x):
    return f"{x / 1e6:g} M" if x >= 1e6 else f"{x / 1e3:g} k" if x >= 1e3 else f"{x:g}"


def panel(left, title, axis, points):
    xs, ys = zip(*points)
    across, up = ticks(min(xs), max(xs)), ticks(min(ys), max(ys))

    def place(v, marks, size):
        low, high = math.log10(marks[0]), math.log10(marks[-1])
        return (math.log10(v) - low) / (high - low or 1) * size

    def at(x, y):
        return left + place(x, across, WIDTH), TOP + HEIGHT - place(y, up, HEIGHT)

    out = [f'<text x="{left + WIDTH / 2}" y="{TOP - 12}" text-anchor="middle" font-weight="bold">{title}</text>']
    for x in across:
        px, _ = at(x, up[0])
        out.append(f'<path d="M{px:.1f} {TOP}V{TOP + HEIGHT}" stroke="#ddd"/>')
        out.append(f'<text x="{px:.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{count(x)}</text>')
    for y in up:
        _, py = at(across[0], y)
        out.append(f'<path d="M{left} {py:.1f}H{left + WIDTH}" stroke="#ddd"/>')
        out.append(f'<text x="{left - 6}" y="{py + 4:.1f}" text-anchor="end">{label(y)}</text>')
    out.append(f'<text x="{left + WIDTH / 2}" y="{TOP + HEIGHT + 36}" text-anchor="middle">{axis}</text>')
    line = " ".join(f"{px:.1f},{py:.1f}" for px, py in (at(x, y) for x, y in points))
    out.append(f'<polyline points="{line}" fill="none" stroke="#1f6feb" stroke-width="2"/>')
    for x, y in points:
        px, py = at(x, y)
        out.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="#1f6feb"/>')
    return out


def scaling_svg(scaling):
    """`scaling` as run.py measures it."""
    synapses = [(a["synapses"], a["ns_per_operation"]) for a in scaling["synapses"]]
    steps = [(a["steps"], a["ns_per_operation"]) for a in scaling["steps"]]
    size = (2 * (WIDTH + LEFT + 30), TOP + HEIGHT + 50)
    body = panel(LEFT, "a dense layer, 25 steps", "synapses", synapses)
    body += panel(LEFT + WIDTH + LEFT + 30, "100 k synapses", "steps of a sample", steps)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" '
            f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>'
            + "\n".join(body) + "</svg>\n")
