// The sections of the page, each from its part of the data.
"use strict";

const section = (id) => document.getElementById(id);
const has = (x) => x !== null && x !== undefined;
const of = (object, ...path) => path.reduce((at, key) => (has(at) ? at[key] : undefined), object);
const notRun = (what, verb) => el("p", {class: "note"}, what + " not run yet: ", el("code", {}, verb), ".");
const badge = (text, kind) => el("span", {class: "badge " + kind}, text);
const words = (name) => String(name).replace(/_/g, " ");

function range(path, unit) {
  return el("span", {}, at(path + "/low", si, unit), " to ", at(path + "/high", si, unit));
}

function header() {
  const name = data.name || of(data, "compile", "name") || of(data, "compile", "rtl", "top") || "network";
  section("title").textContent = name;
  document.title = name + " - Hillock report";
  const v = section("verdict"), c = data.cosim;
  if (!c) {
    v.className = "open";
    v.append("The RTL has not been compared with the integer model yet.");
  } else if (c.mismatches === 0) {
    v.className = "good";
    v.append("RTL and integer model agree: 0 mismatches over ", count(c.samples), " samples, ", count(c.spikes_compared),
      " spikes and ", count(c.membranes_compared), " membranes compared. What they compute is judged below.");
  } else {
    v.className = "bad";
    v.append("RTL and integer model disagree: ", count(c.mismatches), " mismatches over ", count(c.samples), " samples.");
  }
}

function headline() {
  const card = (what, value, ...more) => section("headline").append(
    el("div", {class: "figure"}, el("div", {class: "what"}, what), el("div", {class: "value"}, value), el("div", {class: "more"}, ...more)));
  const accuracy = (name) => (data[name] ? at(name + "/accuracy", percent) : "not run yet");
  const interval = (of) => (has(of) ? [", ", percent(of[0]), " to ", percent(of[1])] : []);
  const samples = (name) => (data[name] ? [at(name + "/samples", count), " samples", ...interval(data[name].accuracy_interval)] : []);
  const heldOut = (name) => (has(of(data, name, "held_out", "accuracy"))
    ? [el("br"), "held out: ", at(name + "/held_out/accuracy", percent), " of ", at(name + "/held_out/samples", count), ...interval(data[name].held_out.interval)] : []);
  card("Accuracy, float", accuracy("float"), ...samples("float"), ...heldOut("float"));
  card("Accuracy, integer", accuracy("integer"), ...samples("integer"), ...heldOut("integer"));
  card("Accuracy, RTL", accuracy("cosim"), ...samples("cosim"));
  card("Mismatches", data.cosim ? at("cosim/mismatches", count) : "not run yet", data.cosim ? "RTL against integer model" : "");
  const who = of(data, "cosim", "cycles_per_inference") ? "cosim" : "estimate", cycles = of(data, who, "cycles_per_inference");
  card("Cycles per inference", cycles ? at(who + "/cycles_per_inference/mean", count) : "not run yet",
    ...(cycles ? [at(who + "/cycles_per_inference/min", count), " to ", at(who + "/cycles_per_inference/max", count)] : []));
  const e = data.estimate;
  card("Energy per inference", e ? at("estimate/energy_j/nominal", si, "J") : "not run yet",
    ...(e ? [range("estimate/energy_j", "J"), ", ", String(e.target)] : []));
}

function divergence() {
  const d = of(data, "cosim", "first_divergence");
  if (!d) return;
  const s = section("divergence");
  s.hidden = false;
  s.append(el("h2", {}, "First divergence"));
  if (d.explanation) s.append(el("p", {}, String(d.explanation)));
  const rows = Object.entries(d).filter(([key, value]) => has(value) && key !== "replay" && key !== "explanation")
    .map(([key, value]) => [words(key), typeof value === "object" ? el("code", {}, JSON.stringify(value)) : String(value)]);
  s.append(table(["", ""], rows));
  if (d.replay) s.append(el("p", {}, "Replay: ", el("code", {}, String(d.replay))));
}

