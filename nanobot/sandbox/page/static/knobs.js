/** What only a sandbox has: a clock that can be turned, trouble on demand, and a bot to restart. */
import { turnKnob } from "./api.js";
import { el, find } from "./dom.js";
import { complain } from "./notices.js";
import { now, state } from "./state.js";

const HOUR_MILLISECONDS = 3600 * 1000;
const TURNS = [[1, "1 hour on"], [24, "1 day on"], [24 * 7, "1 week on"]];
const TROUBLES = [
  ["slow", "NanoGPT holds every request", "until this is switched off"],
  ["rate_limit", "NanoGPT answers 429", "too many requests"],
  ["server_error", "NanoGPT answers 500", "its own failure"],
  ["out_of_funds", "NanoGPT answers 402", "the operator's balance is empty; once it is not, the bot takes up to a minute to notice"],
  ["policy", "NanoGPT refuses the prompt", "against its content policy"],
  ["discord_upload", "Discord takes no files", "posting a picture fails"],
];

export function startKnobs() {
  const turns = TURNS.map(([hours, words]) => knob(words, `clock-${hours}`, () => turn(hours)));
  turns.push(knob("To the next reset", "clock-reset", toReset));
  find("#turns").append(...turns);
  find("#troubles").append(...TROUBLES.map(([name, words, detail]) => el("li", {}, switchOf(name, words, detail))));
  find("#restarts").append(
    knob("Stop cleanly and start again", "restart-term", () => use({ type: "restart_bot", how: "term" })),
    knob("Kill and start again", "restart-kill", () => use({ type: "restart_bot", how: "kill" })),
  );
  setInterval(showClock, 1000);
}

/** @param {object} panel */
export function showKnobs(panel) {
  for (const [name] of TROUBLES) find(`#trouble-${name}`).setAttribute("aria-checked", String(Boolean(panel.trouble[name])));
  const on = TROUBLES.filter(([name]) => panel.trouble[name]).length;
  find("#tab-knobs .count").textContent = on ? String(on) : "";
  find("[data-testid=clock-reset]").disabled = !panel.standing?.resets_at;
  showClock();
}

function showClock() {
  const ahead = Math.round(state.clockOffset / HOUR_MILLISECONDS);
  const moment = new Date(now());
  const text = `${moment.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" })}, ${moment.toLocaleTimeString("en-GB", { timeZone: "UTC" })} UTC`;
  find("#clock").textContent = ahead ? `${text} (${ahead} h ahead)` : text;
}

function knob(words, testid, press) {
  return el("button", { type: "button", class: "button secondary", data: { testid }, on: { click: press } }, words);
}

function switchOf(name, words, detail) {
  const toggle = el(
    "button",
    { type: "button", role: "switch", id: `trouble-${name}`, class: "switch", "aria-checked": "false", data: { testid: `trouble-${name}` } },
    el("span", {}, words, el("small", {}, detail)),
    el("span", { class: "knob", "aria-hidden": "true" }),
  );
  toggle.addEventListener("click", () => use({ type: "trouble", name, on: toggle.getAttribute("aria-checked") !== "true" }));
  return toggle;
}

function turn(hours) {
  return use({ type: "turn_clock", hours });
}

/** Whole hours, and at least to the reset. */
function toReset() {
  const left = Date.parse(state.panel.standing.resets_at) - now();
  return turn(Math.max(1, Math.ceil(left / HOUR_MILLISECONDS)));
}

async function use(action) {
  const answer = await turnKnob(action);
  if (!answer.ok) complain(answer.sentence);
}
