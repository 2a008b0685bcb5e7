// The table: a tree grid that opens and closes, sorts, is searched, and has the columns one wants.

const TEXTS = [["op", "op"], ["input", "input"], ["output", "output"], ["kernel", "kernel"], ["receptive", "sees"]];
const SHARES = [["share", "parameters"], ["share_macs", "macs"], ["share_connections", "connections"]];
const STRETCH = 100; // rows that are made together, once they come into view
const NEAR = 800; // pixels beyond the window in which they already are
const USUAL = ["op", "output", "kernel", "parameters", "connections", "interactions", "macs", "share"];

// A column: its name, its title, the figure it is a share of, and whether it holds numbers.
function columnsOf(network) {
  const titled = (name) => network.columns.find((each) => each.name === name)?.title ?? name;
  return [
    ...TEXTS.map(([name, title]) => ({ name, title, kind: "text" })),
    ...network.columns.map(({ name, title }) => ({ name, title, kind: "number" })),
    ...SHARES.filter(([, of]) => network.has(of)).map(([name, of]) => ({ name, of, title: `share of ${titled(of)}`, kind: "share" })),
  ];
}

class Grid {
  constructor(network, page) {
    this.network = network;
    this.page = page;
    this.open = new Set();
    this.sort = { column: null, down: true };
    this.query = "";
    this.selected = null;
    this.head = element("thead");
    this.foot = element("tfoot");
    this.table = element("table", {
      role: "treegrid", "aria-label": `layers of ${network.title}`,
      on: { click: (event) => this.click(event), keydown: (event) => this.key(event) },
    });
    this.watch = new IntersectionObserver((seen) => seen.forEach(({ isIntersecting, target }) => isIntersecting && this.fill(target)),
      { rootMargin: `${NEAR}px` });
  }

  columns() {
    const { convention, chosen } = this.page;
    const shown = columnsOf(this.network).filter(({ name }) => chosen.has(name));
    if (!convention) return shown;
    const counted = { name: convention, title: convention, kind: "number", lead: true };
    const part = { name: `share of ${convention}`, title: `share of ${convention}`, of: convention, kind: "share", lead: true };
    const texts = shown.filter(({ kind }) => kind === "text");
    return [...texts, counted, part, ...shown.slice(texts.length)];
  }

  // The rows to be seen, each with whether it is there only because of what is below it.
  visible() {
    const rows = [];
    const found = this.query ? this.matching() : null, sort = this.order();
    const walk = (below) => {
      for (const row of sort(below)) {
        if (found && !found.has(row)) continue;
        rows.push(row);
        if (found ? row.kind !== "layer" : this.open.has(row.number)) walk(row.below);
      }
    };
    walk(this.network.roots);
    return rows;
  }

  layersFound() {
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    return this.network.rows.filter((row) => row.kind === "layer"
      && words.every((word) => row.path.toLowerCase().includes(word) || row.op.toLowerCase().includes(word)));
  }

  matching() {
    const found = new Set();
    for (const row of this.layersFound()) for (let up = row; up; up = up.parent) found.add(up);
    return found;
  }

  // What puts rows in order: that of a column, or the one in which they are run.
  order() {
    const column = [{ name: "layer" }, ...this.columns()].find(({ name }) => name === this.sort.column);
    if (!column) return (rows) => rows;
    const key = (row) => (column.name === "layer" ? row.name : column.kind === "text" ? this.text(row, column.name)
      : rank(this.network.of(row, column.of ?? column.name)));
    const compare = (one, two) => (typeof one === "string" ? one.localeCompare(two, "en", { numeric: true }) : one - two);
    return (rows) => [...rows].sort((one, two) => compare(key(one), key(two)) * (this.sort.down ? -1 : 1));
  }

  text(row, name) {
    if (name === "receptive") return row.field === null ? "" : this.network.receptive[row.field].size.join("x");
    if (name === "op") return [row.times > 1 ? `${row.op} × ${row.times}` : row.op, row.shared.length && `shared with ${row.shared.join(", ")}`].filter(Boolean).join(", ");
    return row[name];
  }

