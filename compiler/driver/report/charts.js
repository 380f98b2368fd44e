// The charts that echarts draws, in the page's own colours, again where these or the width change. Tips are text, not HTML.
"use strict";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const PALETTE = ["c1", "c4", "c5", "c3", "c6", "c8", "c7", "c2"];
const drawnCharts = [];

// `option`: makes the option from the present colours. Returns echarts' own object.
function chart(host, height, label, option) {
  const box = el("div", {class: "chart", style: `height:${height}px`, role: "img", "aria-label": label});
  host.append(box);
  const c = echarts.init(box);
  const text = {color: colour("soft"), fontFamily: "inherit"};
  const draw = () => {
    const o = option();
    const axis = (a) => ({nameTextStyle: {color: colour("soft")}, ...a,
      axisLabel: {color: colour("soft"), ...(a.axisLabel || {})}, axisLine: {lineStyle: {color: colour("line")}},
      splitLine: {show: a.splitLine !== false, lineStyle: {color: colour("line"), opacity: 0.7}}});
    for (const key of ["xAxis", "yAxis"]) if (o[key]) o[key] = [].concat(o[key]).map(axis);
    c.setOption({animation: false, textStyle: text, color: PALETTE.map(colour),
      tooltip: {renderMode: "richText", confine: true, backgroundColor: colour("card"), borderColor: colour("line"), textStyle: {color: colour("ink"), fontSize: 12}, ...(o.tip || {})},
      legend: {type: "scroll", top: 0, left: 0, textStyle: {color: colour("soft")}, pageTextStyle: {color: colour("soft")}, inactiveColor: colour("line"), ...(o.key || {})},
      ...o, tip: undefined, key: undefined}, true);
  };
  draw();
  drawnCharts.push({c, draw, box});
  return c;
}
if (typeof ResizeObserver === "function") {
  const watch = new ResizeObserver(() => { for (const d of drawnCharts) d.c.resize(); });
  watch.observe(document.querySelector("main"));
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { for (const d of drawnCharts) { d.draw(); } });

const narrow = () => document.documentElement.clientWidth < 640;
const percentText = (x, n) => (100 * x).toFixed(n === undefined ? 2 : n) + " %";

// What a point's integers are, lanes and clock left out.
function kindOf(p) {
  return Object.entries(p.options).filter(([k]) => k !== "lanes" && k !== "weight-bits").map(([k, v]) => `${k.replace(/-/g, " ")} ${v}`).join(", ") || "as chosen";
}
const bitsText = (p) => (p.bits.every((b) => b === p.bits[0]) ? String(p.bits[0]) : p.bits.join("/"));

// Best accuracy for each width, with its 95 % interval, and the float network's as a line.
function accuracyAgainstBits(host, explore) {
  const kinds = new Map(), widths = new Map();
  for (const p of explore.points) {
    const kind = kindOf(p), bits = bitsText(p);
    if (!kinds.has(kind)) kinds.set(kind, new Map());
    kinds.get(kind).set(bits, p);
    widths.set(bits, p.bits.reduce((a, b) => a + b, 0) / p.bits.length);
  }
  const x = [...widths.keys()].sort((a, b) => widths.get(a) - widths.get(b));
  const real = explore.float.accuracy;
  const values = explore.points.flatMap((p) => [p.accuracy, ...(p.accuracy_interval || [])]).concat(known(real) ? [real] : []);
  const low = Math.floor(20 * Math.max(0, Math.min(...values) - 0.005)) / 20;
  chart(host, 300, "Accuracy against weight bits", () => ({
    grid: {left: 8, right: 16, top: 36, bottom: 24, containLabel: true},
    xAxis: {type: "category", data: x, name: "weight bits", nameLocation: "middle", nameGap: 26, splitLine: false},
    yAxis: {type: "value", min: low, max: (v) => Math.min(1, v.max + 0.005), axisLabel: {formatter: (v) => percentText(v, v * 100 % 1 ? 1 : 0)}},
    tip: {trigger: "axis", formatter: (all) => [`${all[0].axisValue} weight bits`, ...all.filter((s) => s.seriesName[0] !== "_" && has(s.value)).map((s) => {
      const p = kinds.get(s.seriesName).get(s.axisValue), i = p.accuracy_interval;
      return `${s.seriesName}: ${percentText(p.accuracy)}${i ? ` (${percentText(i[0])} to ${percentText(i[1])})` : ""}`;
    }), known(real) ? `float: ${percentText(real)}` : ""].join("\n")},
    key: {data: [...kinds.keys()]},
    series: [...kinds].flatMap(([kind, of], k) => {
      const at = (f) => x.map((b) => (of.has(b) ? f(of.get(b)) : null));
      const hue = colour(PALETTE[k % PALETTE.length]);
      const band = of.size && [...of.values()][0].accuracy_interval ? [
        {name: "_low" + k, type: "line", stack: "band" + k, symbol: "none", lineStyle: {opacity: 0}, data: at((p) => p.accuracy_interval[0]), silent: true, tooltip: {show: false}},
        {name: "_high" + k, type: "line", stack: "band" + k, symbol: "none", lineStyle: {opacity: 0}, areaStyle: {color: hue, opacity: 0.13}, data: at((p) => p.accuracy_interval[1] - p.accuracy_interval[0]), silent: true}] : [];
      return [...band, {name: kind, type: "line", symbolSize: 7, data: at((p) => p.accuracy), itemStyle: {color: hue}, lineStyle: {color: hue, width: 2},
        markLine: k === 0 && known(real) ? {silent: true, symbol: "none", lineStyle: {color: colour("other"), type: "dashed"}, data: [{yAxis: real}], label: {formatter: "float", color: colour("other"), position: "insideEndTop"}} : undefined}];
    }),
  }));
}