function network() {
  const s = section("network"), c = data.compile;
  if (!c) return void s.append(notRun("Compile", "hillock compile MODEL -o DIR"));
  const layers = c.populations || [];
  s.append(networkGraph(c, data.projections, s.clientWidth - 42));
  s.append(el("p", {class: "note"}, "Cells are bits: of a weight, and of a membrane V. Dots are lanes: neurons worked on in the same cycle. Arrows: how many weights."));
  const all = el("details", {}, el("summary", {}, "All widths"));
  s.append(all);
  all.append(table(["population", "neurons", "shape", "model", "reset", "weight bits", "membrane bits", "accumulator bits", "overflow", "lanes"],
    layers.map((p, i) => [String(p.name), count(p.neurons), (p.shape || []).join("x"), String(p.model), [p.reset, p.reset_timing].filter(has).map(words).join(", "),
      at(`compile/populations/${i}/weight_bits`, count), at(`compile/populations/${i}/membrane_bits`, count), at(`compile/populations/${i}/accumulator_bits`, count),
      badge(String(p.overflow), p.overflow === "proved" ? "good" : "open"), at(`compile/populations/${i}/lanes`, count)])));
  all.append(el("p", {class: "note"}, "Overflow ", el("b", {}, "proved"), ": no input can exceed these widths; ", el("b", {}, "saturating"),
    ": narrower by request, clamps once a step, every hit counted."));
  const facts = el("p", {}, "Weights ", at("compile/weight_memory_bits", count), " bits, state ", at("compile/state_memory_bits", count), " bits");
  const rtl = of(c, "rtl", "files");
  if (rtl) facts.append(", RTL top ", el("code", {}, String(c.rtl.top)), ", ", count(rtl.length), " files");
  facts.append(". ", c.calibration
    ? `Calibrated on ${c.calibration.samples} samples of ${c.calibration.file}${c.calibration.half ? ", every second one; the others are held out" : c.calibration.shared_with_test ? ", which is also the test set" : ""}.`
    : "Not calibrated: no data were given.");
  s.append(facts);
  for (const note of c.notes || []) s.append(el("p", {class: "note"}, String(note)));
}

// What "accuracy" is of where there are no labels, and what the samples' number makes of it.
function accuracySection() {
  const s = section("accuracy"), f = of(data, "integer", "fidelity"), real = of(data, "float", "accuracy"), ints = of(data, "integer", "accuracy");
  if (!data.integer) return void s.append(notRun("Models", "hillock run DIR --data D.npz"));
  if (f && known(f.loss.float)) {
    s.append(el("h3", {}, `From the float network to the RTL, on ${f.samples} samples`));
    const steps = [{name: "float", total: true, from: 0, to: 100 * f.loss.float}];
    let now = steps[0].to;
    for (const p of f.loss.integers) { steps.push({name: p.name, from: now, to: now - p.points}); now -= p.points; }
    steps.push({name: "saturation", from: now, to: now - f.loss.saturation});
    now -= f.loss.saturation;
    steps.push({name: "integers", total: true, from: 0, to: now});
    if (data.cosim) {
      if (data.cosim.mismatches === 0) steps.push({name: "RTL", total: true, from: 0, to: now});
    }
    lossWaterfall(s, steps);
    s.append(el("p", {class: "note"}, "Each population's own share: those before it are in integers already, those behind it still in floating point. ",
      data.cosim ? (data.cosim.mismatches === 0 ? "The RTL loses nothing to the integers: they were compared spike by spike. " : "") : "",
      `Import: ${f.loss.import}.`));
  } else if (known(real) && known(ints)) {
    s.append(el("p", {}, "Float ", at("float/accuracy", percent), ", integers ", at("integer/accuracy", percent), "."));
  }
  s.append(el("h3", {}, "Against weight bits"));
  if (!data.explore) return void s.append(notRun("Search", "hillock explore MODEL --data D.npz -o SEARCH, then hillock report DIR --explore SEARCH"));
  accuracyAgainstBits(s, data.explore);
  s.append(el("p", {class: "note"}, `On ${data.explore.samples} samples; shaded: the 95 % interval that so few samples leave. Widths whose intervals overlap are not told apart by these data.`));
}

