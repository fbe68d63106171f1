// Elements out of values. Text is always text: nothing here makes markup of a string.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `on` holds listeners; false, null and undefined leave an attribute out. */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for a part of a picture. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/** Put other children into an element. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

function filled(element, { on = {}, ...attributes }, children) {
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...nodes(children));
  return element;
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Say something to people who do not see the page. */
export function announce(text) {
  const spoken = document.getElementById("spoken");
  // The same sentence twice would not be a change, and not be read.
  spoken.textContent = spoken.textContent === text ? `${text}\u00a0` : text;
}

/** A paragraph that tells of something. */
export function notice(text, kind = "info", ...more) {
  return h("div", { class: `notice ${kind}`, role: kind === "bad" ? "alert" : "status" }, h("p", {}, text), ...more);
}
