// Files of what is shown, made in the browser.

function save(name, type, text) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The table as it stands: the rows in sight, by the columns that are chosen.
function records(grid) {
  const columns = grid.columns().filter(({ kind }) => kind !== "share");
  return grid.rows.map((row) => {
    const record = { layer: row.kind === "repeats" ? `${row.path.replace(/[^/]*$/, "")}${row.name}` : row.path };
    const partial = [];
    for (const { name, kind } of columns) {
      const figure = kind === "text" ? grid.text(row, name) : grid.network.of(row, name);
      if (Array.isArray(figure) || figure === null) partial.push(name);
      record[name] = figure === null ? null : known(figure);
    }
    return partial.length ? { ...record, partial } : record;
  });
}

// A cell that no spreadsheet takes for a formula.
function csvCell(value) {
  const text = value === null || value === undefined ? "" : Array.isArray(value) ? value.join(" ") : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",;\n]/.test(safe) || safe.startsWith("#") ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csv(grid) {
  const lines = records(grid);
  const names = [...new Set(lines.flatMap((line) => Object.keys(line)))];
  return [names, ...lines.map((line) => names.map((name) => line[name]))].map((line) => line.map(csvCell).join(",")).join("\n") + "\n";
}

function json(grid, page) {
  const { network } = grid;
  const total = Object.fromEntries([...network.places].map(([name]) => [name, network.of(null, name)]).map(([name, figure]) => [name, figure === null ? null : known(figure)]));
  const partial = [...network.places.keys()].filter((name) => { const figure = network.of(null, name); return figure === null || Array.isArray(figure); });
  const about = { network: network.id, name: network.name, input: network.input, batch: network.batch, scope: network.scope, spec: network.hash, archcalc: page.data.archcalc };
  return `${JSON.stringify({ ...about, rows: records(grid), total, partial }, null, 2)}\n`;
}

function downloads(grid, page) {
  const { network } = grid, name = network.id.replace(/[^\w.-]+/g, "-") || "network";
  const make = (label, suffix, type, text) => button(label, () => save(`${name}.${suffix}`, type, text()), { title: `${name}.${suffix}` });
  return element("span", { class: "downloads" },
    make("CSV", "csv", "text/csv", () => csv(grid)),
    make("JSON", "json", "application/json", () => json(grid, page)),
    network.yaml ? make("YAML", "yaml", "application/yaml", () => network.yaml) : "",
    page.picture?.name ? make("SVG", "svg", "image/svg+xml", () => network.drawings[page.picture.name]) : "");
}
