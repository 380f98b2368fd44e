// The network as a graph: a box for each population with its widths and lanes, an arrow for each projection.
// Left to right where there is room, else downwards.
"use strict";

const BOX = {width: 176, height: 104, gapX: 84, gapY: 26};

// Layer of each node: the longest way from an input over projections without delay.
function graphLayers(nodes, edges) {
  const layer = new Map(nodes.map((n) => [n.id, 0]));
  for (let round = 0; round < nodes.length; ++round) {
    for (const e of edges) {
      if (!e.delay && e.from !== e.to) layer.set(e.to, Math.max(layer.get(e.to), Math.min(nodes.length, layer.get(e.from) + 1)));
    }
  }
  return layer;
}

function graphOf(compile, projections) {
  const layers = compile.populations || [];
  const inputs = (compile.inputs || [{name: "input"}]).map((i) => ({id: "in:" + i.name, input: i}));
  const outputs = (compile.outputs || []).map((o) => ({id: "out:" + o.population, output: o}));
  const nodes = [...inputs, ...layers.map((p) => ({id: "p:" + p.name, population: p})), ...outputs];
  const edges = [];
  for (const p of projections || []) {
    edges.push({from: (p.from_input ? "in:" : "p:") + p.source, to: "p:" + p.target, delay: p.delay, projection: p});
  }
  if (!projections) {
    const chain = [...inputs.slice(0, 1), ...layers.map((p) => ({id: "p:" + p.name}))];
    for (let i = 1; i < chain.length; ++i) edges.push({from: chain[i - 1].id, to: chain[i].id, delay: 0});
  }
  for (const o of outputs) edges.push({from: "p:" + o.output.population, to: o.id, delay: 0});
  return {nodes, edges: edges.filter((e) => nodes.some((n) => n.id === e.from) && nodes.some((n) => n.id === e.to))};
}

function shortened(text, room) { return text.length > room ? text.slice(0, room - 1) + "\u2026" : text; }

function drawNode(root, n, x, y, w, h) {
  const g = svg("g", {transform: `translate(${x} ${y})`});
  const line = (at, text, cls) => g.append(svg("text", {x: 12, y: at, class: cls || ""}, shortened(text, 25)));
  if (!n.population) {
    g.append(svg("rect", {class: "node end", width: w, height: h, rx: h / 2}));
    const text = n.input ? `${n.input.name || "input"}${n.input.shape ? "  " + n.input.shape.join("\u00d7") : ""}` : String(n.output.readout || "result").replace(/_/g, " ");
    g.append(svg("text", {x: w / 2, y: h / 2 + 4, "text-anchor": "middle"}, shortened(text, 24)));
    root.append(g);
    return;
  }
  const p = n.population;
  g.append(svg("rect", {class: "node", width: w, height: h, rx: 9}));
  line(21, String(p.name), "name");
  line(38, `${p.neurons.toLocaleString("en-US")} ${p.model}${p.reset && p.reset !== "none" ? ", " + p.reset : ""}`);
  // Widths as bars of as many cells as bits.
  const bar = (at, label, bits, cls) => {
    g.append(svg("text", {x: 12, y: at + 8, class: "small"}, label));
    const cell = Math.min(5, (w - 84) / Math.max(bits, 1));
    for (let b = 0; b < bits; ++b) g.append(svg("rect", {class: cls, x: 60 + b * cell, y: at + 1, width: Math.max(0.8, cell - 1), height: 8}));
    g.append(svg("text", {x: w - 10, y: at + 8, class: "small", "text-anchor": "end"}, bits));
  };
  bar(47, "weights", p.weight_bits, "bits-w");
  bar(62, "V", p.membrane_bits, "bits-v");
  g.append(svg("text", {x: 12, y: 85, class: "small"}, "lanes"));
  const dots = Math.min(p.lanes, 12);
  for (let i = 0; i < dots; ++i) g.append(svg("circle", {class: "lane", cx: 63 + i * 6.6, cy: 81, r: 2.5}));
  g.append(svg("text", {x: w - 10, y: 85, class: "small", "text-anchor": "end"}, p.lanes));
  g.append(svg("title", {}, `${p.name}: ${p.neurons} neurons, weights ${p.weight_bits} bits, membrane ${p.membrane_bits} bits, ${p.lanes} lanes`));
  root.append(g);
}

