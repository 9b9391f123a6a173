/** Pictures and other files of a message, wherever the message shows them. */
import { el, find, sizeText } from "./dom.js";
import { icon } from "./icons.js";
import { spoiler } from "./markdown_view.js";

const STORED = /\/attachments\/\d+\/(\d+)\/([^/?#]+)/;
const PICTURE = /\.(png|jpe?g|gif|webp|avif)$/i;

/**
 * @typedef {{id: string, filename: string, size: number, description: string | null, content_type: string | null,
 *   width: number | null, height: number | null, url: string, spoiler: boolean}} Attachment
 */

/** @param {Attachment[]} files @param {string} messageId */
export function attachments(files, messageId) {
  if (!files.length) return null;
  const shown = files.filter(isPicture);
  const rest = files.filter((file) => !isPicture(file));
  return el("div", { class: "attachments" }, shown.length > 0 && gallery(shown.map((file) => toMedia(file)), messageId), ...rest.map(fileCard));
}

/**
 * What a component or an embed means by a media object: the attachment's own data, and an address on this page.
 * Anything from elsewhere has no address here: the page loads nothing from the network.
 * @param {{url: string, attachment_id?: string, width?: number, height?: number}} media @param {Attachment[]} files
 */
export function resolve(media, files) {
  const stored = STORED.exec(media.url ?? "");
  const named = (media.url ?? "").startsWith("attachment://") ? media.url.slice("attachment://".length) : null;
  const id = media.attachment_id ?? stored?.[1];
  const file = files.find((each) => (id === undefined ? each.filename === named : each.id === id));
  const path = file?.url ?? (id && stored ? `/files/${id}/${stored[2]}` : null);
  return { ...toMedia(file ?? media), src: path, link: media.url };
}

/** @param {Attachment[]} files @param {object[]} media those that embeds and components show */
export function unshown(files, media) {
  const used = new Set(media.map((each) => resolve(each, files).src));
  return files.filter((file) => !used.has(file.url));
}

function toMedia(file) {
  const { description, width, height, filename, size } = file;
  return { src: file.url, link: file.url, alt: description ?? "", width, height, spoiler: file.spoiler ?? false, filename, size };
}

function isPicture({ content_type: type, filename }) {
  return type ? type.startsWith("image/") && type !== "image/svg+xml" : PICTURE.test(filename);
}

/** @param {ReturnType<typeof resolve>[]} items @param {string} messageId */
export function gallery(items, messageId) {
  const list = el("div", { class: `gallery gallery-${Math.min(items.length, 4)}` });
  list.append(...items.map((item, index) => covered(item, picture(item, index, items.length), `media ${messageId} ${index}`)));
  return list;
}

/** @param {ReturnType<typeof resolve>} item @param {HTMLElement} shown @param {string} key */
function covered(item, shown, key) {
  return item.spoiler ? spoiler(key, item.alt || "picture", shown) : shown;
}

/** A picture that opens large. @param {ReturnType<typeof resolve>} item */
export function picture(item, index = 0, count = 1) {
  if (!item.src) return el("a", { class: "elsewhere", href: httpOnly(item.link), target: "_blank", rel: "noopener noreferrer" }, "Picture on another site");
  const name = item.alt || item.filename || "Picture";
  const image = el("img", { src: item.src, alt: name, loading: "lazy", width: item.width, height: item.height });
  const place = count > 1 ? `, ${index + 1} of ${count}` : "";
  const open = el("button", { type: "button", class: "picture", "aria-label": `Open picture${place}: ${name}`, data: { focus: `picture ${item.src}` } }, image);
  if (item.alt) open.classList.add("described");
  open.addEventListener("click", () => enlarge(item, name));
  return open;
}

function httpOnly(url) {
  return /^https?:/.test(url ?? "") ? url : null;
}

/** @param {{filename: string, size?: number, src?: string, url?: string, alt?: string, spoiler?: boolean}} file */
function fileCard(file) {
  const address = file.src ?? file.url;
  const card = el("div", { class: "file-card" }, icon("file"));
  const name = file.filename ?? "file";
  card.append(el("span", {}, el("a", { href: address, download: name, data: { focus: `file ${address}` } }, name), file.size === undefined ? null : el("small", {}, sizeText(file.size))));
  return card;
}

/** A File component. @param {ReturnType<typeof resolve>} item @param {string} messageId */
export function fileComponent(item, messageId) {
  const shown = item.src && PICTURE.test(item.filename ?? "") ? picture(item) : fileCard(item);
  return covered(item, shown, `file ${messageId} ${item.src}`);
}

function enlarge(item, name) {
  const dialog = find("#lightbox");
  const details = [item.filename, item.width && `${item.width} × ${item.height}`, item.size && sizeText(item.size)].filter(Boolean);
  dialog.replaceChildren(
    el("img", { src: item.src, alt: name }),
    el("p", {}, item.alt || "No alternative text."),
    el("p", { class: "fine" }, `${details.join(" · ")} `, el("a", { href: item.src, target: "_blank" }, "Open original")),
    el("button", { type: "button", class: "round", "aria-label": "Close", on: { click: () => dialog.close() } }, icon("close")),
  );
  dialog.setAttribute("aria-label", `Picture: ${name}`);
  dialog.showModal();
}
