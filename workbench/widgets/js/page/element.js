// @ts-check
/** Elements of the page. */

/**
 * An element with attributes (`on…`: a listener; false or null: none) and children.
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** Shapes on a grid of 16: glyphs for play and pause are missing from many fonts. */
const SHAPES = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  back: "M10.5 3v10L4.5 8zM12 3h1.5v10H12z",
  forward: "M5.5 3v10l6-5zM2.500 3H4v10H2.500z",
  first: "M3 3h1.500v10H3zM13 3v10L6 8z",
};

/** @param {keyof typeof SHAPES} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/**
 * A button that shows an icon and says its name.
 * @param {keyof typeof SHAPES} name
 * @param {string} label
 * @param {() => void} press
 */
export function iconButton(name, label, press) {
  return element("button", { type: "button", class: "wb-button", "aria-label": label, title: label, onclick: press }, icon(name));
}

/**
 * A labelled choice.
 * @param {string} label
 * @param {[string, string][]} options value and words
 * @param {string} value
 * @param {(value: string) => void} choose
 */
export function choice(label, options, value, choose) {
  const entries = options.map(([key, words]) => element("option", { value: key, selected: key === value }, words));
  const select = element("select", { "aria-label": label, onchange: () => choose(select.value) }, ...entries);
  return element("label", { class: "wb-choice" }, element("span", {}, label), select);
}