function imported() {
  const s = section("import"), i = of(data, "compile", "import");
  if (!i) return void s.append(notRun("Import", "hillock compile MODEL -o DIR"));
  s.append(el("p", {}, "Grade ", badge(String(i.grade), i.grade === "exact" ? "good" : "open"), " ",
    i.grade === "exact" ? "The float network here computes the spikes that its source framework computes." : "What differs from the source is listed."));
  const about = [["source", i.source], ["format", i.format], ["semantics", i.semantics]].filter(([, x]) => has(x) && x !== "");
  if (about.length) s.append(table(["", ""], about.map(([k, x]) => [k, String(x)])));
  const list = (title, items) => items && items.length && s.append(el("h3", {}, title), el("ul", {}, ...items.map((x) => el("li", {}, String(x)))));
  if (!(i.assumptions || []).length) s.append(el("p", {class: "note"}, "Nothing was assumed: the file and the options stated everything."));
  list("Assumed, because neither the file nor an option said", i.assumptions);
  list("Notes", i.notes);
}

function latency() {
  const s = section("latency"), c = data.cosim, e = data.estimate;
  if (!c && !e) return void s.append(notRun("Co-simulation", "hillock cosim DIR --data D.npz"));
  const rows = [];
  const row = (what, m, show) => rows.push([what, at(m + "/min", show), at(m + "/mean", show), at(m + "/max", show)]);
  if (c) row("cycles, RTL", "cosim/cycles_per_inference", count);
  if (e) row("cycles, latency model", "estimate/cycles_per_inference", count);
  if (e) row(`latency at ${siText(e.clock_hz, "Hz")}`, "estimate/latency_s", (x) => si(x, "s"));
  s.append(table(["per inference", "min", "mean", "max"], rows));
  const t = data.trace;
  if (t && t.timeline && t.timeline.length && t.timeline[0].length) {
    s.append(el("h3", {}, `Sample ${t.sample}: which engine is at which step`));
    s.append(pipeline(t.timeline, t.populations.map((p) => String(p.name)), Math.max(300, s.clientWidth - 42)));
    s.append(el("p", {class: "note"}, "Across: cycles. A block is a time step, from its first row of weights to its last neuron; the line below it, the share of these cycles in which the engine works and does not wait. Engines work on different steps at once; the longest row decides."));
  }
  const equal = of(c, "predicted_cycles_equal");
  if (equal === true) s.append(el("p", {}, badge("equal", "good"), " The latency model predicted the RTL's cycles of every sample."));
  if (equal === false) s.append(el("p", {}, badge("not equal", "bad"), " The latency model missed the RTL's cycles of some sample."));
  if (c && !has(equal)) s.append(el("p", {class: "note"}, "Cycles were not predicted: the streams were stalled at random."));
  if (!e) s.append(notRun("Latency at a clock", "hillock estimate DIR --target T"));
}

