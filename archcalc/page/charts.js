// Where figures sit: the tree of rows in order of execution, each as wide as its share of the whole.

const THINNEST = 0.0008;
const LEVELS = 4;
const ROOM = 360, LETTER = 6.4; // pixels across a chart where it is narrow, and of a letter

function chart(network, column, page) {
  const whole = Number(known(network.of(null, column) ?? 0));
  const title = network.columns.find((each) => each.name === column)?.title ?? column;
  const unit = column === page.convention ? page.about[column].unit : "";
  const cells = [];
  let deepest = 0;
  const lay = (rows, level, left) => {
    for (const row of rows) {
      const part = Number(known(network.of(row, column) ?? 0)) / whole;
      if (part >= THINNEST) {
        if (row.kind === "repeats") lay(row.below, level, left);
        else {
          cells.push(chartCell(network, row, column, { level, left, part }, page));
          deepest = Math.max(deepest, level);
          if (row.kind === "block" && level + 1 < LEVELS) lay(row.below, level + 1, left);
        }
      }
      left += part;
    }
  };
  if (whole) lay(network.roots, 0, 0);
  return element("figure", { class: "chart" },
    element("figcaption", {}, element("b", {}, title), unit ? ` (${unit})` : "", ` ${said(network.of(null, column))}`),
    whole ? element("div", { class: "icicle", style: { "--levels": deepest + 1 } }, cells) : element("p", { class: "note" }, "none"));
}

function chartCell(network, row, column, { level, left, part }, page) {
  const label = `${row.path}: ${said(network.of(row, column))}, ${percent(part)}`;
  const named = part * ROOM > LETTER * row.name.length + 6;
  return button(named ? row.name : "", () => page.select(row, true), {
    class: `${row.kind}${named ? " named" : ""}`, title: label, "aria-label": label, tabindex: "-1", "data-path": row.path,
    style: { left: `${100 * left}%`, width: `${100 * part}%`, "--at": level },
  });
}
