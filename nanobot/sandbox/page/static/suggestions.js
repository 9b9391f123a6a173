/**
 * What the composer offers at the caret. Pure.
 *
 * @typedef {{label: string, detail: string, insert: string, start: number, end: number, file?: string}} Suggestion
 *   `file` names an option whose file is to be chosen instead of inserting text.
 * @typedef {{items: Suggestion[], isEager: boolean, remote: {line: string, start: number, end: number, query: string} | null}} Offer
 *   `isEager`: the word is unfinished, so Enter takes the first; `remote` asks the bot too.
 * @typedef {{people: {id: string, name: string}[], roles: {name: string}[], channels: {name: string, kind: string}[]}} Directory
 */
import { OptionType, autocompleteLine, hasChoice, hintOf, parseSlash, unusedOptions, valueAt } from "./slash.js";

const MOST = 25;
/** In running text an option is offered only from here on: most words are no options. */
const LETTERS_IN_TEXT = 2;
const NOTHING = { items: [], isEager: false, remote: null };

/**
 * @param {string} line @param {number} caret @param {import("./slash.js").Leaf[]} leaves
 * @param {string[]} attached names of options that have a file @param {Directory} directory @returns {Offer}
 */
export function suggest(line, caret, leaves, attached, directory) {
  const slash = parseSlash(line, leaves);
  if (slash === null) return { ...NOTHING, ...mentions(line, caret, directory) };
  if (slash.leaf === null || caret <= slash.head) return { ...NOTHING, items: commands(line, slash, caret, leaves) };
  const value = valueAt(slash, caret);
  if (value === null) return { ...NOTHING, items: optionNames(line, slash, caret, attached) };
  return inValue(line, slash, value, caret, attached, directory);
}

/** Turn `@name` into what Discord sends for it. @param {string} text @param {{id: string, name: string}[]} people */
export function withMentions(text, people) {
  return text.replace(/(?<!\S)@([\w.-]+)/g, (whole, name) => {
    const exact = people.find((person) => person.name === name);
    const person = exact ?? people.find((each) => each.name === name.replace(/[.-]+$/, ""));
    return person ? `<@${person.id}>${name.slice(person.name.length)}` : whole;
  });
}

function commands(line, slash, caret, leaves) {
  const query = line.slice(1, caret).toLowerCase();
  const rank = ({ words }) => (words.startsWith(query) ? 0 : 1);
  const found = leaves.filter(({ words }) => words.includes(query)).sort((one, other) => rank(one) - rank(other));
  const end = slash.leaf === null ? caret : slash.head;
  const isLast = line.slice(end).trim() === "";
  return found.slice(0, MOST).map((leaf) => {
    const insert = `/${leaf.words}${isLast ? opening(leaf) : ""}`;
    return { label: `/${leaf.words}`, detail: leaf.description, insert, start: 0, end: isLast ? line.length : end };
  });
}

/** A required text comes next anyway. */
function opening(leaf) {
  const first = leaf.options.find(({ required, type }) => required && type !== OptionType.FILE);
  return first ? ` ${first.name}:` : leaf.options.length ? " " : "";
}

function optionNames(line, slash, caret, attached) {
  const start = wordStart(line, caret);
  const word = line.slice(start, caret).toLowerCase();
  const unused = byNeed(unusedOptions(slash, attached));
  const named = unused.filter(({ name }) => name.startsWith(word)).map((option) => nameItem(option, start, caret));
  if (named.length || !slash.stray) return named;
  const first = unused.find(({ type }) => type === OptionType.STRING);
  if (!first) return [];
  const strayStart = line.indexOf(slash.stray, slash.head);
  return [{ label: `${first.name}:${slash.stray}`, detail: first.description, insert: `${first.name}:`, start: strayStart, end: strayStart }];
}

