// @ts-check
/** One input for one number, switch, choice or text: how it shows a value and what it says when it is turned. */

import { element } from "../page/element.js";
import { numberText, placeOf, sliderOf, typedNumber, valueAt } from "./scale.js";

/** @typedef {import("./scale.js").Part} Part */

/**
 * What a panel needs of an input.
 * @typedef {{cells: HTMLElement[], show: (part: Part) => void, value: () => unknown, enable: (on: boolean) => void}} Input
 */

/**
 * The input for a part. `turned` is called with every new value, `refused` with what was typed and is no number.
 * @param {Part} part
 * @param {string} label
 * @param {() => void} turned
 * @param {(text: string) => void} refused
 * @returns {Input}
 */
export function inputFor(part, label, turned, refused) {
  if (part.kind === "number" || part.kind === "integer") return numberInput(label, turned, refused);
  if (part.kind === "switch") return switchInput(label, turned);
  if (part.kind === "choice") return choiceInput(part, label, turned);
  return textInput(label, turned);
}

/**
 * A slider for the comfortable range and a box for the exact value.
 * @param {string} label
 * @param {() => void} turned
 * @param {(text: string) => void} refused
 * @returns {Input}
 */
function numberInput(label, turned, refused) {
  /** @type {Part} */
  let part;
  /** @type {any} */
  let value = null;
  const slider = element("input", { type: "range", class: "wb-slider", "aria-label": label });
  const box = element("input", { type: "text", inputmode: "decimal", class: "wb-box", "aria-label": `${label}, exact` });
  const unit = element("span", { class: "wb-unit" });
  const tell = (/** @type {any} */ next) => {
    value = next;
    box.value = value === null ? "" : boxText(value);
    slider.setAttribute("aria-valuetext", `${box.value} ${part.unit}`.trim());
  };
  slider.addEventListener("input", () => {
    tell(valueAt(part, Number(slider.value)));
    turned();
  });
  box.addEventListener("change", () => {
    const typed = typedNumber(part, box.value);
    if (typed === null) return refused(box.value);
    tell(typed);
    turned();
  });
  const show = (/** @type {Part} */ next) => {
    part = next;
    Object.assign(slider, sliderOf(part));
    slider.value = String(placeOf(part, Number(part.value ?? middle(part))));
    unit.textContent = part.unit;
    tell(part.value);
  };
  const enable = (/** @type {boolean} */ on) => void (slider.disabled = box.disabled = !on);
  return { cells: [slider, box, unit], show, value: () => value ?? middle(part), enable };
}

/**
 * Where a slider stands whose value is left to the workbench: in the middle, which is where a picture is cut out.
 * @param {Part} part
 */
function middle(part) {
  return valueAt(part, (placeOf(part, part.low) + placeOf(part, part.high)) / 2);
}

/** @param {number | string} value whole numbers beyond 2^53 come as text */
function boxText(value) {
  return typeof value === "string" || Number.isInteger(value) ? String(value) : numberText(value, 7).replace("−", "-");
}

/**
 * @param {string} label
 * @param {() => void} turned
 * @returns {Input}
 */
function switchInput(label, turned) {
  const box = element("input", { type: "checkbox", "aria-label": label, onchange: turned });
  const show = (/** @type {Part} */ part) => void (box.checked = Boolean(part.value));
  return { cells: [box], show, value: () => box.checked, enable: (on) => void (box.disabled = !on) };
}

/**
 * @param {Part} part
 * @param {string} label
 * @param {() => void} turned
 * @returns {Input}
 */
function choiceInput(part, label, turned) {
  const choices = part.choices ?? [];
  const entries = choices.map((one, k) => element("option", { value: k }, String(one)));
  const select = element("select", { "aria-label": label, onchange: turned }, ...entries);
  const show = (/** @type {Part} */ next) => void (select.value = String(choices.indexOf(/** @type {any} */ (next.value))));
  return { cells: [select], show, value: () => choices[Number(select.value)], enable: (on) => void (select.disabled = !on) };
}

/**
 * @param {string} label
 * @param {() => void} turned
 * @returns {Input}
 */
function textInput(label, turned) {
  const box = element("input", { type: "text", class: "wb-text", spellcheck: "false", "aria-label": label, onchange: turned });
  const show = (/** @type {Part} */ part) => void (box.value = String(part.value ?? ""));
  return { cells: [box], show, value: () => box.value, enable: (on) => void (box.disabled = !on) };
}
