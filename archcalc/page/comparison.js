// Several networks on one page: their totals side by side, and where they lie by cost.

const COMPARED = ["parameters", "connections", "interactions", "neurons", "macs", "flops", "activations", "memory_bytes"];

function comparison(networks, page) {
  const names = [...COMPARED.filter((name) => networks.some((each) => each.has(name))), ...(page.convention ? [page.convention] : [])];
  const titled = (name) => networks.flatMap((each) => each.columns).find((each) => each.name === name)?.title ?? name;
  const head = element("tr", {}, element("th", { scope: "col" }, "network"), element("th", { scope: "col" }, "input"),
    names.map((name) => element("th", { scope: "col", class: "number" }, titled(name))));
  const most = names.map((name) => Math.max(...networks.map((each) => rank(each.of(null, name)))));
  const lines = networks.map((each, number) => element("tr", {},
    element("th", { scope: "row" }, button(each.title, () => page.open(number), { class: "chip" })),
    element("td", { class: "text" }, each.input),
    names.map((name, i) => element("td", { class: `number${name === page.convention ? " lead" : ""}` },
      element("span", { class: "bar", "aria-hidden": "true", style: { "--part": most[i] > 0 ? Math.max(0, rank(each.of(null, name))) / most[i] : 0 } }),
      said(each.of(null, name)), ratio(networks, number, name)))));
  return [
    section("Side by side", "compare", element("div", { class: "scroll" },
      element("table", {}, element("thead", {}, head), element("tbody", {}, lines))),
      element("p", { class: "note" }, `Small figures: how many times that of ${networks[0].title}.`)),
    section("Operations against parameters", "scatter", scatter(networks, page)),
    ...page.data.differences.map((each) => difference(networks, each)),
  ];
}

// What differs between the first network and another, layer by layer.
function difference(networks, { network, columns, rows, totals, notes }) {
  const cells = (row) => row.map((cell, i) => element(i ? "td" : "th", { scope: i ? null : "row", class: columns[i].number ? "number" : "text" }, cell));
  return section(`From ${networks[0].title} to ${networks[network].title}`, "difference",
    element("div", { class: "scroll" }, element("table", {},
      element("thead", {}, element("tr", {}, columns.map(({ title, number }) => element("th", { scope: "col", class: number ? "number" : "text" }, title)))),
      element("tbody", {}, rows.map((row) => element("tr", {}, cells(row)))),
      element("tfoot", {}, totals.map((row) => element("tr", {}, cells(row)))))),
    notes.map((note) => element("p", { class: "note" }, note)));
}

function ratio(networks, number, name) {
  const [one, first] = [networks[number], networks[0]].map((each) => each.of(null, name));
  if (!number || [one, first].some((each) => each === null || Array.isArray(each)) || !Number(first)) return "";
  return element("small", {}, `× ${(Number(one) / Number(first)).toPrecision(3)}`);
}

// Both axes by powers of ten.
function scatter(networks, page) {
  const across = "parameters", up = page.convention && page.about[page.convention].figures === "operations" ? page.convention : "macs";
  const points = networks.map((each, number) => ({ number, title: each.title, x: rank(each.of(null, across)), y: rank(each.of(null, up)) }))
    .filter(({ x, y }) => x > 0 && y > 0);
  const ends = (values) => [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values) * 1.0001))];
  if (points.length < 2) return element("p", { class: "note" }, "fewer than two networks have both");
  const phone = innerWidth < 700, height = 320;
  const width = phone ? 360 : 640, pad = { left: phone ? 44 : 64, right: phone ? 24 : 150, top: 24, bottom: 40 };
  const [left, right] = ends(points.map(({ x }) => x)), [bottom, top] = ends(points.map(({ y }) => y));
  const xAt = (value) => pad.left + (width - pad.left - pad.right) * (Math.log10(value) - left) / (right - left);
  const yAt = (value) => height - pad.bottom - (height - pad.top - pad.bottom) * (Math.log10(value) - bottom) / (top - bottom);
  const powers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  const lines = [
    ...powers(left, right).map((value) => [{ x1: xAt(value), x2: xAt(value), y1: pad.top, y2: height - pad.bottom }, { x: xAt(value), y: height - pad.bottom + 16, "text-anchor": "middle" }, value]),
    ...powers(bottom, top).map((value) => [{ x1: pad.left, x2: width - pad.right, y1: yAt(value), y2: yAt(value) }, { x: pad.left - 8, y: yAt(value) + 4, "text-anchor": "end" }, value]),
  ];
  return element("svg", { class: "plot", role: "img", viewBox: `0 0 ${width} ${height}`, "aria-label": `${up} against ${across}` },
    lines.flatMap(([line, place, value]) => [element("line", line), element("text", place, power(value))]),
    element("text", { x: (pad.left + width - pad.right) / 2, y: height - 6, "text-anchor": "middle" }, across),
    element("text", { x: pad.left, y: 12, class: "axis" }, up === "macs" ? "MACs" : up),
    apart(points.map((each) => ({ ...each, at: yAt(each.y) + 4 }))).flatMap(({ number, title, x, y, at }) => [
      element("circle", { cx: xAt(x), cy: yAt(y), r: 6, on: { click: () => page.open(number) } }, element("title", {}, `${title}: ${grouped(x)}, ${grouped(y)}`)),
      element("text", { ...(xAt(x) + 10 + 7 * title.length < width ? { x: xAt(x) + 10 } : { x: xAt(x) - 10, "text-anchor": "end" }), y: at, class: "label" }, title),
    ]));
}

function power(value) {
  const letter = { 3: "k", 6: "M", 9: "G", 12: "T" }, digits = Math.round(Math.log10(value)), of = Math.min(12, digits - (digits % 3));
  return of < 3 ? String(value) : `${10 ** (digits - of)} ${letter[of]}`;
}

// Labels below each other, so that none lies over another.
function apart(labels) {
  const sorted = [...labels].sort((one, two) => one.at - two.at);
  sorted.forEach((each, i) => { if (i) each.at = Math.max(each.at, sorted[i - 1].at + 14); });
  return sorted;
}
