/** The list of suggestions above the composer: which one is active, and what choosing means. The focus stays in the text. */
import { el, find } from "./dom.js";
import { announce } from "./notices.js";

const list = find("#suggestions");
let items = [];
let active = -1;
let input = null;
let choose = (_item) => {};

/** @param {HTMLTextAreaElement} field @param {(item: import("./suggestions.js").Suggestion) => void} onChoose */
export function startCompletion(field, onChoose) {
  input = field;
  choose = onChoose;
}

/** @param {import("./suggestions.js").Suggestion[]} offered @param {boolean} isEager whether the first is active at once @param {string} note */
export function offer(offered, isEager, note = "") {
  items = offered;
  const rows = items.map((item, index) => row(item, index));
  if (note) rows.push(el("li", { class: "note", role: "presentation" }, note));
  list.replaceChildren(...rows);
  list.hidden = rows.length === 0;
  input.setAttribute("aria-expanded", String(items.length > 0));
  activate(isEager && items.length ? 0 : -1);
  if (items.length) announce(`${items.length} suggestion${items.length === 1 ? "" : "s"}`);
}

export function dismissOffer() {
  offer([], false);
}

/**
 * Let the list have a key before the text does.
 * @param {KeyboardEvent} event @returns {boolean} whether it was for the list
 */
export function takesKey(event) {
  if (!items.length || event.isComposing) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) return activate(next(step)), true;
  if (event.key === "Escape") return dismissOffer(), true;
  const isChoice = (event.key === "Enter" && active >= 0) || event.key === "Tab";
  if (!isChoice || event.shiftKey) return false;
  choose(items[Math.max(active, 0)]);
  return true;
}

function next(step) {
  if (active === -1) return step > 0 ? 0 : items.length - 1;
  return (active + step + items.length) % items.length;
}

function activate(index) {
  active = index;
  for (const [at, item] of [...list.children].entries()) if (at < items.length) item.setAttribute("aria-selected", String(at === index));
  if (index === -1) input.removeAttribute("aria-activedescendant");
  else input.setAttribute("aria-activedescendant", `suggestion-${index}`);
  list.children[index]?.scrollIntoView({ block: "nearest" });
}

function row(item, index) {
  const made = el("li", { id: `suggestion-${index}`, role: "option", "aria-selected": "false" }, el("span", {}, item.label), item.detail && el("small", {}, item.detail));
  made.addEventListener("mousedown", (event) => event.preventDefault());
  made.addEventListener("click", () => choose(item));
  return made;
}
