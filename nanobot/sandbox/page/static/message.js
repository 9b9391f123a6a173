/** One message as Discord's client shows it. */
import { componentMedia, componentView } from "./components.js";
import { el } from "./dom.js";
import { embedMedia, embedView } from "./embeds.js";
import { icon } from "./icons.js";
import { inlineMarkdown, markdown } from "./markdown_view.js";
import { attachments, unshown } from "./media.js";
import { colorOf } from "./state.js";
import { shortMoment } from "./timestamps.js";

const COMPONENTS_V2 = 1 << 15;
const HUES = 6;
/** Names of slash commands have neither capitals nor blanks; those of the Apps menu may. */
const SLASH_NAME = /^[^\s/A-Z]+$/;

/**
 * @typedef {{id: string, author: {id: string, name: string, bot: boolean}, content: string, timestamp: string, edited: boolean,
 *   ephemeral: boolean, thinking: boolean, command: {name: string, user: string} | null,
 *   reply_to: {id: string, author: string, excerpt: string} | null, mentions_me: boolean, attachments: object[], embeds: object[],
 *   components: object[], flags: number, mine: boolean, deletable: boolean, compact?: boolean}} Message
 * @typedef {{reply: (message: Message) => void, apps: (message: Message, opener: HTMLElement) => void, remove: (message: Message) => void}} Actions
 */

/** @param {Message} message @param {Actions} actions */
export function messageView(message, actions) {
  const names = ["message"];
  if (message.compact) names.push("compact");
  if (message.mentions_me) names.push("mentions-me");
  if (message.ephemeral) names.push("ephemeral");
  const nameId = `author-${message.id}`;
  const article = el("article", {
    class: names.join(" "),
    id: `message-${message.id}`,
    tabindex: -1,
    "aria-labelledby": nameId,
    data: { testid: "message", messageId: message.id, author: message.author.name, focus: "message" },
  });
  article.append(
    ...lead(message),
    avatar(message.author.id, message.author.name, message.author.bot),
    header(message, nameId),
    el("div", { class: "body" }, ...body(message)),
    toolbar(message, actions),
  );
  return article;
}

/** A command that the bot left unanswered. @param {{command: string, key: string}} failure @param {() => void} dismiss */
export function failureView(failure, dismiss) {
  const words = failure.command ? `/${failure.command}: ` : "";
  const note = el("p", { class: "fine" }, "Only you can see this · ", el("button", { type: "button", class: "textual", on: { click: dismiss } }, "Dismiss message"));
  return el("div", { class: "failure", data: { testid: "did-not-respond" } }, el("p", {}, `${words}The application did not respond`), note);
}

/** A round badge with the first letter of a name. @param {string} id @param {string} name */
export function avatar(id, name, isBot = false) {
  const hue = [...String(id)].reduce((sum, digit) => sum + digit.charCodeAt(0), 0) % HUES;
  return el("span", { class: `avatar ${isBot ? "hue-bot" : `hue-${hue}`}`, "aria-hidden": "true" }, isBot ? icon("bot") : name.slice(0, 1).toUpperCase());
}

function lead({ reply_to: reply, command, author }) {
  if (command) {
    const used = el("span", { class: "mention" }, SLASH_NAME.test(command.name) ? `/${command.name}` : command.name);
    return [el("p", { class: "lead" }, icon("reply"), el("span", {}, el("strong", {}, command.user), " used ", used))];
  }
  if (!reply) return [];
  const excerpt = el("span", { class: "excerpt" }, ...inlineMarkdown((reply.excerpt || "a picture or a file").split("\n")[0]));
  const words = reply.author ? [el("strong", {}, `@${reply.author}`), " ", excerpt] : ["Original message was deleted"];
  return [el("p", { class: "lead" }, icon("reply"), el("span", { class: "visually-hidden" }, `${author.name} replied to `), el("a", { href: `#message-${reply.id}`, data: { jump: reply.id, focus: "lead" } }, ...words))];
}

function header({ author, timestamp }, id) {
  const name = el("strong", { class: "author" }, author.name);
  const color = colorOf(author.id);
  if (color) name.style.setProperty("--role", color);
  const when = el("time", { datetime: timestamp, class: "fine" }, shortMoment(timestamp, Date.now()));
  return el("h3", { id }, name, " ", author.bot && el("span", { class: "badge" }, "APP"), " ", when);
}

function body(message) {
  if (message.thinking) return [el("p", { class: "thinking" }, dots(), `${message.author.name} is thinking…`), ...whisper(message)];
  const hasLayout = Boolean(message.flags & COMPONENTS_V2);
  const media = [...componentMedia(message.components), ...message.embeds.flatMap(embedMedia)];
  const files = hasLayout ? [] : unshown(message.attachments, media);
  const content = el("div", { class: "text content" }, ...markdown(message.content));
  if (message.edited) (content.lastElementChild ?? content).append(el("small", { class: "edited" }, " (edited)"));
  return [
    message.content ? content : null,
    attachments(files, message.id),
    ...message.embeds.map((embed) => embedView(embed, message.attachments)),
    message.components.length ? el("div", { class: "components" }, ...message.components.map((each) => componentView(each, message))) : null,
    ...whisper(message),
  ].filter(Boolean);
}

/** @returns {HTMLElement} */
export function dots() {
  return el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
}

function whisper({ ephemeral }) {
  if (!ephemeral) return [];
  const dismiss = el("button", { type: "button", class: "textual", data: { dismiss: "", testid: "dismiss", focus: "dismiss" } }, "Dismiss message");
  return [el("p", { class: "fine whisper", data: { testid: "only-you" } }, "Only you can see this · ", dismiss)];
}

function toolbar(message, actions) {
  const bar = el("div", { class: "toolbar", role: "group", "aria-label": "Message actions" });
  const add = (name, picture, run, extra = {}) => {
    const made = el("button", { type: "button", class: "plain", tabindex: -1, "aria-label": name, title: name, data: { focus: name }, ...extra }, icon(picture));
    made.addEventListener("click", () => run(made));
    made.addEventListener("reopen", () => run(made));
    bar.append(made);
  };
  if (!message.ephemeral && !message.thinking) {
    add("Reply", "reply", () => actions.reply(message));
    add("Apps", "apps", (opener) => actions.apps(message, opener), { "aria-haspopup": "menu", "data-opens": "apps" });
  }
  if (message.deletable && !message.ephemeral) add("Delete message", "bin", () => actions.remove(message));
  return bar;
}
