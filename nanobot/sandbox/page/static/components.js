/** Components of messages, https://docs.discord.com/developers/components/reference: old rows of buttons and the new layouts. */
import { act } from "./api.js";
import { choiceMenu } from "./choices.js";
import { el } from "./dom.js";
import { Kind, emojiText } from "./kinds.js";
import { markdown, spoiler } from "./markdown_view.js";
import { fileComponent, gallery, picture, resolve } from "./media.js";
import { complain } from "./notices.js";
import { cssColor } from "./state.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const LINK = 5;

/** @param {object} component @param {{id: string, attachments: import("./media.js").Attachment[]}} message */
export function componentView(component, message) {
  const inside = (items) => (items ?? []).map((item) => componentView(item, message));
  switch (component.type) {
    case Kind.ROW:
      return el("div", { class: "row" }, ...inside(component.components));
    case Kind.BUTTON:
      return button(component, message);
    case Kind.SECTION:
      return el("div", { class: "section" }, el("div", {}, ...inside(component.components)), ...inside([component.accessory].filter(Boolean)));
    case Kind.TEXT:
      return el("div", { class: "text" }, ...markdown(component.content));
    case Kind.THUMBNAIL:
      return el("div", { class: "thumbnail" }, gallery([mediaItem(component, "media", message)], message.id));
    case Kind.GALLERY:
      return gallery(component.items.map((item) => mediaItem(item, "media", message)), message.id);
    case Kind.FILE:
      return fileComponent(mediaItem(component, "file", message), message.id);
    case Kind.SEPARATOR:
      return el("hr", { class: `${component.divider === false ? "no-line" : ""} ${component.spacing === 2 ? "wide" : ""}` });
    case Kind.CONTAINER:
      return container(component, inside(component.components));
    case Kind.STRING_SELECT:
    case Kind.USER_SELECT:
    case Kind.ROLE_SELECT:
    case Kind.MENTIONABLE_SELECT:
    case Kind.CHANNEL_SELECT:
      return choiceMenu(component, (values) => use({ type: "select", message: message.id, custom_id: component.custom_id, values }));
    default:
      return el("p", { class: "fine" }, `A component of type ${component.type}, which this page cannot show.`);
  }
}

/** Every media object that components show, so that no file is shown twice. @param {object[]} components @returns {object[]} */
export function componentMedia(components) {
  return components.flatMap((component) => [
    ...(component.items ?? []).map((item) => item.media),
    ...[component.media, component.file].filter(Boolean),
    ...componentMedia([...(component.components ?? []), component.accessory].filter(Boolean)),
  ]);
}

function mediaItem(holder, field, message) {
  const item = resolve(holder[field], message.attachments);
  return { ...item, alt: holder.description ?? item.alt, filename: item.filename ?? holder.name, size: item.size ?? holder.size, spoiler: holder.spoiler || item.spoiler };
}

function container(component, inside) {
  const box = el("div", { class: "container" }, ...inside);
  const color = cssColor(component.accent_color);
  if (color) box.style.setProperty("--accent-bar", color);
  return component.spoiler ? spoiler(`container ${component.id}`, "hidden part", box) : box;
}

function button(component, message) {
  const label = [emojiText(component.emoji), component.label].filter(Boolean).join(" ");
  if (component.style === LINK) {
    const address = /^(https?|discord):/.test(component.url) ? component.url : null;
    return el("a", { class: "button link", href: address, target: "_blank", rel: "noopener noreferrer" }, label);
  }
  const props = { type: "button", class: `button ${STYLES[component.style] ?? "secondary"}`, disabled: component.disabled };
  const made = el("button", { ...props, data: { focus: `use ${component.custom_id}`, customId: component.custom_id } }, label);
  made.addEventListener("click", async () => {
    if (made.getAttribute("aria-disabled") === "true") return;
    made.setAttribute("aria-disabled", "true");
    await use({ type: "press", message: message.id, custom_id: component.custom_id });
    made.removeAttribute("aria-disabled");
  });
  return made;
}

async function use(action) {
  const answer = await act(action);
  if (!answer.ok) complain(answer.sentence);
}