// From the float network's accuracy to the RTL's, loss by loss.
function lossWaterfall(host, steps) {
  // steps: [{name, points lost, total}], accuracies in percent
  const ends = steps.flatMap((s) => (s.total ? [s.to] : [s.from, s.to]));
  const low = Math.min(...ends), high = Math.max(...ends);
  const room = Math.max(2, (high - low) * 0.6);
  const floor = Math.max(0, Math.floor((low - room) * 2) / 2);
  chart(host, 280, "Where accuracy is lost", () => ({
    grid: {left: 8, right: 12, top: 20, bottom: 8, containLabel: true},
    xAxis: {type: "category", data: steps.map((s) => s.name), splitLine: false, axisLabel: {interval: 0, fontSize: narrow() ? 10 : 12, rotate: narrow() || steps.length > 7 ? 35 : 0}},
    yAxis: {type: "value", min: floor, max: Math.min(100, Math.ceil((high + room / 3) * 2) / 2), axisLabel: {formatter: "{value} %"}},
    tip: {trigger: "item", formatter: (i) => { const s = steps[i.dataIndex]; return s.total ? `${s.name}: ${s.to.toFixed(2)} %` : `${s.name}: ${(s.from - s.to).toFixed(2)} points lost`; }},
    key: {show: false},
    series: [
      {type: "bar", stack: "a", silent: true, itemStyle: {color: "transparent"}, data: steps.map((s) => (s.total ? 0 : Math.min(s.from, s.to)))},
      {type: "bar", stack: "a", barMaxWidth: 64, label: {show: true, position: "top", color: colour("ink"), fontSize: 11, formatter: (i) => { const s = steps[i.dataIndex]; return s.total ? s.to.toFixed(2) : s.from === s.to ? "0" : (s.from > s.to ? "\u2212" : "+") + Math.abs(s.from - s.to).toFixed(2); }},
        data: steps.map((s) => ({value: s.total ? s.to : Math.max(Math.abs(s.from - s.to), (high - floor) * 0.004),
          itemStyle: {borderRadius: 3, color: colour(s.total ? "main" : s.from > s.to ? "bad" : s.from < s.to ? "good" : "line")}}))}],
  }));
}

