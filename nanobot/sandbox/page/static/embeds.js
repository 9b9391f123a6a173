/** Embeds, as https://docs.discord.com/developers/resources/message#embed-object describes them. */
import { el } from "./dom.js";
import { inlineMarkdown, markdown } from "./markdown_view.js";
import { picture, resolve } from "./media.js";
import { cssColor } from "./state.js";
import { shortMoment } from "./timestamps.js";

/** @param {object} embed @param {import("./media.js").Attachment[]} files */
export function embedView(embed, files) {
  const card = el("article", { class: "embed", "aria-label": embed.title ? `Embed: ${embed.title}` : "Embed" });
  const color = cssColor(embed.color);
  if (color) card.style.setProperty("--accent-bar", color);
  const body = el(
    "div",
    { class: "embed-body" },
    embed.author?.name && el("p", { class: "embed-author" }, linked(embed.author.url, [embed.author.name])),
    embed.title && el("p", { class: "embed-title" }, linked(embed.url, inlineMarkdown(embed.title))),
    embed.description && el("div", { class: "text" }, ...markdown(embed.description)),
    embed.fields?.length && el("dl", { class: "fields" }, ...embed.fields.map(field)),
  );
  card.append(body);
  if (embed.thumbnail) card.append(el("div", { class: "thumbnail" }, picture(resolve(embed.thumbnail, files))));
  if (embed.image) card.append(el("div", { class: "embed-image" }, picture(resolve(embed.image, files))));
  const footer = [embed.footer?.text, embed.timestamp && shortMoment(embed.timestamp, Date.now())].filter(Boolean);
  if (footer.length) card.append(el("p", { class: "fine embed-footer" }, footer.join(" • ")));
  return card;
}

/** @param {object} embed */
export function embedMedia(embed) {
  return [embed.image, embed.thumbnail].filter(Boolean);
}

function field({ name, value, inline }) {
  return el("div", { class: inline ? "inline" : null }, el("dt", {}, ...inlineMarkdown(name)), el("dd", { class: "text" }, ...markdown(value)));
}

function linked(url, words) {
  if (!/^https?:\/\//.test(url ?? "")) return el("span", {}, ...words);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...words);
}