function hardware() {
  const s = section("hardware"), all = data.synth || [], own = of(data, "compile", "populations") || [];
  if (own.some((p) => known(p.luts_estimate))) {
    const total = data.compile.luts_estimate, rest = total - own.reduce((sum, p) => sum + p.luts_estimate, 0);
    const rows = own.map((p, i) => ({name: String(p.name), x: p.luts_estimate, path: `compile/populations/${i}/luts_estimate`}));
    const most = Math.max(rest, ...rows.map((r) => r.x));
    const box = el("div", {class: "bars"});
    const bar = (name, x, figure) => box.append(el("span", {}, name), el("div", {class: "track"}, el("i", {class: "fill", style: `width:${100 * x / most}%`})), el("span", {class: "num"}, figure));
    for (const r of rows) bar(r.name, r.x, at(r.path, (x) => shown(Math.round(x).toLocaleString("en-US"), x)));
    if (rest >= 0.5) bar("top, readout", rest, shown(Math.round(rest).toLocaleString("en-US"), rest));
    s.append(el("h3", {}, "LUTs by module, estimated"), box);
    s.append(el("p", {class: "note"}, "In all about ", at("compile/luts_estimate", (x) => shown(Math.round(x).toLocaleString("en-US"), x)), " LUTs of a 7-series device by the size model. It was fitted to ", at("compile/luts_estimate_error/designs", count), " synthesized designs; each left out in turn, it is off by ", at("compile/luts_estimate_error/mean", percent), " in the mean, at the worst by ", at("compile/luts_estimate_error/worst", percent), ". What tools found is below, where they ran."));
    const memories = own.map((p, i) => [String(p.name), at(`compile/populations/${i}/weight_memory_bits`, count), at(`compile/populations/${i}/state_memory_bits`, count)]);
    s.append(table(["memory bits", "weights", "state"], memories));
    s.append(el("h3", {}, "Synthesized"));
  }
  if (!all.length) return void s.append(notRun("Synthesis", "hillock synth DIR --target T"));
  for (const r of all) {
    const key = has(r.area_um2) ? "area_um2" : "luts";
    const parts = Object.entries(r.by_instance || {}).map(([name, x]) => ({name, x: x[key]})).filter((p) => known(p.x) && p.x > 0).sort((a, b) => b.x - a.x).slice(0, 12);
    if (!parts.length) continue;
    s.append(el("p", {class: "note"}, `${r.library || r.device}, ${key === "luts" ? "LUTs" : "um\u00b2"} by instance of the top`),
      el("div", {class: "bars"}, ...parts.flatMap((p) => [el("span", {}, shortened(p.name, 28)), el("div", {class: "track"}, el("i", {class: "fill", style: `width:${100 * p.x / parts[0].x}%`})), el("span", {class: "num"}, count(Math.round(p.x)))])));
  }
  const share = (r, key) => {
    if (!has(r[key])) return "";
    const u = of(r, "utilisation", key);
    return count(r[key]) + (has(u) ? ` (${u.toFixed(0)} %)` : "");
  };
  const fits = (r) => !has(r.fits) ? "" : r.fits ? badge("fits", "good") : el("span", {}, badge("does not fit", "bad"), " " + r.does_not_fit);
  s.append(table(["target", "LUTs", "flip-flops", "block RAMs", "DSPs", "area", "fmax", "fits"], all.map((r) => [
    el("span", {title: Object.entries(r.tools).map(([t, v]) => `${t} ${v}`).join(", ")}, r.library || r.device),
    share(r, "luts"), share(r, "ffs"), share(r, "brams"), share(r, "dsps"),
    has(r.area_um2) ? (r.area_um2 / 1e6).toFixed(3) + " mm\u00b2" : "", has(r.fmax_hz) ? si(r.fmax_hz, "Hz") : "", fits(r)])));
}

// Rows of [name, {low, nominal, high}, tip]; `place` maps joules to 0..1.
function bars(rows, place, fill) {
  const box = el("div", {class: "bars"});
  const place100 = (x) => Math.max(0, Math.min(100, 100 * place(x))) + "%";
  for (const r of rows) {
    const i = r.interval, track = el("div", {class: "track"});
    const width = `calc(${place100(i.high)} - ${place100(i.low)})`;
    if (fill) track.append(el("i", {class: "fill", style: `width:${place100(i.nominal)}`}));
    track.append(el("i", {class: "span", style: `left:${place100(i.low)};width:${width}`}));
    if (!fill) track.append(el("i", {class: "dot", style: `left:${place100(i.nominal)}`}));
    const value = el("span", {class: "num"}, r.path ? at(r.path, si, "J") : si(i.nominal, "J"));
    if (i.low !== i.high) value.append(" (", si(i.low, "J"), " to ", si(i.high, "J"), ")");
    const holder = el("div", {style: "display:contents", class: r.own ? "own" : ""}, el("span", r.tip ? {title: r.tip} : {}, r.own ? el("b", {}, r.name) : r.name), track, value);
    box.append(holder);
  }
  return box;
}

