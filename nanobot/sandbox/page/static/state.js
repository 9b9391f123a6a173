/**
 * What the server last told, and who looks at it. Filled by `main.js`; everything else reads it.
 * The shapes are those of the frames; see the server beside this folder.
 */

export const state = {
  /** Who is at the keyboard, and where: names as in the switchers. */
  person: "",
  channel: "",
  people: [],
  channels: [],
  roles: [],
  bot: { id: "", name: "bot" },
  /** Whether NanoGPT itself is asked, for money. */
  isReal: false,
  fileLimit: 10 * 1024 * 1024,
  commands: [],
  messages: [],
  panel: null,
  /** Milliseconds by which the turned clock is ahead of this machine's. */
  clockOffset: 0,
};

/** Milliseconds since 1970 by the turned clock. */
export function now() {
  return Date.now() + state.clockOffset;
}

/** @returns {{id: string, name: string, kind: string} | undefined} */
export function here() {
  return state.channels.find(({ name }) => name === state.channel);
}

/** People and the bot, as far as somebody can be mentioned. */
export function everybody() {
  return [...state.people, state.bot];
}

/** @param {"person" | "role" | "channel"} kind @param {string} id @returns {{text: string, color?: string}} */
export function whoIs(kind, id) {
  if (kind === "person") return { text: `@${everybody().find((each) => each.id === id)?.name ?? "unknown-user"}` };
  if (kind === "channel") return { text: channelTitle(state.channels.find((each) => each.id === id)) };
  const role = state.roles.find((each) => each.id === id);
  return role ? { text: `@${role.name.replace(/^@/, "")}`, color: cssColor(role.color) } : { text: "@unknown-role" };
}

/** @param {{name: string, kind: string} | undefined} channel */
export function channelTitle(channel) {
  if (channel === undefined) return "#unknown";
  return channel.kind === "dm" ? `@${state.bot.name}` : `#${channel.name}`;
}

/** The colour of a person's name, from the first of their roles that has one. @param {string} id */
export function colorOf(id) {
  const person = state.people.find((each) => each.id === id);
  const roles = (person?.roles ?? []).map((wanted) => state.roles.find((role) => role.name === wanted || role.id === wanted));
  return cssColor(roles.find((role) => role?.color)?.color);
}

/** @param {number | string | null | undefined} color Discord's number, or CSS @returns {string | undefined} */
export function cssColor(color) {
  if (typeof color === "number") return color > 0 ? `#${color.toString(16).padStart(6, "0")}` : undefined;
  return color || undefined;
}
