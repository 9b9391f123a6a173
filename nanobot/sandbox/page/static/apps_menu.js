/** The Apps menu of a message. */
import { el } from "./dom.js";

/** @param {HTMLElement} opener gets the focus back @param {string[]} entries @param {(name: string) => void} choose */
export function openMenu(opener, entries, choose) {
  document.querySelector(".menu")?.remove();
  const menu = el("div", { class: "menu", role: "menu", "aria-label": "Apps", data: { testid: "apps-menu", opened: "apps" } });
  const close = () => {
    opener.focus();
    menu.remove();
  };
  const entry = (name) => {
    const pick = () => {
      close();
      choose(name);
    };
    return el("button", { type: "button", role: "menuitem", tabindex: -1, data: { focus: `app ${name}` }, on: { click: pick } }, name);
  };
  menu.append(...(entries.length ? entries.map(entry) : [el("p", { class: "fine" }, "The bot has no entries for messages here.")]));
  menu.addEventListener("keydown", (event) => onKey(event, menu, close));
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget)) queueMicrotask(() => menu.remove());
  });
  opener.parentElement.append(menu);
  menu.tabIndex = -1;
  (menu.querySelector("button") ?? menu).focus();
}

function onKey(event, menu, close) {
  const items = [...menu.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") close();
  else if (next === undefined || !items.length) return;
  else items.at(next % items.length).focus();
  event.preventDefault();
}