function networkGraph(compile, projections, width) {
  const {nodes, edges} = graphOf(compile, projections);
  const layer = graphLayers(nodes, edges);
  const last = Math.max(...nodes.map((n) => layer.get(n.id)));
  for (const n of nodes) if (n.output) layer.set(n.id, last);
  const columns = [];
  for (const n of nodes) (columns[layer.get(n.id)] = columns[layer.get(n.id)] || []).push(n);
  const full = columns.filter((c) => c);
  const size = (n) => (n.population ? [BOX.width, BOX.height] : [n.input ? 112 : 128, 34]);
  const across = full.reduce((sum, c) => sum + Math.max(...c.map((n) => size(n)[0])), 0) + (full.length - 1) * BOX.gapX;
  const down = across > width;
  const gap = down ? 46 : Math.min(BOX.gapX + 60, BOX.gapX + (width - across) / Math.max(1, full.length - 1));
  const place = new Map();
  let along = down ? 4 : 0, most = 0;
  for (const c of full) {
    const thick = Math.max(...c.map((n) => size(n)[down ? 1 : 0]));
    const span = c.reduce((sum, n) => sum + size(n)[down ? 0 : 1], 0) + (c.length - 1) * BOX.gapY;
    let at = -span / 2;
    for (const n of c) {
      const [w, h] = size(n);
      place.set(n.id, down ? {x: at, y: along + (thick - h) / 2, w, h} : {x: along + (thick - w) / 2, y: at, w, h});
      at += (down ? w : h) + BOX.gapY;
    }
    most = Math.max(most, span);
    along += thick + gap;
  }
  const back = edges.some((e) => e.delay) ? 34 : 8;
  const total = {width: down ? Math.max(width, most) : Math.max(width, along - gap), height: down ? along - gap + 8 : most + 16 + 2 * back};
  const root = svg("svg", {viewBox: `0 0 ${total.width} ${total.height}`, class: "graph", role: "img", "aria-label": "The network as a graph"});
  const tip = (x, y, dx, dy) => root.append(svg("path", {class: "tip", d: `M${x} ${y}L${x - 8 * dx - 4 * dy} ${y - 8 * dy - 4 * dx}L${x - 8 * dx + 4 * dy} ${y - 8 * dy + 4 * dx}Z`}));
  for (const p of place.values()) {
    if (down) p.x += total.width / 2; else { p.y += total.height / 2; p.x += Math.max(0, (total.width - (along - gap)) / 2); }
  }
  for (const e of edges) {
    const a = place.get(e.from), b = place.get(e.to), q = e.projection;
    const heavy = q ? Math.min(5, 1.2 + Math.log10(Math.max(1, q.weights)) * 0.6) : 1.4;
    let d, label, end;
    if (e.delay) {
      const x1 = a.x + a.w * 0.7, x2 = b.x + b.w * 0.3, y = Math.max(a.y + a.h, b.y + b.h);
      d = down ? `M${a.x + a.w} ${a.y + a.h * 0.7}C${a.x + a.w + 34} ${a.y + a.h} ${b.x + b.w + 34} ${b.y} ${b.x + b.w + 2} ${b.y + b.h * 0.3}`
        : `M${x1} ${a.y + a.h}C${x1} ${y + back} ${x2} ${y + back} ${x2} ${b.y + b.h + 2}`;
      end = down ? [b.x + b.w, b.y + b.h * 0.3, -1, 0] : [x2, b.y + b.h, 0, -1];
      label = down ? null : [(x1 + x2) / 2, y + back * 0.75 + 10];
    } else if (down) {
      const x1 = a.x + a.w / 2, y1 = a.y + a.h, x2 = b.x + b.w / 2, y2 = b.y - 6;
      d = `M${x1} ${y1}C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}`;
      end = [x2, b.y, 0, 1];
      label = [(x1 + x2) / 2 + 8, (y1 + y2) / 2 + 4, "start"];
    } else {
      const x1 = a.x + a.w, y1 = a.y + a.h / 2, x2 = b.x - 6, y2 = b.y + b.h / 2;
      d = `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`;
      end = [b.x, y2, 1, 0];
      label = [(x1 + x2) / 2, (y1 + y2) / 2 - 8];
    }
    root.append(svg("path", {class: "edge" + (e.delay ? " back" : ""), d, "stroke-width": heavy}));
    tip(...end);
    if (q && label) {
      const text = svg("text", {x: label[0], y: label[1], class: "small", "text-anchor": label[2] || "middle"});
      const what = q.kind + (e.delay ? `, delay ${e.delay}` : "");
      const count = q.weights ? q.weights.toLocaleString("en-US") : "";
      if (down || e.delay) text.textContent = [what, count].filter((t) => t).join(" ");
      else {
        text.append(svg("tspan", {x: label[0]}, what));
        if (count) text.append(svg("tspan", {x: label[0], dy: 24}, count));
      }
      root.append(text);
    }
  }
  for (const n of nodes) { const p = place.get(n.id); drawNode(root, n, p.x, p.y, p.w, p.h); }
  return root;
}
