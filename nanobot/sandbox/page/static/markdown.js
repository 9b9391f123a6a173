/**
 * Discord's markdown as a tree of plain objects; `markdown_view.js` makes DOM of it. Pure.
 * https://support.discord.com/hc/en-us/articles/210298617, https://docs.discord.com/developers/reference#message-formatting
 *
 * @typedef {{type: string, children?: Node[], text?: string, [key: string]: unknown}} Node
 */
import { isMoment } from "./timestamps.js";

const DEEPEST = 12;
const SAFE_LINK = /^https?:\/\/[^\s<]+$/i;
const FENCE = /```(?:([\w+\-.#]+)\n)?\n*([\s\S]+?)```/g;
const STARTS = /[\\<[`|*_~hH]/g;

/** Spans whose inside is markdown again, tried in this order. */
const SPANS = [
  ["spoiler", /\|\|([\s\S]+?)\|\|/y],
  ["bold", /\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/y],
  ["underline", /__((?:\\[\s\S]|[^\\])+?)__(?!_)/y],
  ["italic", /\*(?![\s*])((?:\*\*|\\[\s\S]|[^*\\])*?(?:\*\*|\\[\s\S]|[^\s*\\]))\*(?!\*)/y],
  ["italic", /(?<![A-Za-z0-9])_((?:__|\\[\s\S]|[^\\_])+?)_(?![A-Za-z0-9])/y],
  ["strike", /~~((?:\\[\s\S]|[^\\])+?)~~/y],
];

/** Spans without markdown inside: the expression, and what its match means (nothing if it is no such span after all). */
const LEAVES = [
  [/\\([^A-Za-z0-9\s])/y, (m) => ({ type: "text", text: m[1] })],
  [/<(https?:\/\/[^\s<>]+)>/iy, (m) => link(m[1], [{ type: "text", text: m[1] }])],
  [/<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, (m) => moment(Number(m[1]), m[2] ?? "f")],
  [/<@&(\d+)>/y, (m) => ({ type: "mention", kind: "role", id: m[1] })],
  [/<@!?(\d+)>/y, (m) => ({ type: "mention", kind: "person", id: m[1] })],
  [/<#(\d+)>/y, (m) => ({ type: "mention", kind: "channel", id: m[1] })],
  [/<\/([^:>]{1,100}):\d+>/y, (m) => ({ type: "command", text: `/${m[1]}` })],
  [/<a?:(\w{2,32}):\d+>/y, (m) => ({ type: "text", text: `:${m[1]}:` })],
  [/(`{1,2})([\s\S]*?[^`])\1(?!`)/y, (m) => ({ type: "code", text: m[2].replace(/^ (?=`)|(?<=`) $/g, "") })],
  [/https?:\/\/[^\s<]+[^\s<.,:;"'\]!?*_~|]/iy, (m) => bareLink(m[0])],
];
const MASKED = /\[((?:\[[^\]]*\]|[^[\]])+)\]\(<?(https?:\/\/[^\s<>]+?)>?(?:\s+["'][^"']*["'])?\)/iy;

/** @param {string} text @returns {Node[]} */
export function parseMarkdown(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(FENCE)) {
    nodes.push(...parseLines(trimmedEnd(text.slice(end, match.index))));
    nodes.push({ type: "codeblock", language: match[1] ?? "", text: trimmedEnd(match[2]) });
    end = match.index + match[0].length;
  }
  const rest = text.slice(end);
  return [...nodes, ...parseLines(end ? rest.replace(/^\n/, "") : rest)];
}

/** @param {string} text @returns {Node[]} one line of text, without blocks */
export function parseInline(text, depth = 0) {
  const nodes = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const found = depth < DEEPEST ? spanAt(text, at, depth) : null;
    if (found === null) {
      const next = nextStart(text, at + 1);
      plain += text.slice(at, next);
      at = next;
      continue;
    }
    at += found.length;
    if (found.node.type === "text") plain += found.node.text;
    else {
      if (plain) nodes.push({ type: "text", text: plain });
      nodes.push(found.node);
      plain = "";
    }
  }
  if (plain) nodes.push({ type: "text", text: plain });
  return nodes;
}

/** The words alone, for excerpts and accessible names. @param {Node[]} nodes @returns {string} */
export function plainText(nodes) {
  return nodes.map((node) => node.text ?? plainText(node.children ?? [])).join("");
}