// Membranes of one neuron: float, integer and RTL over each other, its threshold, and its spikes.
function membraneChart(host, m, steps) {
  const series = (name, values, style) => (values && values.length ? [{name, type: "line", data: values, ...style}] : []);
  return chart(host, 230, `Membrane of neuron ${m.neuron}`, () => ({
    grid: {left: 8, right: 16, top: 34, bottom: 24, containLabel: true},
    xAxis: {type: "category", data: [...Array(steps).keys()], name: "timestep", nameLocation: "middle", nameGap: 24, splitLine: false},
    yAxis: {type: "value", axisLabel: {formatter: (v) => digits(v, 3)}},
    tip: {trigger: "axis", formatter: (all) => [`step ${all[0].axisValue}`, ...all.map((s) => `${s.seriesName}: ${digits(s.value, 6)}`)].join("\n")},
    series: [
      ...series("float", m.float, {symbol: "none", lineStyle: {color: colour("other"), type: "dashed", width: 2}, itemStyle: {color: colour("other")}}),
      ...series("integer", m.integer, {symbol: "none", lineStyle: {color: colour("main"), width: 2}, itemStyle: {color: colour("main")},
        markLine: known(m.threshold) ? {silent: true, symbol: "none", lineStyle: {color: colour("bad"), type: "dotted"}, data: [{yAxis: m.threshold}], label: {formatter: "threshold", color: colour("bad"), position: "insideEndTop"}} : undefined}),
      ...series("RTL", m.rtl, {symbol: "circle", showAllSymbol: true, symbolSize: 6, lineStyle: {opacity: 0}, itemStyle: {color: colour("card"), borderColor: colour("good"), borderWidth: 1.5}})],
  }));
}

// Engines over cycles: a bar for each step of each population, as long as it was at the step.
function pipeline(timeline, names, width) {
  const left = Math.min(120, 12 + 7 * Math.max(...names.map((n) => Math.min(n.length, 14)))), row = 34, top = 6;
  const end = Math.max(...timeline.flat().map(([, last]) => last)) + 1;
  const height = top + row * names.length + 26;
  const root = svg("svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Engines over cycles"});
  const x = (c) => left + c * (width - left - 10) / end;
  names.forEach((name, p) => {
    root.append(svg("text", {x: 0, y: top + row * p + 20}, shortened(name, 14)));
    root.append(svg("rect", {class: "idle", x: x(0), y: top + row * p + 4, width: x(end) - x(0), height: row - 10, rx: 3}));
    timeline[p].forEach(([first, last, busy], t) => {
      const w = Math.max(0.7, x(last + 1) - x(first));
      const g = svg("g");
      g.append(svg("rect", {class: "step" + t % 2, x: x(first), y: top + row * p + 4, width: w, height: row - 10, rx: 2}));
      g.append(svg("rect", {class: "busy", x: x(first), y: top + row * p + row - 9, width: w * Math.min(1, busy / (last - first + 1)), height: 3}));
      if (w > 17) g.append(svg("text", {x: x(first) + w / 2, y: top + row * p + 19, "text-anchor": "middle", class: "on"}, t));
      g.append(svg("title", {}, `${name}, step ${t}: cycles ${first} to ${last}, ${busy} of them at work`));
      root.append(g);
    });
  });
  const every = 10 ** Math.floor(Math.log10(end / 3)), tick = [5, 2, 1].map((k) => k * every).find((k) => end / k >= 3 && (width - left) / (end / k) > 50) || every * 5;
  for (let c = 0; c < end; c += tick) {
    root.append(svg("path", {class: "frame", d: `M${x(c)} ${top}V${height - 20}`}));
    root.append(svg("text", {x: x(c), y: height - 6, "text-anchor": c ? "middle" : "start"}, c.toLocaleString("en-US")));
  }
  return root;
}

const OBJECTIVES = {
  accuracy: {name: "accuracy", of: (p) => p.accuracy, text: (x) => percentText(x), high: true},
  heldOut: {name: "accuracy, held out", of: (p) => (p.held_out ? p.held_out.accuracy : p.accuracy), text: (x) => percentText(x), high: true},
  latency: {name: "latency", of: (p) => p.latency_s.mean, text: (x) => siText(x, "s"), log: true},
  energy: {name: "energy", of: (p) => p.energy_j.nominal, text: (x) => siText(x, "J"), log: true},
  luts: {name: "LUTs (estimated)", of: (p) => p.luts, text: (x) => Math.round(x).toLocaleString("en-US"), log: true},
  cycles: {name: "cycles", of: (p) => p.cycles_per_inference.mean, text: (x) => x.toLocaleString("en-US", {maximumFractionDigits: 1}), log: true},
  memory: {name: "memory bits", of: (p) => p.weight_memory_bits + p.state_memory_bits, text: (x) => x.toLocaleString("en-US"), log: true},
};

