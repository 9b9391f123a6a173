/** The form that the bot opened on this person's screen. The browser's own dialog keeps the focus in and gives it back. */
import { act, seatNow } from "./api.js";
import { el, find } from "./dom.js";
import { fieldOf } from "./fields.js";
import { Kind } from "./kinds.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown_view.js";
import { settled } from "./uploads.js";

const dialog = find("#form");
let openId = null;
let leftId = null;

export function startModal() {
  dialog.addEventListener("close", () => {
    if (openId === null || dialog.open) return;
    leave();
    // Discord's client tells the bot nothing of it: this is so that the form does not come back here.
    act({ type: "close", modal: leftId });
  });
}

/** @param {{id: string, title: string, components: object[]} | null} modal */
export function showModal(modal) {
  const id = modal === null || modal.id === leftId ? null : modal.id;
  if (id === openId) return;
  openId = id;
  if (dialog.open) dialog.close();
  if (id === null) return;
  dialog.replaceChildren(formOf(modal));
  dialog.showModal();
  dialog.querySelector("input:not([disabled]), textarea, select")?.focus();
}

function formOf(modal) {
  const fields = [];
  const parts = modal.components.flatMap((component, index) => partsOf(component, `field-${index}`, fields));
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const submit = el("button", { type: "submit", class: "button primary", data: { testid: "modal-submit" } }, "Submit");
  const cancel = el("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Cancel");
  const close = el("button", { type: "button", class: "plain", "aria-label": "Close form", on: { click: () => dialog.close() } }, icon("close"));
  const form = el("form", {}, el("header", {}, el("h2", { id: "form-title" }, modal.title), close), el("div", { class: "fields-list" }, ...parts), el("footer", { class: "row" }, problem, cancel, submit));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    const sentence = await submitted(modal, fields);
    submit.disabled = false;
    problem.textContent = sentence ?? "";
    problem.hidden = sentence === null;
    if (sentence !== null || openId !== modal.id) return;
    leave();
    dialog.close();
  });
  return form;
}

/** @returns {Promise<string | null>} what was refused */
async function submitted(modal, fields) {
  const seat = seatNow();
  const files = fields.filter(({ uploads }) => uploads);
  const wrong = await settled(files.flatMap(({ uploads }) => uploads()));
  if (wrong) return wrong;
  const answers = fields.filter(({ answer }) => answer).map(({ id, answer }) => [id, answer()]);
  const uploads = files.map(({ id, uploads: chosen }) => [id, chosen().map(({ upload }) => upload)]);
  const given = Object.fromEntries(answers.filter(([, value]) => value !== null));
  const result = await act({ type: "submit", modal: modal.id, answers: given, uploads: Object.fromEntries(uploads) }, seat);
  return result.ok ? null : (result.sentence ?? "Something went wrong. Try again.");
}

function partsOf(component, id, fields) {
  if (component.type === Kind.TEXT) return [el("div", { class: "text" }, ...markdown(component.content))];
  if (component.type === Kind.LABEL) return [labelled(component.label, component.description, component.component, id, fields)];
  return (component.components ?? []).map((inner, index) => labelled(inner.label ?? "", null, inner, `${id}-${index}`, fields));
}

function labelled(label, description, component, id, fields) {
  const field = fieldOf(component, id);
  fields.push(field);
  const isNeeded = component.type !== Kind.CHECKBOX && (component.required ?? true);
  const star = isNeeded && el("span", { class: "problem", "aria-hidden": "true" }, " *");
  const detail = description && el("small", { id: `${id}-about` }, description);
  if (field.isGroup) return el("fieldset", { class: "field", "aria-describedby": description ? `${id}-about` : null }, el("legend", {}, label, star), detail, field.element);
  field.element.querySelector(`#${id}`).setAttribute("aria-describedby", description ? `${id}-about` : "");
  return el("div", { class: "field" }, el("label", { for: id }, label, star), detail, field.element);
}

/** What the server still says of this form is old news. */
function leave() {
  leftId = openId;
  openId = null;
}
