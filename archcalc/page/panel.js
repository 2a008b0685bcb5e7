// What is behind a row: how its figures come about, what it sees of the input, what was printed of it.

function panel(network, row, page) {
  const { convention } = page;
  const path = row.kind === "repeats" ? `${row.path.replace(/[^/]*$/, "")}${row.name}` : row.path;
  const facts = [
    row.times > 1 ? `${row.op} × ${row.times}` : row.op,
    row.kernel, `${row.input} → ${row.output}`,
    row.head && `head ${row.head}`,
    row.shared.length > 0 && `weights shared with ${row.shared.join(", ")}`,
  ];
  const counted = ["parameters", "connections", "interactions", "macs", ...(convention ? [convention] : [])];
  return [
    element("header", {},
      element("h2", {}, path),
      button("×", () => page.select(null), { class: "close", "aria-label": "close" }),
      element("p", { class: "facts" }, facts.filter(Boolean).join(" · "))),
    element("dl", { class: "shares" }, counted.filter((name) => network.has(name)).map((name) => shareOf(network, row, name))),
    ...tables(network, row),
    receptive(network, row),
    neighbours(network, row, page),
    row.lessons.length > 0 && section("Lessons", "lessons", row.lessons.map((each) => derivation(network.lessons[each], true))),
    printedOf(network.printed(row)),
  ].filter(Boolean);
}

function shareOf(network, row, name) {
  const title = network.columns.find((each) => each.name === name)?.title ?? name;
  const part = percent(share(network.of(row, name), network.of(null, name)));
  return element("div", {}, element("dt", {}, title), element("dd", {}, said(network.of(row, name)), part && element("small", {}, `${part} of all`)));
}

function tables(network, row) {
  const own = row.path.slice(row.path.split(".")[0].length);
  const all = network.details[row.detail];
  const found = row.kind === "op" ? all.filter(({ title }) => title.startsWith(`${own}:`)) : all;
  return found.filter(({ rows, notes }) => rows.length || notes.length).map((each) => derivation(each, all.length > 1));
}

function derivation({ title, columns, rows, notes }, several) {
  const said = title.replace(/^\./, "").replace(/^: /, "");
  const head = columns ? [element("tr", {}, columns.map((each) => element("th", { scope: "col" }, each)))] : [];
  const lines = rows.map(([name, ...cells]) => element("tr", {}, element("th", { scope: "row" }, name),
    columns ? cells.map((cell) => element("td", {}, cell))
      : element("td", {}, element("span", { class: "formula" }, cells[0]), cells[1] ? element("small", {}, cells[1]) : "")));
  return element("div", { class: columns ? "matrix" : "derivation" },
    several && said ? element("h3", {}, said) : "",
    element("table", {}, element("tbody", {}, head, lines)),
    notes.map((note) => element("p", { class: "note" }, note)));
}

// The window that one output in the middle sees, over the input; what lies beyond it is padding.
function receptive(network, row) {
  const field = row.field === null ? null : network.receptive[row.field];
  if (!field || !network.image) return null;
  const side = (numbers, i) => numbers[numbers.length - i] ?? 1;
  const image = { width: side(network.image, 1), height: side(network.image, 2) };
  const outputs = row.output.split("x").slice(1).map(Number);
  const at = (i) => side(field.offset, i) + Math.floor((side(outputs, i) - 1) / 2) * side(field.stride, i);
  const seen = { x: at(1), y: network.image.length > 1 ? at(2) : 0, width: side(field.size, 1), height: side(field.size, 2) };
  const words = `one output sees ${field.size.join(" x ")} of ${network.image.join(" x ")}; the next lies ${sides(field.stride)} further`;
  if (image.width === 1 && image.height === 1) return null;
  const growth = row.growth === null ? "" : derivation({ title: "", rows: network.growths[row.growth], notes: [] }, false);
  return section("Receptive field", "receptive", fieldPicture(image, seen), element("p", { class: "note" }, `${words}.`), growth);
}

// Numbers of all extents, or the one that they are.
const sides = (numbers) => (new Set(numbers).size === 1 ? String(numbers[0]) : numbers.join(" x "));

function fieldPicture(image, seen) {
  const flat = image.height === 1;
  const left = Math.min(0, seen.x), right = Math.max(image.width, seen.x + seen.width);
  const top = flat ? 0 : Math.min(0, seen.y), bottom = flat ? 1 : Math.max(image.height, seen.y + seen.height);
  const scale = flat ? 220 / (right - left) : 160 / Math.max(right - left, bottom - top);
  const box = (x, y, width, height, name) => element("rect", {
    class: name, x: scale * (x - left), y: flat ? 0 : scale * (y - top),
    width: Math.max(1, scale * width), height: flat ? 18 : Math.max(1, scale * height),
  });
  const whole = { width: scale * (right - left), height: flat ? 18 : scale * (bottom - top) };
  return element("svg", {
    role: "img", "aria-label": "the part of the input that one output sees",
    viewBox: `-1 -1 ${whole.width + 2} ${whole.height + 2}`, width: whole.width + 2, height: whole.height + 2,
  }, box(0, 0, image.width, image.height, "image"), box(seen.x, seen.y, seen.width, seen.height, "seen"));
}

function neighbours(network, row, page) {
  if (row.kind !== "layer") return null;
  const link = (path) => {
    const other = network.byPath.get(path);
    return other ? button(path, () => page.select(other, true), { class: "chip" }) : element("span", { class: "chip" }, path);
  };
  const line = (label, paths) => paths.length > 0 && element("p", { class: "links" }, `${label} `, paths.map(link));
  return element("div", {}, [line("reads", row.reads), line("feeds", network.feeds.get(row.path) ?? [])].filter(Boolean));
}

// Published figures beside the count, with the verdict and where they were printed.
function printedOf(findings, layers = false) {
  if (!findings.length) return null;
  const line = (each) => element("tr", { class: each.holds ? "" : "bad" },
    layers ? element("td", {}, each.layer) : null,
    element("td", {}, [each.figure, ...each.with].join(", ")),
    element("td", { class: "number" }, each.printed),
    element("td", { class: "number" }, each.exact),
    element("td", { class: "verdict" }, each.verdict),
    element("td", { class: "note" }, each.why),
    element("td", { class: "note where" }, [each.key, each.where].filter(Boolean).join(", ")));
  const titles = [...(layers ? ["layer"] : []), "figure", "printed", "exact", "verdict", "why", "source"];
  const sources = new Map(findings.map((each) => [each.key, each.source]));
  return section("Published figures", "published", element("div", { class: "scroll" }, element("table", {},
    element("thead", {}, element("tr", {}, titles.map((each) => element("th", { scope: "col", class: ["printed", "exact"].includes(each) ? "number" : "" }, each)))),
    element("tbody", {}, findings.map(line)))),
    [...sources].map(([key, source]) => element("p", { class: "note" }, `${key}: ${source}`)));
}