function energy() {
  const s = section("energy"), e = data.estimate;
  if (!e) return void s.append(notRun("Estimate", "hillock estimate DIR --target T"));
  s.append(el("p", {}, "One inference on ", el("b", {}, String(e.target)), " at ", si(e.clock_hz, "Hz"), ": ",
    el("b", {}, at("estimate/energy_j/nominal", si, "J")), ", between ", range("estimate/energy_j", "J"),
    ". Counts of actions are exact; the interval is that of the coefficients, all errors pointing the same way."));
  const intervals = e.breakdown_interval_j || {};
  const parts = Object.entries(e.breakdown_j || {}).sort((a, b) => b[1] - a[1])
    .map(([name, x]) => ({name: words(name), path: "estimate/breakdown_j/" + name, interval: intervals[name] || {low: x, nominal: x, high: x}}));
  if (parts.length) {
    const most = Math.max(...parts.map((p) => p.interval.high)) || 1;
    s.append(el("h3", {}, "Where it goes"), bars(parts, (x) => x / most, true),
      el("p", {class: "note"}, "Bar: nominal. Line: the interval."));
  }
  const rows = (e.comparison || []).map((r) => ({name: String(r.name), interval: r.energy_j || r, tip: [r.basis, r.citation].filter(has).join(" "), own: /^this design/.test(r.name)}));
  s.append(el("h3", {}, "The same inference by other arithmetic"));
  if (rows.length) {
    const lo = Math.log10(Math.min(...rows.map((r) => r.interval.low).filter((x) => x > 0))), hi = Math.log10(Math.max(...rows.map((r) => r.interval.high)));
    s.append(bars(rows, (x) => (x > 0 ? 0.02 + 0.96 * (Math.log10(x) - lo) / ((hi - lo) || 1) : 0), false),
      el("p", {class: "note"}, "Logarithmic scale. Hold the pointer over a name for what it counts and who says so."));
  }
  s.append(el("p", {}, "The usual formula, synaptic operations x 0.9 pJ, says ", el("b", {}, at("estimate/naive_sop_energy_j", si, "J")),
    ". It misleads: it charges the energy of a 32-bit floating-point adder, which this hardware does not have, and leaves out every read of a weight, every read and write of a sum, the neuron updates, the clock and leakage. ",
    "Nor do published figures per synaptic operation compare: each chip counts something else as one."));
  if (e.ann) {
    const a = e.ann, even = a.break_even_spike_rate;
    s.append(el("h3", {}, "Does spiking save energy here?"),
      el("p", {}, "The same network as an ordinary one of ", String(a.activation_bits), "-bit activations, on the same lanes, takes ", el("b", {}, at("estimate/ann/energy_j/nominal", si, "J")),
        ": ", at("estimate/ann/macs", count), " MACs, each weight read once a sample. Spiking takes ", el("b", {}, a.spiking_over_ann.toPrecision(3) + " times"), " that. Here ", a.spike_rate.toPrecision(2),
        " events come from a source element in a step; ", even == null ? "even without a single event it would take more." : "at " + even.toPrecision(2) + " both would take as much.",
        " Supposed: that the ordinary network is as accurate in one pass, and skips no zeros."));
  }
  const nb = (data.integer || data.run || {}).neurobench;
  if (nb) {
    s.append(el("h3", {}, "NeuroBench's metrics"), el("ul", {}, ...[
      ["footprint", nb.footprint_bytes + " bytes"], ["connection sparsity", nb.connection_sparsity.toFixed(4)], ["activation sparsity", nb.activation_sparsity.toFixed(4)],
      ["effective ACs an inference", nb.effective_acs.toFixed(0)], ["effective MACs an inference", nb.effective_macs.toFixed(0)], ["dense synaptic operations", nb.dense_synops.toFixed(0)],
      ["membrane updates", nb.membrane_updates.toFixed(0)]].map(([k, v]) => el("li", {}, k + ": " + v))));
  }
  if ((e.sources || []).length) {
    s.append(el("details", {}, el("summary", {}, "Coefficients, their sources, and what is missing"), el("ul", {}, ...e.sources.map((x) => el("li", {}, String(x))))));
  }
}

function legend(entries) {
  return el("div", {class: "key-row"}, ...entries.map(([kind, text]) => {
    const icon = svg("svg", {viewBox: "0 0 22 12", "aria-hidden": "true"});
    const line = kind in MARKS ? MARKS[kind](11, 6, kind === "rtldiff" ? 2.5 : 4) : "M0 6H22";
    icon.append(svg("path", {class: (kind in MARKS ? "" : "line ") + kind, d: line, fill: "none", "stroke-width": 1.8}));
    return el("span", {}, icon, text);
  }));
}

