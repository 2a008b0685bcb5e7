// The editor at the left: what one types is counted as one types, mistakes stand at their lines.

const PAUSE = 250;

class Editor {
  constructor({ text, file, library }, page) {
    this.page = page;
    this.file = file;
    this.variant = "";
    this.saved = text;
    this.area = element("textarea", { wrap: "off", spellcheck: "false", autocapitalize: "off", autocomplete: "off", "aria-label": "the spec", on: {
      input: () => this.typed(), scroll: () => this.scrolled(), keydown: (event) => this.key(event),
    } });
    this.gutter = element("pre", { class: "gutter", "aria-hidden": "true" });
    this.marks = element("pre", { class: "marks", "aria-hidden": "true" });
    this.mistakes = element("ol", { class: "mistakes", "aria-live": "polite", "aria-label": "mistakes" });
    this.state = element("p", { class: "state", role: "status" });
    this.variants = element("span");
    this.box = element("div", { class: "editor" }, this.tools(library), this.variants,
      element("div", { class: "code" }, this.gutter, element("div", { class: "lines" }, this.marks, this.area)), this.mistakes, this.state);
    document.body.classList.add("served");
    document.body.prepend(this.box);
    this.start(text);
  }

  tools(library) {
    const start = choice([["", "start from…"], ...Object.entries(library).map(([family, names]) => [family, names.map((name) => [name, name])])], "",
      (name) => name && this.take(name), { "aria-label": "start from a network of the library" });
    this.chosen = start;
    const picker = element("input", { type: "file", hidden: true, accept: ".yaml,.yml,.cfg,.prototxt,.json", on: { change: (event) => this.pick(event.target) } });
    return element("div", { class: "tools" }, start, picker,
      button("open…", () => picker.click(), { title: "open a file of this machine; it is not written to" }),
      this.file ? button("reload", () => this.reload(), { title: `read ${this.file} again` }) : "",
      this.file ? button("save", () => this.keep(), { title: `save ${this.file}`, class: "save" }) : button("download", () => save("mine.yaml", "application/yaml", this.area.value)),
      button("link", () => this.link(), { title: "an address that holds the spec" }));
  }

  // Begin with the text of a link, if the address holds one.
  async start(text) {
    const packed = new URLSearchParams(location.hash.slice(1)).get("spec");
    const linked = packed ? await unpacked(packed).catch(() => null) : null;
    if (packed && linked === null) this.say("The link holds no spec.");
    this.set(linked ?? text);
  }

  set(text, variant = "") {
    this.area.value = text;
    this.variant = variant;
    this.count();
  }