// Points in two objectives of choice, by bits; a click tells all of one.
function paretoChart(host, explore, show) {
  const select = (label, value) => {
    const box = el("select", {"aria-label": label}, ...Object.entries(OBJECTIVES).map(([k, o]) => el("option", {value: k}, o.name)));
    box.value = value;
    return box;
  };
  const xs = select("horizontal axis", "latency"), ys = select("vertical axis", "luts");
  const beaten = el("input", {type: "checkbox", id: "beaten"});
  beaten.checked = explore.points.length <= 3000;
  host.append(el("div", {class: "controls"}, el("label", {}, "across ", xs), el("label", {}, "up ", ys), el("label", {for: "beaten"}, beaten, " points that others beat")));
  const groups = new Map();
  for (const p of explore.points) {
    const bits = bitsText(p);
    if (!groups.has(bits)) groups.set(bits, []);
    groups.get(bits).push(p);
  }
  const order = [...groups.keys()].sort((a, b) => parseFloat(a) - parseFloat(b));
  const c = chart(host, narrow() ? 340 : 420, "Points of the search", () => {
    const ox = OBJECTIVES[xs.value], oy = OBJECTIVES[ys.value];
    const at = (p) => ({value: [ox.of(p), oy.of(p)], id: p.id});
    // A logarithmic axis of less than a decade has hardly a mark on it.
    const wide = (o) => { const v = explore.points.map(o.of); return o.log && Math.max(...v) > 15 * Math.min(...v); };
    const axis = (o) => ({type: wide(o) ? "log" : "value", scale: true, axisLabel: {formatter: (v) => o.text(v), hideOverlap: true, showMinLabel: false, showMaxLabel: false}, minorSplitLine: {show: false}});
    const range = (o) => { const v = explore.points.map(o.of); const lo = Math.min(...v), hi = Math.max(...v); return wide(o) ? {min: lo / 1.15, max: hi * 1.15} : {min: lo - (hi - lo) * 0.06 - 1e-9, max: hi + (hi - lo) * 0.06 + 1e-9}; };
    return {
      grid: {left: 8, right: 20, top: 40, bottom: 8, containLabel: true},
      xAxis: {...axis(ox), ...range(ox)}, yAxis: {...axis(oy), ...range(oy)},
      dataZoom: [{type: "inside", xAxisIndex: 0, zoomOnMouseWheel: "ctrl", moveOnMouseMove: "shift"}, {type: "inside", yAxisIndex: 0, zoomOnMouseWheel: "ctrl", moveOnMouseMove: "shift"}],
      tip: {trigger: "item", formatter: (i) => { const p = explore.points[i.data.id - 1]; return [`point ${p.id}${p.front ? ", on the front" : ""}${p.verified ? ", verified" : ""}`, `${bitsText(p)} bits, ${kindOf(p)}`, `lanes ${p.lanes.join("/")}`, ...Object.values(OBJECTIVES).slice(0, 5).map((o) => `${o.name}: ${o.text(o.of(p))}`)].join("\n"); }},
      key: {data: order.map((b) => b + " bits")},
      series: [
        ...order.flatMap((b, k) => {
          const hue = colour(PALETTE[k % PALETTE.length]), of = groups.get(b);
          return [
            {name: b + " bits", type: "scatter", symbolSize: 10, itemStyle: {color: hue, borderColor: colour("card"), borderWidth: 1}, data: of.filter((p) => p.front).map(at)},
            {name: b + " bits", type: "scatter", symbolSize: 4, itemStyle: {color: hue, opacity: 0.28}, data: beaten.checked ? of.filter((p) => !p.front).map(at) : []}];
        }),
        {name: "verified", type: "scatter", symbol: "circle", symbolSize: 17, silent: true, itemStyle: {color: "transparent", borderColor: colour("good"), borderWidth: 2}, data: explore.points.filter((p) => p.verified).map(at)},
        {name: "pick", type: "scatter", symbol: "diamond", symbolSize: 24, silent: true, itemStyle: {color: "transparent", borderColor: colour("ink"), borderWidth: 2}, data: explore.points.filter((p) => p.id === explore.pick).map(at)}],
    };
  });
  const again = () => drawnCharts.find((d) => d.c === c).draw();
  for (const control of [xs, ys, beaten]) control.addEventListener("change", again);
  c.on("click", (i) => { if (i.data && i.data.id) show(explore.points[i.data.id - 1]); });
  return c;
}
