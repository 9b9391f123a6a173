/** Makes DOM of parsed markdown. Text only ever becomes text nodes; links are those that the parser let through. */
import { el } from "./dom.js";
import { parseInline, parseMarkdown, plainText } from "./markdown.js";
import { formatTimestamp } from "./timestamps.js";
import { now, whoIs } from "./state.js";

const PLAIN_TAGS = { bold: "strong", italic: "em", underline: "u", strike: "s", paragraph: "p", item: "li", quote: "blockquote", subtext: "small" };
/** Whatever its size, a heading in a message stands below the name of its author. */
const BELOW_AUTHOR = 4;
const JUMP = /^https:\/\/discord\.com\/channels\/[^/]+\/(\d+)(?:\/(\d+))?$/;

/** @param {string} text @returns {HTMLElement[]} blocks */
export function markdown(text) {
  return parseMarkdown(text ?? "").map((node) => view(node));
}

/** @param {string} text @returns {(HTMLElement | string)[]} one line */
export function inlineMarkdown(text) {
  return parseInline(text ?? "").map((node) => view(node));
}

/** Let every shown timestamp say what it says now. */
export function refreshTimestamps() {
  for (const time of document.querySelectorAll("time[data-seconds]")) {
    const text = formatTimestamp(Number(time.dataset.seconds), time.dataset.form, now());
    if (time.firstChild.data !== text) time.firstChild.data = text;
  }
}

/** @param {number} seconds @param {string} form */
export function timestamp(seconds, form) {
  const props = { datetime: new Date(seconds * 1000).toISOString(), title: formatTimestamp(seconds, "F", now()), class: "stamp" };
  return el("time", { ...props, data: { seconds, form } }, formatTimestamp(seconds, form, now()));
}

/** Something hidden until it is chosen. @param {string} key @param {string} name @param {HTMLElement} hidden */
export function spoiler(key, name, hidden) {
  const cover = el("button", { type: "button", class: "cover", "aria-label": `Spoiler, show ${name}`, data: { opens: key } }, "Spoiler");
  const holder = el("span", { class: "spoiler" }, hidden, cover);
  hidden.inert = true;
  const reveal = () => {
    hidden.inert = false;
    holder.dataset.opened = key;
    cover.remove();
  };
  cover.addEventListener("click", reveal);
  cover.addEventListener("reopen", reveal);
  return holder;
}

function children(node) {
  return node.children.map((child) => view(child));
}

function view(node) {
  if (node.type in PLAIN_TAGS) return el(PLAIN_TAGS[node.type], {}, ...children(node));
  switch (node.type) {
    case "text":
      return document.createTextNode(node.text);
    case "code":
      return el("code", {}, node.text);
    case "codeblock":
      return el("pre", { tabindex: 0, "aria-label": node.language ? `Code, ${node.language}` : "Code" }, el("code", {}, node.text));
    case "heading":
      return el("p", { class: `heading heading-${node.level}`, role: "heading", "aria-level": BELOW_AUTHOR }, ...children(node));
    case "list":
      return node.start === null ? el("ul", {}, ...children(node)) : el("ol", { start: node.start }, ...children(node));
    case "spoiler":
      return spoiler(`text ${plainText(node.children)}`, "hidden text", el("span", { class: "hidden-text" }, ...children(node)));
    case "timestamp":
      return timestamp(node.seconds, node.style);
    case "mention":
      return mention(node);
    case "command":
      return el("span", { class: "mention" }, node.text);
    case "link":
      return link(node);
    default:
      throw new Error(`no view for ${node.type}`);
  }
}

function mention({ kind, id }) {
  const found = whoIs(kind, id);
  const pill = el("span", { class: "mention" }, found.text);
  if (found.color) pill.style.setProperty("--role", found.color);
  return pill;
}

function link(node) {
  const jump = JUMP.exec(node.url);
  if (jump) return jumpLink(node, jump[1], jump[2]);
  const inside = node.children.map((child) => (child.type === "link" ? document.createTextNode(child.url) : view(child)));
  return el("a", { href: node.url, target: "_blank", rel: "noopener noreferrer", title: node.url }, ...inside);
}

/** An address of a message leads to it on this page. */
function jumpLink(node, channel, message) {
  const isBare = node.children.length === 1 && node.children[0].text === node.url;
  const place = whoIs("channel", channel).text;
  const words = isBare ? [`${place}${message ? " › message" : ""}`] : children(node);
  return el("a", { class: isBare ? "mention" : null, href: `#message-${message ?? ""}`, data: { jump: message ?? "", channel } }, ...words);
}