function activity() {
  const s = section("activity"), t = data.trace;
  if (!t) return void s.append(notRun("Trace of a sample", "hillock flow MODEL --data D.npz -o DIR"));
  s.append(el("p", {}, "Sample ", String(t.sample), has(t.label) ? ", label " + t.label : "", ", ", count(t.timesteps), " steps."));
  s.append(legend([["same", "integer and float agree"], ["intonly", "integer only"], ["floatonly", "float only"], ["rtldiff", "RTL differs from integer"]]));
  const width = Math.max(320, Math.min(1080, s.clientWidth - 42));
  for (const p of t.populations || []) {
    const sorted = sortSpikes(p);
    s.append(el("h3", {}, String(p.name)));
    if ((p.spikes_integer || []).length + (p.spikes_float || []).length + (p.spikes_rtl || []).length > 0) {
      s.append(raster(p, t.timesteps, width, sorted));
      s.append(el("p", {class: "note"}, count((p.spikes_integer || []).length), " spikes of the integer model, ",
        p.spikes_float ? count(sorted.intonly.length + sorted.floatonly.length) : "-", " different in the float model, ",
        p.spikes_rtl ? count(sorted.rtldiff.length) : "-", " different in the RTL."));
    } else {
      s.append(el("p", {class: "note"}, "No spikes in this sample."));
    }
    const all = p.membranes || [];
    if (all.length) {
      const pick = el("select", {"aria-label": "neuron"}, ...all.map((m, i) => el("option", {value: i}, String(m.neuron))));
      s.append(el("p", {class: "controls"}, el("label", {}, "Membrane of neuron ", pick), " in real units; float, integer and RTL over each other"));
      const host = el("div");
      s.append(host);
      const show = () => { host.replaceChildren(); membraneChart(host, all[pick.value], t.timesteps); };
      pick.addEventListener("change", show);
      show();
    }
  }
}

// What synthesis found of a verified point.
function synthesisText(p) {
  const f = of(p, "verification", "synthesis");
  if (!f) return "";
  return `; in ${f.library} ${Math.round(f.area_um2).toLocaleString("en-US")} um\u00b2 of logic, memories left out` +
    (has(f.fmax_hz) ? `, up to ${siText(f.fmax_hz, "Hz")} (${f.timing})` : "") + (f.clock_met ? "" : "; its clock is not met");
}

function front() {
  const s = section("front"), x = data.explore;
  if (!x) return void s.append(notRun("Search", "hillock explore MODEL --data D.npz -o SEARCH, then hillock report DIR --explore SEARCH"));
  const verified = x.points.filter((p) => p.verified).length;
  s.append(el("p", {}, count(x.points.length), " designs of ", at("explore/networks", count), " networks were evaluated and ", at("explore/pruned", count),
    " given up as worse; ", count(x.front.length), " are on the front: nothing else that was found is at least as good in accuracy (of all samples, and of those held out), latency, energy and LUTs at once. ",
    count(verified), " of them ", verified === 1 ? "was" : "were", " built and co-simulated (ringed). Energy is for ", String(x.target), "."));
  const detail = el("div", {class: "detail", role: "status"});
  const show = (p) => {
    detail.replaceChildren(el("b", {}, `Point ${p.id}`), p.id === x.pick ? el("span", {}, ", the pick") : "", p.front ? badge("front", "good") : badge("beaten", "open"), p.verified ? badge("verified", "good") : "",
      table(["bits", "lanes", "accuracy", "cycles", "latency", "energy", "LUTs"], [[bitsText(p), p.lanes.join("/"), percent(p.accuracy), count(p.cycles_per_inference.mean), si(p.latency_s.mean, "s"), si(p.energy_j.nominal, "J"), count(Math.round(p.luts))]]),
      el("p", {class: "note"}, `${kindOf(p)}; ${p.timesteps} steps; clock ${siText(p.clock_hz, "Hz")}; energy ${siText(p.energy_j.low, "J")} to ${siText(p.energy_j.high, "J")}` + synthesisText(p)),
      el("p", {}, el("code", {}, `hillock compile --from EXPLORE_DIR#${p.id} -o BUILD`)));
  };
  paretoChart(s, x, show);
  s.append(el("p", {class: "note"}, "Large: on the front of all objectives. Ring: verified. Diamond: the pick. Click a point for its command; ctrl and wheel zoom."), detail);
  const picked = x.points.find((p) => p.id === x.pick);
  if (picked) show(picked);
  const list = el("details", {}, el("summary", {}, `The front as a table: ${x.front.length} points`));
  list.append(table(["point", "bits", "lanes", "accuracy", "latency", "energy", "LUTs", "RTL"], x.front.map((id) => {
    const p = x.points[id - 1], path = `explore/points/${id - 1}/`;
    const row = [count(id), bitsText(p), p.lanes.join("/"), at(path + "accuracy", percent), at(path + "latency_s/mean", si, "s"), at(path + "energy_j/nominal", si, "J"), at(path + "luts", count), p.verified ? "verified" : "-"];
    row.own = id === x.pick;
    return row;
  })));
  s.append(list);
}

