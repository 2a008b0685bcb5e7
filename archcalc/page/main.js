// The page: a head, the charts, the table with what is beside it, and what stands below.

class Page {
  constructor(data, place) {
    this.data = data;
    this.place = place;
    this.about = data.conventions;
    this.convention = "";
    this.served = Boolean(data.editor);
    const interact = data.networks?.some(({ columns }) => columns.some(({ name }) => name === "interactions"));
    const spared = innerWidth <= 700 ? ["kernel", "connections", "interactions", "share", "output"] : interact ? ["kernel"] : [];
    this.chosen = new Set(USUAL.filter((name) => !spared.includes(name)));
    new ResizeObserver(([{ contentRect }]) => place.classList.toggle("narrow", contentRect.width < 1060)).observe(place);
    addEventListener("beforeprint", () => this.grid?.fillAll());
    this.load(data.networks);
    const asked = new URLSearchParams(location.hash.slice(1));
    if (this.about[asked.get("by")]) this.convention = asked.get("by");
    const number = Number(asked.get("network") ?? (this.networks.length > 1 ? -1 : 0));
    this.open(this.networks[number] ? number : this.networks.length > 1 ? -1 : 0);
    const row = this.network?.byPath.get(asked.get("row"));
    if (row) this.select(row, true);
  }

  load(networks) {
    this.networks = networks.map((each) => new Network(each));
    this.grids = new Map();
  }

  // Show another count of what is edited: what was open, chosen or sorted stays so.
  replace(data) {
    const { grid: before, current } = this, chosen = before?.selected?.path;
    const kept = new Set(before?.network.rows.filter((row) => before.open.has(row.number)).map((row) => row.kind + row.path));
    this.load([data]);
    this.current = 0;
    const grid = new Grid(this.network, this);
    this.grids.set(this.network, grid);
    grid.open = new Set(this.network.rows.filter((row) => kept.has(row.kind + row.path)).map((row) => row.number));
    if (before && current === 0) Object.assign(grid, { sort: before.sort, query: before.query });
    grid.selected = this.network.byPath.get(chosen) ?? null;
    this.grid = grid;
    this.draw();
  }

  get network() { return this.networks[this.current]; }

  // Open a network by its number, or with -1 the comparison of all.
  open(number) {
    this.current = number;
    const { network } = this;
    if (network && !this.grids.has(network)) this.grids.set(network, new Grid(network, this));
    this.grid = network ? this.grids.get(network) : null;
    this.draw();
    this.remember();
  }

  draw() {
    const { network } = this;
    this.picture = network && Object.keys(network.drawings).length ? new Picture(network, this) : null;
    if (!this.networks.length) return;
    this.head = this.header();
    this.place.replaceChildren(this.head, element("main", { class: network ? "single" : "several" }, network ? this.single() : comparison(this.networks, this)), this.footer());
    if (!network) return;
    this.grid.draw();
    this.showPanel();
    this.picture?.fit();
  }

  header() {
    const { network } = this;
    const tab = (title, number) => button(title, () => this.open(number), { "aria-current": this.current === number ? "page" : null });
    const tabs = this.networks.length > 1
      ? [element("nav", { "aria-label": "networks" }, tab("Compare", -1), this.networks.map((each, number) => tab(each.title, number)))] : [];
    const title = network ? network.title : `${this.networks.length} networks compared`;
    return element("header", { class: "page" }, tabs,
      element("div", { class: "titles" }, element("h1", {}, title), network?.source ? element("p", { class: "source" }, network.source) : ""),
      network ? this.headlines() : "", this.conventionChoice());
  }

  headlines() {
    const { network, convention } = this;
    const batch = network.batch > 1 ? `, batch ${network.batch}` : "";
    const names = ["parameters", "macs", "connections", "activations"].filter((name) => network.has(name));
    const title = (name) => network.columns.find((each) => each.name === name)?.title ?? name;
    const one = (name, lead) => element("div", { class: lead ? "lead" : "" }, element("dt", {}, title(name)),
      element("dd", { title: said(network.of(null, name)) }, short(network.of(null, name)), element("small", {}, said(network.of(null, name)))));
    return element("dl", { class: "headlines" },
      element("div", {}, element("dt", {}, `input${batch}`), element("dd", {}, network.input, element("small", {}, network.scope))),
      names.map((name) => one(name)), convention && network.has(convention) ? one(convention, true) : "");
  }

  conventionChoice() {
    const kinds = ["operations", "parameters", "connections", "memory"];
    const named = (kind) => Object.entries(this.about).filter(([, each]) => each.figures === kind).map(([name]) => [name, name]);
    const about = this.about[this.convention];
    const reasons = this.network?.reasons(this.convention) ?? [];
    return element("div", { class: "convention" },
      element("label", {}, "Count as ", choice([["", "archcalc"], ...kinds.map((kind) => [kind, named(kind)])], this.convention, (name) => this.recount(name), { id: "convention" })),
      about ? element("p", { class: "note" }, [about.tool, about.unit && `in ${about.unit}`, about.notes].filter(Boolean).join(" · ")) : "",
      reasons.length ? element("p", { class: "note bad" }, `At least so much: ${reasons.join("; ")}.`) : "");
  }

