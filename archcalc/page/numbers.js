// Figures: a number, a text where it is too large to be exact, [n] for at least n, null for unknown.

const known = (figure) => (Array.isArray(figure) ? figure[0] : figure);

const english = new Intl.NumberFormat("en");
const grouped = (figure) => english.format(typeof figure === "string" ? BigInt(figure) : figure);

function said(figure) {
  if (figure === null || figure === undefined) return "unknown";
  return (Array.isArray(figure) ? "≥ " : "") + grouped(known(figure));
}

// In three digits, for headlines: 25.6 M, where M is 10^6.
function short(figure) {
  if (figure === null || figure === undefined) return "unknown";
  const value = Number(known(figure)), sign = Array.isArray(figure) ? "≥ " : "";
  const scale = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e4, "k"]].find(([size]) => value >= size);
  if (!scale) return sign + grouped(known(figure));
  const [size, letter] = scale, of = scale[0] === 1e4 ? value / 1e3 : value / size;
  return `${sign}${of.toPrecision(3).includes("e") ? Math.round(of) : of.toPrecision(3)} ${letter}`;
}

// The share of a whole, or null where the whole is not known.
function share(part, whole) {
  if (part === null || whole === null || Array.isArray(whole) || Array.isArray(part)) return null;
  return Number(whole) ? Number(part) / Number(whole) : 0;
}

function percent(part) {
  if (part === null) return "";
  if (part > 0 && part < 0.0005) return "<0.1%";
  return `${(100 * part).toFixed(part && part < 1 ? 1 : 0)}%`;
}

const rank = (figure) => (figure === null || figure === undefined ? -1 : Number(known(figure)));

// Add figures up, as a filter needs it: exactly, and what is at least so much stays so.
function add(figures) {
  const partial = figures.some((each) => each === null || Array.isArray(each));
  const sum = figures.reduce((total, each) => total + BigInt(each === null ? 0 : known(each)), 0n);
  const written = sum < BigInt(Number.MAX_SAFE_INTEGER) ? Number(sum) : String(sum);
  return partial ? (sum ? [written] : null) : written;
}