function nextStart(text, from) {
  STARTS.lastIndex = from;
  return STARTS.exec(text)?.index ?? text.length;
}

function spanAt(text, at, depth) {
  for (const [pattern, toNode] of LEAVES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    const node = match && toNode(match);
    if (node) return { node, length: node.length ?? match[0].length };
  }
  MASKED.lastIndex = at;
  const masked = MASKED.exec(text);
  if (masked) return { node: link(masked[2], parseInline(masked[1], depth + 1)), length: masked[0].length };
  for (const [type, pattern] of SPANS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { node: { type, children: parseInline(match[1], depth + 1) }, length: match[0].length };
  }
  return null;
}

function moment(seconds, style) {
  return isMoment(seconds) ? { type: "timestamp", seconds, style } : null;
}

function link(url, children) {
  return SAFE_LINK.test(url) ? { type: "link", url, children } : { type: "text", text: url };
}

/** A closing bracket belongs to the address only if it opened there. */
function bareLink(url) {
  const count = (sign) => url.split(sign).length;
  const trimmed = url.endsWith(")") && count(")") > count("(") ? url.slice(0, -1) : url;
  return { ...link(trimmed, [{ type: "text", text: trimmed }]), length: trimmed.length };
}

/** @param {string} text @returns {Node[]} */
function parseLines(text) {
  if (!text) return [];
  const nodes = [];
  const lines = text.split("\n");
  let paragraph = [];
  const flush = () => {
    if (paragraph.length) nodes.push({ type: "paragraph", children: parseInline(paragraph.join("\n")) });
    paragraph = [];
  };
  for (let index = 0; index < lines.length; ) {
    const block = blockAt(lines, index);
    if (block === null) {
      paragraph.push(lines[index]);
      index += 1;
      continue;
    }
    flush();
    nodes.push(block.node);
    index += block.lines;
  }
  flush();
  return nodes;
}

function blockAt(lines, index) {
  const line = lines[index];
  const heading = /^(#{1,3})\s+(\S.*)$/.exec(line);
  if (heading) return one({ type: "heading", level: heading[1].length, children: parseInline(heading[2]) });
  const subtext = /^-#\s+(\S.*)$/.exec(line);
  if (subtext) return one({ type: "subtext", children: parseInline(subtext[1]) });
  if (line.startsWith(">>> ")) {
    const rest = [line.slice(4), ...lines.slice(index + 1)];
    return { node: { type: "quote", children: parseLines(rest.join("\n")) }, lines: rest.length };
  }
  const quoted = run(lines, index, (candidate) => candidate.startsWith("> "));
  if (quoted.length) {
    const inner = quoted.map((each) => each.slice(2)).join("\n");
    return { node: { type: "quote", children: parseLines(inner) }, lines: quoted.length };
  }
  const listed = listAt(lines, index);
  return listed.length ? { node: list(listed), lines: listed.length } : null;
}

const ITEM = /^( *)(?:([-*])|(\d{1,9})\.) +(\S.*)$/;

function one(node) {
  return { node, lines: 1 };
}

function run(lines, from, belongs) {
  const end = lines.findIndex((line, index) => index >= from && !belongs(line));
  return lines.slice(from, end === -1 ? undefined : end);
}

/** A list ends where the other kind of list begins. */
function listAt(lines, from) {
  const first = ITEM.exec(lines[from]);
  if (first === null) return [];
  return run(lines, from, (line) => {
    const item = ITEM.exec(line);
    return item !== null && (item[1].length > first[1].length || (item[2] === undefined) === (first[2] === undefined));
  });
}

/** Lines that are indented further hang below the item before them. */
function list(lines) {
  const items = [];
  const [, indent, , first] = ITEM.exec(lines[0]);
  for (let index = 0; index < lines.length; ) {
    const [, , , , words] = ITEM.exec(lines[index]);
    const below = run(lines, index + 1, (line) => ITEM.exec(line)[1].length > indent.length);
    const children = parseInline(words);
    if (below.length) children.push(list(below));
    items.push({ type: "item", children });
    index += 1 + below.length;
  }
  return { type: "list", start: first === undefined ? null : Number(first), children: items };
}

function trimmedEnd(text) {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