  recount(name) {
    this.convention = name;
    if (this.network) {
      this.head.replaceWith(this.head = this.header());
      this.chartBox.replaceWith(this.chartBox = this.charts());
      this.grid.draw();
      this.showPanel();
    } else this.draw();
    this.remember();
    document.getElementById("convention")?.focus();
  }

  charts() {
    const counted = this.about[this.convention];
    const parameters = counted?.figures === "parameters" ? this.convention : "parameters";
    const others = counted && counted.figures !== "parameters" ? this.convention : "macs";
    return element("div", { class: "charts" }, chart(this.network, parameters, this), chart(this.network, others, this));
  }

  single() {
    const { network, grid } = this;
    this.panel = element("aside", { class: "panel", "aria-label": "the row that is chosen" });
    this.status = element("p", { class: "unseen", role: "status" });
    const published = printedOf(network.published, true);
    const drawing = this.picture?.box ?? "", wide = this.picture?.isWide;
    return [
      element("div", { class: "left" }, this.chartBox = this.charts(), wide ? drawing : "",
        element("section", { class: "table", "aria-label": "Layers" }, this.tools(), element("div", { class: "scroll" }, grid.table)),
        network.notes.length ? section("Notes", "notes", element("ul", {}, network.notes.map((note) => element("li", {}, note)))) : "",
        published ?? "", this.spec()),
      element("div", { class: "right" }, this.panel, wide ? "" : drawing, this.status),
    ];
  }

  tools() {
    const { grid, network } = this;
    const search = element("input", { type: "search", placeholder: "search layers and ops", "aria-label": "search layers and ops", value: grid.query,
      on: { input: (event) => { grid.query = event.target.value.trim(); grid.draw(); } } });
    const deepest = Math.max(0, ...network.rows.filter((row) => row.kind !== "op").map((row) => row.level));
    const levels = deepest > 0 ? [button("fold", () => grid.unfold(0)), deepest > 1 ? button("one level", () => grid.unfold(1)) : "", button("all layers", () => grid.unfold(null))] : [];
    return element("div", { class: "tools" }, search, element("span", { class: "levels" }, levels), this.columnChoice(), downloads(grid, this));
  }

  columnChoice() {
    const each = ({ name, title }) => element("label", {}, element("input", { type: "checkbox", checked: this.chosen.has(name), on: {
      change: (event) => { this.chosen[event.target.checked ? "add" : "delete"](name); this.grid.draw(); },
    } }), ` ${title}`);
    return element("details", { class: "columns" }, element("summary", {}, "columns"), element("div", {}, columnsOf(this.network).map(each)));
  }

  select(row, reveal = false) {
    this.showPanel(row);
    this.grid.select(row, reveal);
    this.picture?.mark(row);
    this.remember();
  }

  showPanel(row = this.grid.selected) {
    this.place.querySelector("main").classList.toggle("beside", row !== null);
    this.panel.classList.toggle("open", row !== null);
    this.panel.replaceChildren(...(row ? panel(this.network, row, this) : [element("p", { class: "note" }, "Choose a row to see how its figures come about.")]));
    this.panel.scrollTop = 0;
    this.status.textContent = row ? `${row.path}: ${said(this.network.of(row, "parameters"))} parameters, ${said(this.network.of(row, "macs"))} MACs` : "";
    this.place.querySelectorAll(".icicle button").forEach((each) => each.classList.toggle("chosen", row !== null && each.dataset.path === row.path));
  }

  // The spec as it is written; of what was read from another file, the spec that says the same.
  spec() {
    const { text, yaml, kind } = this.network;
    if (!text && !yaml) return "";
    const shown = element("pre", {}, text || yaml);
    const copy = button("copy", () => copied(shown.textContent)
      .then(() => { copy.textContent = "copied"; }, () => getSelection().selectAllChildren(shown)));
    const title = text ? "The spec" : `The spec, made from ${kind}`;
    return element("section", { class: "spec", "aria-label": "Spec" },
      element("details", {}, element("summary", {}, title), element("div", { class: "tools" }, copy), shown));
  }

  footer() {
    const hash = this.network ? ` · ${this.network.hash}` : "";
    return element("footer", {}, `archcalc ${this.data.archcalc}${hash} · figures are exact; M is 10^6, and FLOPs are never said without their convention`);
  }

  // Keep what is looked at in the address, so that it can be linked to.
  remember() {
    if (this.served) return;
    const row = this.grid?.selected;
    const words = { network: this.networks.length > 1 ? this.current : null, by: this.convention || null, row: row?.path ?? null };
    const kept = Object.entries(words).filter(([, value]) => value !== null);
    this.address = String(new URLSearchParams(kept));
    try {
      history.replaceState(null, "", this.address ? `#${this.address}` : location.pathname + location.search);
    } catch { /* within the frame of another page, which has no address of its own */ }
  }
}

const data = JSON.parse(document.getElementById("data").textContent);
const page = new Page(data, document.getElementById("page"));

