/** The list of suggestions above the composer: which one is active, and what choosing means. The focus stays in the text. */
import { el, find } from "./dom.js";
import { announce } from "./notices.js";

const list = find("#suggestions");
let items = [];
let active = -1;
let isPicked = false;
let input = null;
let choose = (_item) => {};
let leave = () => {};

/**
 * @param {HTMLTextAreaElement} field @param {(item: import("./suggestions.js").Suggestion) => void} onChoose
 * @param {() => void} onLeave the person wants no list here; whoever offers closes it
 */
export function startCompletion(field, onChoose, onLeave) {
  input = field;
  choose = onChoose;
  leave = onLeave;
  // A press on the list, or on its scroll bar, is not to take the focus from the text, which would close it.
  list.addEventListener("mousedown", (event) => event.preventDefault());
}

/** @param {import("./suggestions.js").Suggestion[]} offered @param {boolean} isEager whether the first is active at once @param {string} note */
export function offer(offered, isEager, note = "") {
  items = offered;
  const rows = items.map((item, index) => row(item, index));
  if (note) rows.push(el("li", { class: "note", role: "presentation" }, note));
  list.replaceChildren(...rows);
  list.hidden = rows.length === 0;
  input.setAttribute("aria-expanded", String(items.length > 0));
  isPicked = false;
  activate(isEager && items.length ? 0 : -1);
  // Emptied too, since the same number of suggestions would not be read out twice.
  announce(items.length ? `${items.length} suggestion${items.length === 1 ? "" : "s"}` : "");
}

/** Offer what came late for the same line: what the person went to with the arrows stays the active one. */
export function renewOffer(offered, isEager, note = "") {
  const picked = isPicked ? items[active]?.label : null;
  offer(offered, isEager, note);
  const index = items.findIndex(({ label }) => label === picked);
  if (index === -1) return;
  isPicked = true;
  activate(index);
}

export function dismissOffer() {
  offer([], false);
}

/**
 * Let the list have a key before the text does.
 * @param {KeyboardEvent} event @returns {boolean} whether it was for the list
 */
export function takesKey(event) {
  if (list.hidden || event.isComposing) return false;
  if (event.key === "Escape") return leave(), true;
  if (!items.length) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) return (isPicked = true), activate(next(step)), true;
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
  made.addEventListener("click", () => choose(item));
  return made;
}
