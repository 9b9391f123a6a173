/** Light and dark, and the drawers of a narrow window. */
import { find } from "./dom.js";

const THEME = "theme";

/** The system's choice counts until the person makes one. */
export function startTheme() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = localStorage.getItem(THEME);
  const show = (name) => {
    root.dataset.theme = name;
    find("#theme").setAttribute("aria-pressed", String(name === "dark"));
  };
  show(kept ?? (dark.matches ? "dark" : "light"));
  dark.addEventListener("change", () => localStorage.getItem(THEME) ?? show(dark.matches ? "dark" : "light"));
  find("#theme").addEventListener("click", () => {
    const name = root.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem(THEME, name);
    show(name);
  });
}

/** A button for each side; in a wide window both sides stand open and the buttons are not shown. @returns {() => void} closes all */
export function startDrawers() {
  const openers = [...document.querySelectorAll("[data-drawer]")];
  const set = (opener, isOpen) => {
    opener.setAttribute("aria-expanded", String(isOpen));
    find(`#${opener.dataset.drawer}`).classList.toggle("open", isOpen);
  };
  const closeAll = () => {
    const open = openers.find((opener) => opener.getAttribute("aria-expanded") === "true");
    openers.forEach((opener) => set(opener, false));
    find("#shade").hidden = true;
    open?.focus();
  };
  for (const opener of openers) {
    opener.addEventListener("click", () => {
      const isOpen = opener.getAttribute("aria-expanded") === "true";
      closeAll();
      if (isOpen) return;
      set(opener, true);
      find("#shade").hidden = false;
      find(`#${opener.dataset.drawer}`).focus();
    });
  }
  find("#shade").addEventListener("click", closeAll);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !find("#shade").hidden) closeAll();
  });
  return closeAll;
}