function inValue(line, slash, value, caret, attached, directory) {
  const query = line.slice(value.start, caret).trimStart();
  const start = wordStart(line, caret);
  const begun = start > value.start && query !== "" && line.slice(value.start, start).trim() !== "";
  const word = line.slice(start, caret).toLowerCase();
  const mayName = begun && (!isFreeText(value.option) || word.length >= LETTERS_IN_TEXT);
  const unused = mayName ? byNeed(unusedOptions(slash, attached)).filter(({ name }) => name.startsWith(word)) : [];
  const names = unused.map((option) => nameItem(option, start, caret));
  if (value.option.autocomplete) {
    if (begun && word === "") return { ...NOTHING, items: names };
    const remote = { line: autocompleteLine(slash, value, query), query, start: value.start, end: value.end };
    return { ...NOTHING, items: names, remote };
  }
  if (value.option.type === OptionType.FILE) return { items: [fileItem(value.option, value.from + 1, value.end)], isEager: true, remote: null };
  const fits = choicesOf(value.option, directory).filter(({ name }) => name.toLowerCase().includes(query.trim().toLowerCase()));
  const isWhole = hasChoice(fits, query.trim());
  const items = isWhole && query.endsWith(" ") ? [] : fits.map(({ name }) => valueItem(name, "", line, value));
  return { items: [...items, ...names].slice(0, MOST), isEager: items.length > 0 && !isWhole, remote: null };
}

/** @param {{name: string, value: unknown}[]} choices @param {{start: number, end: number}} place @returns {Suggestion[]} */
export function remoteItems(choices, line, place) {
  return choices.slice(0, MOST).map(({ name, value }) => valueItem(String(value), name === String(value) ? "" : name, line, place));
}

function valueItem(text, detail, line, { start, end }) {
  return { label: text, detail, insert: end === line.length ? `${text} ` : text, start, end };
}

function isFreeText({ type, choices, autocomplete }) {
  return type === OptionType.STRING && !choices?.length && !autocomplete;
}

function choicesOf(option, { people, roles, channels }) {
  const persons = people.map(({ name }) => ({ name: `@${name}`, value: name }));
  const ranks = roles.map(({ name }) => ({ name: `@${name.replace(/^@/, "")}`, value: name }));
  switch (option.type) {
    case OptionType.BOOLEAN:
      return [{ name: "True", value: true }, { name: "False", value: false }];
    case OptionType.USER:
      return persons;
    case OptionType.ROLE:
      return ranks;
    case OptionType.MENTIONABLE:
      return [...persons, ...ranks];
    case OptionType.CHANNEL:
      return channels.filter(({ kind }) => kind === "text").map(({ name }) => ({ name: `#${name}`, value: name }));
    default:
      return option.choices ?? [];
  }
}

function nameItem(option, start, end) {
  if (option.type === OptionType.FILE) return fileItem(option, start, end);
  return { label: `${option.name}:`, detail: describe(option), insert: `${option.name}:`, start, end };
}

function fileItem(option, start, end) {
  return { label: `${option.name}:`, detail: describe(option), insert: "", start, end, file: option.name };
}

function describe(option) {
  return `${option.required ? "Required. " : ""}${option.description} (${hintOf(option)})`;
}

function byNeed(options) {
  return [...options].sort((one, other) => Number(other.required ?? false) - Number(one.required ?? false));
}

function mentions(line, caret, { people }) {
  const start = wordStart(line, caret);
  const word = line.slice(start, caret);
  if (!word.startsWith("@")) return NOTHING;
  const query = word.slice(1).toLowerCase();
  const found = people.filter(({ name }) => name.toLowerCase().startsWith(query));
  const items = found.map(({ name }) => ({ label: `@${name}`, detail: "", insert: `@${name} `, start, end: caret }));
  return { items, isEager: found.every(({ name }) => name.toLowerCase() !== query) };
}

function wordStart(line, caret) {
  return caret - /\S*$/.exec(line.slice(0, caret))[0].length;
}
