// Elements, numbers and tables. Text goes in as text, never as HTML.
"use strict";

// el("td", {class: "num"}, "text", child, ...)
function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}

function svg(name, attributes, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

// A number as people read it, with all its digits in the tip.
function shown(text, exact) { return el("data", {value: exact, title: exact}, text); }
const known = (x) => typeof x === "number" && isFinite(x);
const digits = (x, n) => String(Number(x.toPrecision(n)));
function count(x) {
  if (!known(x)) return "-";
  return shown(Number.isInteger(x) ? x.toLocaleString("en-US") : x.toLocaleString("en-US", {maximumFractionDigits: 1}), x);
}
function percent(x) { return known(x) ? shown((100 * x).toFixed(2) + " %", x) : "no labels"; }
const PREFIX = [[1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "\u00b5"], [1e-9, "n"], [1e-12, "p"], [1e-15, "f"]];
function siText(x, unit) {
  if (x === 0) return "0 " + unit;
  const [factor, prefix] = PREFIX.find(([f]) => Math.abs(x) >= f * 0.9995) || PREFIX[PREFIX.length - 1];
  return digits(x / factor, 3) + " " + prefix + unit;
}
function si(x, unit) { return known(x) ? shown(siText(x, unit), x + " " + unit) : "-"; }

function table(head, rows) {
  const cell = (tag, x) => {
    const numeric = x instanceof HTMLDataElement;
    return el(tag, numeric ? {class: "num"} : {}, x);
  };
  const numericColumn = head.map((_, c) => rows.length > 0 && rows.every((r) => r[c] instanceof HTMLDataElement || r[c] === "-"));
  return el("div", {class: "scroll"}, el("table", {},
    el("thead", {}, el("tr", {}, ...head.map((h, c) => el("th", numericColumn[c] ? {class: "num"} : {}, h)))),
    el("tbody", {}, ...rows.map((r) => el("tr", r.own ? {class: "own"} : {}, ...r.map((x) => cell("td", x)))))));
}

// The data of the page, and a figure of it by its place there, which the page's test compares with the JSON files.
const data = JSON.parse(document.getElementById("data").textContent) || {};
function at(path, format, ...rest) {
  const value = path.split("/").reduce((o, key) => (o === null || o === undefined ? undefined : o[key]), data);
  const node = format(value, ...rest);
  if (node instanceof HTMLDataElement) node.dataset.path = path;
  return node;
}
const points = (x) => (known(x) ? shown(x.toFixed(2), x) : "-");
