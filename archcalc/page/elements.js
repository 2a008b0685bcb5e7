// Elements. Whatever a network is called, it becomes text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

// Make an element: its attributes (`on` holds listeners, `style` what CSS is to know), then its children.
function element(name, attributes = {}, ...children) {
  const made = name in { svg: 1, rect: 1, g: 1, text: 1, line: 1, circle: 1, title: 1, path: 1 }
    ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") Object.entries(value).forEach(([event, act]) => made.addEventListener(event, act));
    else if (key === "style") Object.entries(value).forEach(([what, is]) => made.style.setProperty(what, is));
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function button(label, act, attributes = {}) {
  return element("button", { type: "button", on: { click: act }, ...attributes }, ...[label].flat());
}

// A choice of one among several: options are [value, label], or [group, [options]].
function choice(options, value, act, attributes = {}) {
  const option = ([is, label]) => Array.isArray(label)
    ? element("optgroup", { label: is }, label.map(option))
    : element("option", { value: is, selected: is === value }, label);
  return element("select", { on: { change: (event) => act(event.target.value) }, ...attributes }, options.map(option));
}

function section(title, name, ...children) {
  return element("section", { class: name, "aria-label": title }, element("h2", {}, title), ...children);
}

// Put a text on the clipboard, where there is one.
async function copied(text) {
  await (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard")));
}
