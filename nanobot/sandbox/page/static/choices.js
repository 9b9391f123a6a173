/** A select menu under a message: a button and a list that sends only when something was really chosen. */
import { el } from "./dom.js";
import { Kind, emojiText } from "./kinds.js";
import { channelTitle, everybody, state } from "./state.js";

let made = 0;

/** What a select offers, in a message or in a form. @param {object} component @returns {{label: string, value: string, detail?: string, isDefault: boolean}[]} */
export function choicesOf(component) {
  const defaults = new Set((component.default_values ?? []).map(({ id }) => id));
  const offer = (label, value, id) => ({ label, value, isDefault: defaults.has(id) });
  const people = () => everybody().map(({ id, name }) => offer(`@${name}`, `<@${id}>`, id));
  const roles = () => state.roles.map(({ id, name }) => offer(`@${name.replace(/^@/, "")}`, `<@&${id}>`, id));
  switch (component.type) {
    case Kind.USER_SELECT:
      return people();
    case Kind.ROLE_SELECT:
      return roles();
    case Kind.MENTIONABLE_SELECT:
      return [...people(), ...roles()];
    case Kind.CHANNEL_SELECT:
      return state.channels.filter(({ kind }) => kind === "text").map((each) => offer(channelTitle(each), `<#${each.id}>`, each.id));
    default:
      return component.options.map((option) => ({
        label: [emojiText(option.emoji), option.label].filter(Boolean).join(" "),
        value: option.value,
        detail: option.description,
        isDefault: option.default ?? false,
      }));
  }
}

/** @param {object} component @param {(values: string[]) => void} send */
export function choiceMenu(component, send) {
  const offered = choicesOf(component);
  const [fewest, most] = [component.min_values ?? 1, component.max_values ?? 1];
  const chosen = new Set(offered.filter(({ isDefault }) => isDefault).map(({ value }) => value));
  const listId = `choices-${(made += 1)}`;
  const caption = component.placeholder ?? "Make a selection";
  const props = { type: "button", class: "select", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": listId };
  const opener = el("button", { ...props, disabled: component.disabled, data: { focus: `use ${component.custom_id}`, customId: component.custom_id } });
  const list = el("ul", { id: listId, role: "listbox", class: "choices", tabindex: -1, "aria-label": caption, "aria-multiselectable": most > 1 ? "true" : null, hidden: true });
  let active = 0;

  const showChosen = () => {
    const labels = offered.filter(({ value }) => chosen.has(value)).map(({ label }) => label);
    opener.replaceChildren(labels.join(", ") || caption);
    opener.setAttribute("aria-label", labels.length ? `${caption}: ${labels.join(", ")}` : caption);
    for (const [index, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(chosen.has(offered[index].value)));
  };
  const move = (index) => {
    active = Math.max(0, Math.min(offered.length - 1, index));
    for (const [at, item] of [...list.children].entries()) item.classList.toggle("active", at === active);
    list.setAttribute("aria-activedescendant", `${listId}-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  const open = () => {
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    move(Math.max(0, offered.findIndex(({ value }) => chosen.has(value))));
    list.focus();
  };
  const before = () => JSON.stringify([...chosen].sort());
  let sent = before();
  const close = ({ keep }) => {
    if (list.hidden) return;
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    if (!keep || before() === sent || chosen.size < fewest) return;
    sent = before();
    send([...chosen]);
  };
  const toggle = (index) => {
    const { value } = offered[index];
    if (most === 1) {
      chosen.clear();
      chosen.add(value);
    } else if (!chosen.delete(value) && chosen.size < most) chosen.add(value);
    showChosen();
    if (most > 1) return;
    sent = "";
    opener.focus();
    close({ keep: true });
  };
  const keys = {
    ArrowDown: () => move(active + 1),
    ArrowUp: () => move(active - 1),
    Home: () => move(0),
    End: () => move(offered.length - 1),
    Enter: () => toggle(active),
    " ": () => toggle(active),
    Escape: () => (opener.focus(), close({ keep: most > 1 })),
  };

  list.append(...offered.map((choice, index) => option(choice, `${listId}-${index}`, () => toggle(index))));
  opener.addEventListener("click", () => (list.hidden ? open() : close({ keep: true })));
  list.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  const holder = el("div", { class: "select-holder" }, opener, list);
  holder.addEventListener("focusout", (event) => {
    if (!holder.contains(event.relatedTarget)) close({ keep: true });
  });
  showChosen();
  return holder;
}

function option({ label, detail }, id, choose) {
  const item = el("li", { id, role: "option" }, el("span", {}, label), detail && el("small", {}, detail));
  item.addEventListener("mousedown", (event) => event.preventDefault());
  item.addEventListener("click", choose);
  return item;
}
