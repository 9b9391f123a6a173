/**
 * Reads an unfinished slash command as Discord's composer does, from the commands that the bot synced. Pure.
 * The server takes the same line apart once more: what is said here only helps while typing.
 *
 * @typedef {{type: number, name: string, description: string, required?: boolean, autocomplete?: boolean,
 *   choices?: {name: string, value: string | number}[], options?: Option[], min_value?: number, max_value?: number,
 *   min_length?: number, max_length?: number}} Option
 * @typedef {{words: string, description: string, options: Option[]}} Leaf a command, or a subcommand with its parents
 * @typedef {{option: Option, text: string, start: number, end: number}} Value
 * @typedef {{leaf: Leaf | null, head: number, stray: string, values: Value[]}} Slash
 */

const CHAT_INPUT = 1;
const SUB_COMMAND = 1;
const SUB_COMMAND_GROUP = 2;
export const OptionType = { STRING: 3, INTEGER: 4, BOOLEAN: 5, USER: 6, CHANNEL: 7, ROLE: 8, MENTIONABLE: 9, NUMBER: 10, FILE: 11 };

/** @param {object[]} commands @returns {Leaf[]} every command that can be sent, subcommands with their whole path */
export function leavesOf(commands) {
  return commands.filter((command) => (command.type ?? CHAT_INPUT) === CHAT_INPUT).flatMap((command) => unfold(command, ""));
}

function unfold(command, parents) {
  const words = `${parents}${command.name}`;
  const options = command.options ?? [];
  const nested = options.filter((option) => option.type === SUB_COMMAND || option.type === SUB_COMMAND_GROUP);
  if (nested.length) return nested.flatMap((option) => unfold(option, `${words} `));
  return [{ words, description: command.description, options }];
}

/** @param {string} line @param {Leaf[]} leaves @returns {Slash | null} nothing if the line is no command */
export function parseSlash(line, leaves) {
  if (!line.startsWith("/")) return null;
  const typed = line.slice(1);
  const fits = leaves.filter(({ words }) => typed === words || typed.startsWith(`${words} `) || typed.startsWith(`${words}\n`));
  const leaf = fits.sort((one, other) => other.words.length - one.words.length)[0] ?? null;
  if (leaf === null) return { leaf, head: line.length, stray: "", values: [] };
  const head = 1 + leaf.words.length;
  const values = cut(line, head, leaf.options);
  return { leaf, head, values, stray: line.slice(head, values[0]?.from ?? line.length).trim() };
}

/** Each value runs until the next option that was not yet given. */
function cut(line, head, options) {
  const starts = [];
  for (const match of line.slice(head).matchAll(/(\s)([^\s:]+):/g)) {
    const option = options.find((each) => each.name === match[2]);
    if (option === undefined || starts.some((start) => start.option === option)) continue;
    const from = head + match.index;
    starts.push({ option, from, start: from + match[0].length });
  }
  return starts.map((begin, index) => {
    const end = starts[index + 1]?.from ?? line.length;
    return { ...begin, end, text: line.slice(begin.start, end).trim() };
  });
}

/** @param {Slash} slash @param {number} caret @returns {Value | null} the option whose value the caret is in */
export function valueAt(slash, caret) {
  return slash.values.find(({ start, end }) => start <= caret && caret <= end) ?? null;
}

/** @param {Slash} slash @param {string[]} attached names of options that have a file @returns {Option[]} */
export function unusedOptions(slash, attached) {
  const given = new Set([...attached, ...slash.values.map(({ option }) => option.name)]);
  return (slash.leaf?.options ?? []).filter(({ name }) => !given.has(name));
}

/**
 * What the composer would mark red, as a sentence; nothing if the line can be sent.
 * @param {Slash} slash @param {string[]} attached @returns {string | null}
 */
export function problemOf(slash, attached) {
  if (slash.leaf === null) return "Choose a command.";
  if (slash.stray) return `“${slash.stray}” belongs to no option.`;
  for (const value of slash.values) {
    const wrong = value.text && wrongWith(value.option, value.text);
    if (wrong) return `${value.option.name}: ${wrong}`;
  }
  const given = [...attached, ...slash.values.filter(({ text }) => text).map(({ option }) => option.name)];
  const missing = slash.leaf.options.find((option) => option.required && !given.includes(option.name));
  return missing ? `${missing.name}: This option is required.` : null;
}

function wrongWith(option, text) {
  if (option.choices?.length) return hasChoice(option.choices, text) ? null : "Choose one of the list.";
  switch (option.type) {
    case OptionType.STRING:
      return outOf(text.length, option.min_length ?? 0, option.max_length ?? 6000, " characters");
    case OptionType.INTEGER:
      return /^[-+]?\d+$/.test(text) ? outOf(Number(text), option.min_value, option.max_value, "") : "Enter a whole number.";
    case OptionType.NUMBER:
      return Number.isFinite(Number(text)) ? outOf(Number(text), option.min_value, option.max_value, "") : "Enter a number.";
    case OptionType.BOOLEAN:
      return /^(true|false)$/i.test(text) ? null : "Choose True or False.";
    default:
      return null;
  }
}

function outOf(number, low = -Infinity, high = Infinity, unit = "") {
  return low <= number && number <= high ? null : `Enter ${rangeOf(low, high)}${unit}.`;
}

function rangeOf(low, high) {
  if (low === -Infinity) return `at most ${high}`;
  return high === Infinity ? `at least ${low}` : `between ${low} and ${high}`;
}

/** @param {{name: string, value: unknown}[]} choices @param {string} text */
export function hasChoice(choices, text) {
  const wanted = text.toLowerCase();
  return choices.some(({ name, value }) => name.toLowerCase() === wanted || String(value).toLowerCase() === wanted);
}

/** What an option takes, in a few words. @param {Option} option */
export function hintOf(option) {
  const { min_value: low = -Infinity, max_value: high = Infinity, max_length: longest } = option;
  const bounds = low === -Infinity && high === Infinity ? "" : `, ${rangeOf(low, high)}`;
  const words = {
    [OptionType.STRING]: longest ? `text of at most ${longest} characters` : "text",
    [OptionType.INTEGER]: `whole number${bounds}`,
    [OptionType.NUMBER]: `number${bounds}`,
    [OptionType.BOOLEAN]: "True or False",
    [OptionType.USER]: "person",
    [OptionType.CHANNEL]: "channel",
    [OptionType.ROLE]: "role",
    [OptionType.MENTIONABLE]: "person or role",
    [OptionType.FILE]: "file",
  };
  return words[option.type] ?? "";
}

/** The line to ask the bot for suggestions with: the option in question comes last. @param {Slash} slash */
export function autocompleteLine(slash, value, query) {
  const others = slash.values.filter((each) => each !== value && each.text).map(({ option, text }) => ` ${option.name}:${text}`);
  return `/${slash.leaf.words}${others.join("")} ${value.option.name}:${query}`;
}
