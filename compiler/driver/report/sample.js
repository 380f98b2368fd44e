// The two charts of a sample: spikes of a population as three saw them, and membranes against their threshold.
// Space left and below for the axes.
const LEFT = 46, BOTTOM = 30, TOP = 8, RIGHT = 8;

function axes(root, width, height, steps, yTicks, yLabel) {
  const x = (t) => LEFT + (t + 0.5) * (width - LEFT - RIGHT) / steps;
  root.append(svg("rect", {class: "frame", x: LEFT, y: TOP, width: width - LEFT - RIGHT, height: height - TOP - BOTTOM}));
  const every = Math.max(1, Math.ceil(steps / Math.max(2, Math.floor((width - LEFT) / 60))));
  for (let t = 0; t < steps; t += every) {
    root.append(svg("text", {x: x(t), y: height - BOTTOM + 15, "text-anchor": "middle"}, t));
  }
  root.append(svg("text", {x: width - RIGHT, y: height - 2, "text-anchor": "end"}, "timestep"));
  for (const [y, label] of yTicks) root.append(svg("text", {x: LEFT - 6, y: y + 4, "text-anchor": "end"}, label));
  root.append(svg("text", {x: LEFT, y: height - 2, "text-anchor": "start"}, yLabel));
  return x;
}

const spikeKey = (t, n) => t + "," + n;

// Spikes of a population by who saw them: both models, one of them only, and the RTL against the
// integer model.
function sortSpikes(population) {
  const of = (list) => new Set((list || []).map(([t, n]) => spikeKey(t, n)));
  const integer = of(population.spikes_integer), real = of(population.spikes_float);
  const rtl = population.spikes_rtl ? of(population.spikes_rtl) : null;
  const out = {same: [], intonly: [], floatonly: [], rtldiff: []};
  for (const s of population.spikes_integer || []) {
    (!population.spikes_float || real.has(spikeKey(...s)) ? out.same : out.intonly).push(s);
    if (rtl && !rtl.has(spikeKey(...s))) out.rtldiff.push(s);
  }
  for (const s of population.spikes_float || []) if (!integer.has(spikeKey(...s))) out.floatonly.push(s);
  for (const s of population.spikes_rtl || []) if (!integer.has(spikeKey(...s))) out.rtldiff.push(s);
  return out;
}

const MARKS = {
  same: (x, y, r) => `M${x} ${y - r}V${y + r}`,
  intonly: (x, y, r) => `M${x - r} ${y + r}L${x} ${y - r}L${x + r} ${y + r}Z`,
  floatonly: (x, y, r) => `M${x - r} ${y - r}L${x + r} ${y + r}M${x - r} ${y + r}L${x + r} ${y - r}`,
  rtldiff: (x, y, r) => `M${x - r - 2} ${y - r - 2}h${2 * r + 4}v${2 * r + 4}h${-2 * r - 4}Z`,
};

function raster(population, steps, width, sorted) {
  const neurons = population.neurons;
  const height = TOP + BOTTOM + Math.min(280, Math.max(48, neurons * 9));
  const root = svg("svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Spikes of " + population.name});
  const row = (height - TOP - BOTTOM) / neurons;
  const y = (n) => TOP + (n + 0.5) * row;
  const x = axes(root, width, height, steps, neurons > 1 ? [[y(0), 0], [y(neurons - 1), neurons - 1]] : [[y(0), 0]], "neuron");
  for (const kind of Object.keys(MARKS)) {
    const r = kind === "same" ? Math.max(2, Math.min(4, row * 0.38)) : Math.max(2.2, Math.min(4, row * 0.4));
    const d = sorted[kind].map(([t, n]) => MARKS[kind](x(t), y(n), r)).join("");
    if (d) root.append(svg("path", {class: kind, d, fill: "none", "stroke-width": kind === "same" ? 1.8 : 1.5}));
  }
  return root;
}