  cell(row, column) {
    if (column.kind === "text") return element("td", { class: "text" }, row ? this.text(row, column.name) : "");
    const lead = column.lead ? " lead" : "";
    if (column.kind === "number") {
      const figure = this.network.of(row, column.name);
      return element("td", { class: `number${lead}${known(figure) ? "" : " none"}` }, said(figure));
    }
    const part = share(this.network.of(row, column.of), this.network.of(null, column.of));
    return element("td", { class: `share${lead}`, style: { "--part": part ?? 0 } }, percent(part));
  }

  draw() {
    const columns = this.columns(), rows = this.visible();
    this.rows = rows;
    this.shown = columns;
    this.head.replaceChildren(element("tr", {}, [{ name: "layer", title: "layer", kind: "text" }, ...columns].map((each) => this.title(each))));
    this.foot.replaceChildren(...this.totals(columns));
    this.watch.disconnect();
    this.stretches = Array.from({ length: Math.ceil(rows.length / STRETCH) }, () => element("tbody"));
    this.table.replaceChildren(this.head, ...this.stretches, this.foot);
    this.table.setAttribute("aria-rowcount", rows.length + 2);
    this.stretches.forEach((body, number) => this.leave(body, number));
    this.stretches.filter((body, number) => number < 2 || near(body)).forEach((body) => this.fill(body));
    this.focusable();
  }

  // Keep room for rows that are out of sight, as high as a row is.
  leave(body, number) {
    if (number < 2) return;
    const many = this.rows.slice(number * STRETCH, (number + 1) * STRETCH).length;
    if (number === 2) this.fill(this.stretches[0]);
    this.high ||= this.stretches[0].offsetHeight / STRETCH;
    body.append(element("tr", { class: "room", "aria-hidden": "true" }, element("td", { style: { "--high": `${many * this.high}px` } })));
    this.watch.observe(body);
  }

  // Make the rows of a stretch, unless they are there.
  fill(body) {
    if (body.firstElementChild && !body.querySelector(".room")) return;
    this.watch.unobserve(body);
    const from = this.stretches.indexOf(body) * STRETCH;
    body.replaceChildren(...this.rows.slice(from, from + STRETCH).map((row, i) => this.line(row, this.shown, from + i)));
  }

  fillAll() { this.stretches.forEach((body) => this.fill(body)); }

  title(column) {
    const sorted = this.sort.column === column.name;
    const act = () => {
      if (!sorted) this.sort = { column: column.name, down: column.kind !== "text" };
      else if (this.sort.down === (column.kind !== "text")) this.sort = { column: column.name, down: !this.sort.down };
      else this.sort = { column: null, down: true };
      this.draw();
      this.head.querySelector(`[data-column="${CSS.escape(column.name)}"]`)?.focus();
    };
    const sign = sorted ? (this.sort.down ? "▾" : "▴") : "";
    return element("th", {
      scope: "col", role: "columnheader", class: `${column.kind === "text" ? "text" : "number"}${column.lead ? " lead" : ""}`,
      "aria-sort": sorted ? (this.sort.down ? "descending" : "ascending") : "none",
    }, button([column.title, sign && element("span", { class: "order", "aria-hidden": "true" }, sign)], act, { "data-column": column.name }));
  }

  line(row, columns, place) {
    const opens = row.below.length > 0;
    const isOpen = opens && (this.query ? row.kind !== "layer" : this.open.has(row.number));
    const name = element("span", { class: "name", title: row.path }, row.name);
    const twisty = element("span", { class: "twisty", "aria-hidden": "true" }, opens ? (isOpen ? "▾" : "▸") : "");
    return element("tr", {
      class: `${row.kind}${row.head ? " head" : ""}`, "data-row": row.number, tabindex: "-1", "aria-rowindex": place + 2,
      "aria-level": row.level + 1, "aria-expanded": opens ? String(isOpen) : null,
      "aria-selected": String(row === this.selected),
    }, element("th", { scope: "row", style: { "--level": row.level } }, twisty, name), columns.map((each) => this.cell(row, each)));
  }

