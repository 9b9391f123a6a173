/**
 * Fields of a form, https://docs.discord.com/developers/components/reference#label.
 *
 * @typedef {{id: string, element: HTMLElement, isGroup?: boolean, answer?: () => string | boolean | string[] | null,
 *   uploads?: () => import("./uploads.js").Upload[]}} Field `answer` is null where nothing is to be sent
 */
import { choicesOf } from "./choices.js";
import { el } from "./dom.js";
import { Kind } from "./kinds.js";
import { beginUpload, endUpload, uploadChip } from "./uploads.js";

const PARAGRAPH = 2;
const LONGEST_TEXT = 4000;

/** @param {object} component @param {string} id of the element that a label points to @returns {Field} */
export function fieldOf(component, id) {
  const made = build(component, id);
  made.element.dataset.testid = `field-${component.custom_id}`;
  return { id: component.custom_id, ...made };
}

function build(component, id) {
  switch (component.type) {
    case Kind.TEXT_INPUT:
      return textInput(component, id);
    case Kind.UPLOAD:
      return fileUpload(component, id);
    case Kind.RADIO_GROUP:
      return radioGroup(component, id);
    case Kind.CHECKBOX_GROUP:
      return checkboxGroup(component, id);
    case Kind.CHECKBOX:
      return checkbox(component, id);
    default:
      return (component.max_values ?? 1) > 1 ? checkboxGroup(component, id) : select(component, id);
  }
}

const isRequired = (component) => component.required ?? true;

function textInput(component, id) {
  const isLong = component.style === PARAGRAPH;
  const longest = component.max_length ?? LONGEST_TEXT;
  const limits = { required: isRequired(component), minlength: component.min_length, maxlength: longest, placeholder: component.placeholder };
  const field = isLong ? el("textarea", { id, rows: 4, ...limits }) : el("input", { id, type: "text", ...limits });
  field.value = component.value ?? "";
  const counter = el("small", { class: "counter", "aria-hidden": "true" });
  const count = () => (counter.textContent = `${field.value.length}/${longest}`);
  field.addEventListener("input", count);
  count();
  return { element: el("div", { class: "field-box" }, field, counter), answer: () => field.value };
}

function select(component, id) {
  const needed = isRequired(component) && component.min_values !== 0;
  const field = el("select", { id, required: needed });
  field.append(el("option", { value: "" }, component.placeholder ?? "Make a selection"));
  for (const { label, value, detail, isDefault } of choicesOf(component)) {
    field.append(el("option", { value, selected: isDefault }, detail ? `${label} (${detail})` : label));
  }
  return { element: el("div", {}, field), answer: () => (field.value ? [field.value] : []) };
}

function radioGroup(component, id) {
  const boxes = choicesOf(component).map((choice) => tick("radio", `${id}-choice`, choice, isRequired(component)));
  const answer = () => boxes.find(({ input }) => input.checked)?.input.value ?? null;
  return { element: el("div", { class: "ticks" }, ...boxes.map(({ row }) => row)), isGroup: true, answer };
}

function checkboxGroup(component, id) {
  const boxes = choicesOf(component).map((choice) => tick("checkbox", `${id}-choice`, choice, false));
  const most = component.max_values ?? boxes.length;
  const fewest = isRequired(component) ? (component.min_values ?? 1) : 0;
  const chosen = () => boxes.filter(({ input }) => input.checked).map(({ input }) => input.value);
  const check = () => {
    const count = chosen().length;
    for (const { input } of boxes) input.disabled = !input.checked && count >= most;
    boxes[0]?.input.setCustomValidity(count < fewest ? `Choose at least ${fewest}.` : "");
  };
  const element = el("div", { class: "ticks", on: { change: check } }, ...boxes.map(({ row }) => row));
  check();
  return { element, isGroup: true, answer: chosen };
}

function checkbox(component, id) {
  const input = el("input", { type: "checkbox", id, checked: component.default });
  return { element: el("div", { class: "ticks" }, input), answer: () => input.checked };
}

function tick(type, name, { label, value, detail, isDefault }, required) {
  const input = el("input", { type, name, value, checked: isDefault, required });
  return { input, row: el("label", {}, input, el("span", {}, label, detail && el("small", {}, detail))) };
}

function fileUpload(component, id) {
  const most = component.max_values ?? 1;
  const fewest = isRequired(component) ? (component.min_values ?? 1) : 0;
  let entries = [];
  const field = el("input", { type: "file", id, multiple: most > 1 });
  const list = el("ul", { class: "tray" });
  const show = () => {
    list.replaceChildren(...entries.map((entry) => uploadChip(entry, "", () => remove(entry))));
    field.setCustomValidity(entries.length < fewest ? `Choose ${fewest === 1 ? "a file" : `at least ${fewest} files`}.` : "");
  };
  const remove = (entry) => {
    entries = entries.filter((each) => each !== entry);
    endUpload(entry);
    show();
  };
  field.addEventListener("change", () => {
    const room = most === 1 ? 1 : most - entries.length;
    if (most === 1) entries.forEach(endUpload);
    const fresh = [...field.files].slice(0, room).map((file) => beginUpload(file, null, show));
    entries = most === 1 ? fresh : [...entries, ...fresh];
    field.value = "";
    show();
  });
  show();
  return { element: el("div", {}, field, list), uploads: () => entries };
}
