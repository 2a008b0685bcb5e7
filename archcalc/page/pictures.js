// The drawing beside the table: parsed as a picture, never as a page; a click on a box selects its row.

class Picture {
  constructor(network, page) {
    this.network = network;
    this.page = page;
    this.names = Object.keys(network.drawings);
    this.zoom = 1;
    this.frame = element("div", { class: "frame", tabindex: "0", role: "group", "aria-label": "drawing", on: {
      click: (event) => this.click(event), wheel: (event) => this.wheel(event),
    } });
    const zoom = (label, name, factor) => button(label, () => this.scale(factor), { "aria-label": name, title: name });
    this.choice = element("span", { class: "choice" });
    this.box = section("Drawing", "drawing", element("div", { class: "tools" }, this.choice,
      zoom("−", "smaller", 1 / 1.3), zoom("+", "larger", 1.3), button("fit", () => this.fit()),
      button("whole window", () => this.enlarge(), { "aria-pressed": "false", class: "enlarge" })), this.frame);
    this.box.addEventListener("keydown", (event) => { if (event.key === "Escape") this.enlarge(false); });
    if (this.names.length) this.show(network.drawing);
  }

  show(name) {
    this.name = name;
    this.choice.replaceChildren(this.names.length > 1
      ? choice(this.names.map((each) => [each, each]), name, (other) => { this.show(other); this.fit(); }, { "aria-label": "which drawing" }) : "");
    const parsed = new DOMParser().parseFromString(this.network.drawings[name], "image/svg+xml");
    this.svg = document.importNode(parsed.documentElement, true);
    this.size = { width: this.svg.width.baseVal.value, height: this.svg.height.baseVal.value };
    this.behead();
    this.frame.replaceChildren(this.svg);
    this.mark(this.page.grid?.selected ?? null);
  }

  // Leave out what the picture is of, which the page says itself; a download keeps it.
  behead() {
    const above = [...this.svg.querySelectorAll("text.about")];
    this.top = Math.max(0, ...above.map((each) => Number(each.getAttribute("y"))));
    above.forEach((each) => each.remove());
    this.size.height -= this.top;
    this.svg.setAttribute("viewBox", `0 ${this.top} ${this.size.width} ${this.size.height}`);
  }

  // Whether it lies better above the table than beside it.
  get isWide() { return this.size.width > 1.4 * this.size.height; }

  scale(factor) {
    this.zoom = Math.min(8, Math.max(0.05, this.zoom * factor));
    this.svg?.setAttribute("width", this.size.width * this.zoom);
    this.svg?.setAttribute("height", this.size.height * this.zoom);
  }

  // As large as there is room across, but never so small that nobody can read it.
  fit() {
    if (!this.svg || !this.frame.clientWidth) return;
    this.zoom = 1;
    this.scale(Math.max(0.34, Math.min(1, (this.frame.clientWidth - 16) / this.size.width)));
    this.mark(this.page.grid?.selected ?? null);
  }

  enlarge(full = !this.box.classList.contains("full")) {
    this.box.classList.toggle("full", full);
    this.box.querySelector(".enlarge").setAttribute("aria-pressed", String(full));
    this.fit();
  }

  wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.scale(event.deltaY < 0 ? 1.1 : 1 / 1.1);
  }

  click(event) {
    const box = event.target.closest("[data-layer]") ?? this.under(event);
    const row = box && this.network.byPath.get(box.dataset.layer);
    if (row) this.page.select(row, true);
  }

  // A text lies over its box.
  under(event) {
    return document.elementsFromPoint(event.clientX, event.clientY).find((each) => each.dataset?.layer);
  }

  // Mark the box of a row, or the one that holds it, or those that it holds.
  mark(row) {
    const boxes = [...this.frame.querySelectorAll("[data-layer]")];
    boxes.forEach((box) => box.classList.remove("chosen"));
    if (!row) return;
    let found = [];
    for (let up = this.network.twin(row); up && !found.length; up = up.parent) {
      found = boxes.filter((box) => box.dataset.layer === up.path);
    }
    if (!found.length) found = boxes.filter((box) => box.dataset.layer.startsWith(`${row.path}/`));
    found.forEach((box) => box.classList.add("chosen"));
    const [first] = found;
    if (!first) return;
    const place = first.getBBox(), half = { x: this.frame.clientWidth / 2, y: this.frame.clientHeight / 2 };
    this.frame.scrollTo({ left: place.x * this.zoom - half.x, top: (place.y - this.top) * this.zoom - half.y / 2 });
  }
}