function evidence() {
  const s = section("evidence"), c = data.cosim, rows = [];
  const row = (what, how, result) => rows.push([what, how, result]);
  const verdict = c && (c.mismatches === 0 ? badge("all equal", "good") : badge("differs", "bad"));
  if (c) {
    row("Spikes, RTL against integer model", at("cosim/spikes_compared", count), verdict);
    row("Membranes at every step, RTL against integer model", at("cosim/membranes_compared", count), verdict.cloneNode(true));
    row("Samples' cycle counts", at("cosim/cycles_compared", count), has(c.predicted_cycles_equal)
      ? (c.predicted_cycles_equal ? badge("as predicted", "good") : badge("not as predicted", "bad")) : "streams stalled: not predicted");
    row("Samples, and how they were chosen", at("cosim/samples", count), `from sample ${has(c.first_sample) ? c.first_sample : 0} on, in order`);
    row("What was simulated", c.netlist ? "the netlist" : "the Verilog, by Verilator", "");
    if (has(c.energy_counts_compared)) row("Counts of actions, which energy is made of, against the RTL's counters", at("cosim/energy_counts_compared", count),
      c.energy_counts_equal ? badge("all equal", "good") : badge("differs", "bad"));
    row("Random stalls of every stream", has(c.stall_seed) ? "seed " + c.stall_seed : "none", has(c.stall_seed) ? "" : el("code", {}, "hillock cosim DIR --data D.npz --stalls SEED"));
  } else {
    row("RTL against integer model", "not run yet", "");
  }
  for (const [what, run] of [["Float model", data.float], ["Integer model", data.integer]]) {
    row(what + ", samples run", run ? count(run.samples) : "not run yet", run ? el("span", {}, "accuracy ", percent(run.accuracy)) : "");
  }
  for (const p of of(data, "explore", "points") || []) {
    if (!p.verification) continue;
    row(`Point ${p.id} of the search, built again and co-simulated`, count(p.verification.spikes_compared), p.verified ? badge("all equal", "good") : badge("differs", "bad"));
  }
  const widths = of(data, "compile", "populations") || [], proved = widths.filter((q) => q.overflow === "proved").length;
  if (widths.length) row("Populations whose widths no input can exceed, by proof", `${proved} of ${widths.length}`, proved === widths.length ? badge("proved", "good") : badge("others clamp", "open"));
  const f = of(data, "integer", "fidelity");
  if (f) {
    row("Samples whose integer spikes are exactly the float ones", at("integer/fidelity/identical_samples", percent), el("span", {}, "of ", at("integer/fidelity/samples", count)));
    for (const [i, p] of f.populations.entries()) {
      row(`Firing rate of ${p.name}, float to integer`, `${p.rate_float.toPrecision(3)} to ${p.rate_integer.toPrecision(3)}`,
        el("span", {}, at(`integer/fidelity/populations/${i}/spikes_differing`, percent), " of its neurons' steps differ"));
    }
    row("Accuracy lost in points", "import " + f.loss.import, f.loss.integers.map((p) => `${p.name} ${p.points.toFixed(2)}`).join(", ") +
      `, saturation ${f.loss.saturation.toFixed(2)}`);
  }
  if (data.integer && has(data.integer.saturations)) row("Saturations of membranes", count(data.integer.saturations), data.integer.saturations === 0 ? badge("none", "good") : badge("counted", "open"));
  if (data.integer) {
    row("Spikes per inference, integer", count(data.integer.spikes_per_inference), "");
    row("Synaptic operations per inference", count(data.integer.synaptic_operations_per_inference), "");
  }
  s.append(table(["what", "how many", "result"], rows));
  const speed = [["integer model", of(data, "integer", "inferences_per_second")], ["Verilated RTL", of(c, "inferences_per_second")]].filter(([, x]) => known(x));
  if (speed.length) s.append(el("p", {class: "note"}, "Simulated at: ", ...speed.flatMap(([what, x], i) => [i ? "; " : "", what + " ", si(x, "inferences/s")]), "."));
}

for (const draw of [header, headline, divergence, network, accuracySection, activity, latency, energy, hardware, front, evidence, imported]) draw();
document.documentElement.dataset.drawn = "yes";