  totals(columns) {
    const total = (label, cells) => element("tr", {}, element("th", { scope: "row" }, label), cells);
    const all = total("total", columns.map((each) => this.cell(null, each)));
    if (!this.query) return [all];
    const found = this.layersFound();
    const sums = columns.map((column) => {
      if (column.kind === "text") return element("td", { class: "text" });
      const sum = add(found.map((row) => this.network.of(row, column.of ?? column.name)));
      return column.kind === "number"
        ? element("td", { class: "number" }, said(sum))
        : element("td", { class: "share" }, percent(share(sum, this.network.of(null, column.of))));
    });
    return [total(`${found.length.toLocaleString("en")} found`, sums), all];
  }

  // The line of a row, which is made if it was out of sight.
  row(row) {
    const place = this.rows.indexOf(row);
    if (place < 0) return null;
    this.fill(this.stretches[Math.floor(place / STRETCH)]);
    return this.table.querySelector(`[data-row="${row.number}"]`);
  }

  focusable() {
    const row = (this.selected && this.row(this.selected)) ?? this.row(this.rows[0]);
    row?.setAttribute("tabindex", "0");
  }

  click(event) {
    const line = event.target.closest("tr[data-row]");
    if (!line) return;
    const row = this.network.rows[Number(line.dataset.row)];
    if (event.target.closest(".twisty") && row.below.length) this.toggle(row);
    else this.page.select(row);
  }

  toggle(row, open = !this.open.has(row.number)) {
    if (this.query) return;
    this.open[open ? "add" : "delete"](row.number);
    this.draw();
    this.row(row)?.focus();
  }

  // Open all rows above a level, or with `null` everything down to the layers.
  unfold(level) {
    this.open = new Set(this.network.rows
      .filter((row) => row.below.length && row.kind !== "layer" && (level === null || row.level < level))
      .map((row) => row.number));
    this.draw();
  }

  key(event) {
    const line = event.target.closest("tr[data-row]");
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = this.network.rows[Number(line.dataset.row)], opens = row.below.length > 0, isOpen = this.open.has(row.number);
    const place = this.rows.indexOf(row), to = (other) => this.row(other)?.focus();
    const acts = {
      ArrowDown: () => to(this.rows[place + 1]),
      ArrowUp: () => to(this.rows[place - 1]),
      ArrowRight: () => (opens && !isOpen ? this.toggle(row, true) : opens && to(row.below[0])),
      ArrowLeft: () => (opens && isOpen ? this.toggle(row, false) : row.parent && to(row.parent)),
      Home: () => to(this.rows[0]),
      End: () => to(this.rows.at(-1)),
      Enter: () => this.page.select(row),
      " ": () => this.page.select(row),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  // Mark a row as selected, and open what is above it.
  select(row, reveal) {
    const before = this.table.querySelector("tr[aria-selected=true]");
    before?.setAttribute("aria-selected", "false");
    this.selected = row;
    const closed = [];
    if (row && reveal && !this.query) for (let up = row.parent; up; up = up.parent) if (!this.open.has(up.number)) closed.push(up.number);
    closed.forEach((number) => this.open.add(number));
    if (closed.length) this.draw();
    const line = row && this.row(row);
    this.table.querySelectorAll("tr[tabindex='0']").forEach((each) => each.setAttribute("tabindex", "-1"));
    this.focusable();
    if (!line) return;
    line.setAttribute("aria-selected", "true");
    line.scrollIntoView({ block: "nearest" });
    line.focus({ preventScroll: true });
  }
}

// Tell whether an element is within the window, or not far from it.
function near(made) {
  const { top, bottom } = made.getBoundingClientRect();
  return bottom > -NEAR && top < innerHeight + NEAR;
}