  typed() {
    this.number();
    this.dirty();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.count(), PAUSE);
  }

  dirty() {
    const changed = this.area.value !== this.saved;
    document.title = `${changed ? "• " : ""}${this.file || "archcalc"}`;
  }

  // Keep the indent of the line on a new one.
  key(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      if (this.file) this.keep();
    }
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    const line = this.area.value.slice(0, this.area.selectionStart).split("\n").at(-1);
    event.preventDefault();
    document.execCommand("insertText", false, `\n${line.match(/^ */)[0]}`);
  }

  async ask(where, question = {}) {
    const response = await fetch(where, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question) });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  async count() {
    this.number();
    const asked = (this.asked = Symbol("question"));
    const question = { text: this.area.value, variant: this.variant };
    const answer = await this.ask("count", question).catch((error) => ({ mistakes: [{ message: `no answer: ${error.message}`, line: 0 }] }));
    if (asked !== this.asked) return;
    this.offer(answer.variants ?? []);
    this.show(answer.mistakes ?? []);
    this.page.place.classList.toggle("stale", !answer.network);
    if (answer.network) this.page.replace(answer.network);
    this.say(answer.network ? "" : "Beside it stands the last text that could be counted.");
  }

  offer(variants) {
    this.variants.replaceChildren(variants.length ? element("label", {}, "variant ", choice([["", "as written"], ...variants.map((each) => [each, each])], this.variant,
      (name) => { this.variant = name; this.count(); })) : "");
  }

  say(text) { this.state.textContent = text; }

  number(bad = new Set()) {
    const lines = this.area.value.split("\n").length;
    this.gutter.replaceChildren(...Array.from({ length: lines }, (_, i) => element("span", { class: bad.has(i + 1) ? "bad" : "" }, `${i + 1}\n`)));
    if (!bad.size) this.marks.replaceChildren();
    this.scrolled();
  }

  show(mistakes) {
    this.number(new Set(mistakes.map(({ line }) => line)));
    this.mistakes.replaceChildren(...mistakes.map((each) => element("li", {},
      each.line ? button(`line ${each.line}`, () => this.go(each), { class: "chip" }) : "",
      ` ${each.message}`, each.hint ? element("small", {}, each.hint) : "")));
    const first = new Map();
    for (const each of mistakes) if (each.line && !first.has(each.line)) first.set(each.line, each);
    this.marks.replaceChildren(...this.area.value.split("\n").flatMap((line, i) => this.marked(line, first.get(i + 1))));
  }

  // A line as it lies below the text: unseen, but for what is wrong in it and what is said of that.
  marked(line, mistake) {
    if (!mistake) return [`${line}\n`];
    const signs = [...line], start = Math.max(0, mistake.column - 1), end = Math.max(start + 1, start + mistake.length);
    const said = [mistake.message, mistake.hint].filter(Boolean).join(" — ");
    return [signs.slice(0, start).join(""), element("mark", {}, signs.slice(start, end).join("") || " "), signs.slice(end).join(""),
      element("span", { class: "said" }, said), "\n"];
  }

  go({ line, column, length }) {
    const lines = this.area.value.split("\n");
    const before = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const start = before + [...lines[line - 1]].slice(0, column - 1).join("").length;
    this.area.focus();
    this.area.setSelectionRange(start, start + length);
    this.area.scrollTop = (line - 4) * (this.area.scrollHeight / lines.length);
  }

  scrolled() {
    this.marks.style.transform = `translate(${-this.area.scrollLeft}px, ${-this.area.scrollTop}px)`;
    this.gutter.scrollTop = this.area.scrollTop;
  }

  async take(name) {
    if (!this.mayLeave()) return;
    const { text, variant, mistakes } = await this.ask("library", { library: name });
    if (mistakes) this.show(mistakes);
    else this.set(text, variant);
    this.dirty();
    this.chosen.value = "";
  }

  mayLeave() {
    return this.area.value === this.saved || confirm("Replace the text in the editor? It is not saved.");
  }

  async pick(input) {
    const [file] = input.files;
    if (!file || !this.mayLeave()) return;
    this.set(await file.text());
    this.dirty();
    input.value = "";
  }

  async reload() {
    if (!this.mayLeave()) return;
    const { text, mistakes } = await this.ask("open");
    if (mistakes) { this.show(mistakes); return; }
    this.saved = text;
    this.set(text, this.variant);
    this.dirty();
  }

  async keep() {
    const text = this.area.value;
    const { saved, refused, mistakes } = await this.ask("save", { text }).catch((error) => ({ refused: error.message }));
    if (saved) this.saved = text;
    this.dirty();
    this.say(saved ? `Saved ${saved}.` : refused ?? mistakes.map(({ message }) => message).join("; "));
  }

  async link() {
    const address = `${location.origin}/#spec=${await packed(this.area.value)}`;
    history.replaceState(null, "", address);
    await copied(address).then(() => this.say("The link is copied; it holds the whole spec."), () => this.say("The address above holds the whole spec."));
  }
}

const LINKED = 2_000_000;

// A text in few signs that an address may hold.
async function packed(text) {
  const bytes = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer();
  return btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function unpacked(signs) {
  const bytes = Uint8Array.from(atob(signs.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const pieces = [];
  for (let size = 0, step = await reader.read(); !step.done; step = await reader.read()) {
    size += step.value.length;
    if (size > LINKED) throw new Error("too long");
    pieces.push(step.value);
  }
  return new Blob(pieces).text();
}

new Editor(data.editor, page);
