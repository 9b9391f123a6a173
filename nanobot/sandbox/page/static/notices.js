/** Short sentences to the person at the page, read out by a screen reader. */
import { el, find } from "./dom.js";
import { icon } from "./icons.js";

const SHOWN_MILLISECONDS = 12000;

/** Show what was refused, and why. @param {string | undefined} sentence */
export function complain(sentence) {
  const notice = el("div", { class: "notice", role: "alert", data: { testid: "notice" } }, el("span", {}, sentence ?? "That did not work."));
  notice.append(el("button", { type: "button", class: "plain", "aria-label": "Close notice", on: { click: () => notice.remove() } }, icon("close")));
  find("#notices").replaceChildren(notice);
  setTimeout(() => notice.remove(), SHOWN_MILLISECONDS);
}

/** Say something to a screen reader alone. @param {string} text */
export function announce(text) {
  const place = find("#announcer");
  if (place.textContent !== text) place.textContent = text;
}
