/** Builds DOM without ever parsing markup, and keeps keyed lists in step with snapshots. */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [props] `class`, `on: {event: listener}`, `data: {…}`; booleans become attributes; others are set as attributes
 * @param {...(Node | string | null | undefined | false)} children
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  else if (name === "data") Object.assign(element.dataset, value);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** @param {string} selector @returns {HTMLElement} */
export function find(selector) {
  const element = document.querySelector(selector);
  if (element === null) throw new Error(`${selector} is not on the page`);
  return element;
}

/**
 * Make the children of `parent` show `items`: what did not change stays the same node.
 * @template T
 * @param {HTMLElement} parent @param {T[]} items @param {(item: T) => string} keyOf @param {(item: T) => HTMLElement} render
 */
export function renderKeyed(parent, items, keyOf, render) {
  const keys = new Set(items.map(keyOf));
  // What is gone goes first: whoever has to be moved past it would lose the focus and close its menu.
  for (const child of [...parent.children]) if (!keys.has(child.dataset.key)) child.remove();
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let at = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const stamp = JSON.stringify(item);
    let node = old.get(key);
    if (node === undefined) node = stamped(render(item), key, stamp);
    else if (stamps.get(node) !== stamp) {
      const fresh = stamped(render(item), key, stamp);
      if (node === at) at = fresh;
      replaceKeeping(node, fresh);
      node = fresh;
    }
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
}

const stamps = new WeakMap();

function stamped(node, key, stamp) {
  node.dataset.key = key;
  stamps.set(node, stamp);
  return node;
}

/** Put `fresh` in place of `old` without losing loaded pictures, opened spoilers, menus and details, or the focus. */
function replaceKeeping(old, fresh) {
  const focus = old.contains(document.activeElement) ? (document.activeElement.dataset.focus ?? "") : null;
  const loaded = [...old.querySelectorAll("img")];
  for (const picture of fresh.querySelectorAll("img")) {
    const same = loaded.findIndex((each) => each.src === picture.src && each.className === picture.className && each.alt === picture.alt);
    if (same !== -1) picture.replaceWith(...loaded.splice(same, 1));
  }
  const open = [...old.querySelectorAll("[data-opened]")].map((each) => each.dataset.opened);
  for (const name of open) {
    const again = fresh.querySelector(`[data-opens="${CSS.escape(name)}"]`);
    again?.dispatchEvent(new CustomEvent("reopen"));
  }
  if (old.matches("details")) fresh.open = old.open;
  if (old.tabIndex === 0) fresh.tabIndex = 0;
  old.replaceWith(fresh);
  if (focus === null) return;
  const target = focus && fresh.querySelector(`[data-focus="${CSS.escape(focus)}"]`);
  (target || fresh).focus({ preventScroll: true });
}

/** @param {number} bytes */
export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
