// A network as the page has it: rows by their fields, with their parents and what is below them.

class Network {
  constructor(data) {
    Object.assign(this, data);
    this.rows = data.rows.map((values, number) => {
      const row = Object.fromEntries(data.fields.map((field, i) => [field, values[i]]));
      return { ...row, number, below: [], parent: null, figures: data.figures[row.figures] };
    });
    const above = [];
    for (const row of this.rows) {
      above.length = row.level;
      row.parent = above[row.level - 1] ?? null;
      row.parent?.below.push(row);
      above.push(row);
    }
    this.roots = this.rows.filter((row) => !row.parent);
    this.places = new Map([...data.columns, ...data.conventions].map(({ name }, i) => [name, i]));
    this.byPath = new Map();
    for (const row of this.rows) {
      if (row.kind !== "repeats" && row.kind !== "op" && !this.byPath.has(row.path)) this.byPath.set(row.path, row);
    }
    this.feeds = new Map();
    for (const row of this.rows.filter((each) => each.kind === "layer")) {
      for (const path of row.reads) this.feeds.set(path, [...(this.feeds.get(path) ?? []), row.path]);
    }
  }

  get title() {
    const same = this.id === "spec" || this.id.toLowerCase().replace(/[^a-z0-9]/g, "") === this.name.toLowerCase().replace(/[^a-z0-9]/g, "");
    return [same ? this.name : `${this.name} (${this.id})`, ...this.changes].join(", ");
  }

  has(column) { return this.places.has(column); }

  // The figure of a row, or of the whole; nothing counted is 0, for such columns are left out.
  of(row, column) {
    const place = this.places.get(column);
    return place === undefined ? 0 : (row ? row.figures : this.total)[place];
  }

  reasons(convention) { return this.conventions.find(({ name }) => name === convention)?.reasons ?? []; }

  // A row's counterpart among the first of equal repetitions, which drawings show for all.
  twin(row) {
    if (!row.parent) return row;
    const above = this.twin(row.parent);
    return above.below[row.parent.kind === "repeats" ? 0 : row.parent.below.indexOf(row)];
  }

  printed(row) {
    if (row.kind === "op" || row.kind === "repeats") return [];
    return this.published.filter(({ layer }) => layer === row.path);
  }
}
