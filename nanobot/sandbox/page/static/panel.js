/** The side panel: what the bot asked of NanoGPT, what it wrote into its books, and how its generations went. */
import { el, find, renderKeyed } from "./dom.js";
import { showKnobs } from "./knobs.js";
import { timestamp } from "./markdown_view.js";
import { state } from "./state.js";

const STATES = { online: "online", starting: "starting…", stopped: "stopped" };
const TABS = ["requests", "ledger", "generations", "knobs"];

export function startPanel() {
  for (const name of TABS) find(`#tab-${name}`).addEventListener("click", () => choose(name));
  find("#tabs").addEventListener("keydown", (event) => {
    const at = TABS.indexOf(event.target.id.slice("tab-".length));
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    choose(TABS.at(next % TABS.length));
    find(`#tab-${TABS.at(next % TABS.length)}`).focus();
  });
  choose(TABS[0]);
}

/** @param {object} panel the server's frame */
export function showPanel(panel) {
  state.panel = panel;
  showState(panel.bot.state);
  showStanding(panel.standing);
  showMoney(panel.nanogpt);
  const requests = [...panel.nanogpt.requests].map((request, index) => ({ ...request, key: `${request.at} ${index}` })).reverse();
  fill("requests", requests, ({ key }) => key, requestView, "NanoGPT was not asked for anything yet.");
  const ledger = panel.ledger.map((entry, index) => ({ ...entry, key: `${entry.at} ${entry.kind} ${entry.generation} ${index}` }));
  fill("ledger", ledger, ({ key }) => key, entryView, `The bot's books hold nothing about ${state.person} yet.`);
  fill("generations", panel.generations, ({ id }) => id, generationView, "No picture was asked for yet.");
  showKnobs(panel);
}

function choose(name) {
  for (const each of TABS) {
    const tab = find(`#tab-${each}`);
    tab.setAttribute("aria-selected", String(each === name));
    tab.tabIndex = each === name ? 0 : -1;
    find(`#panel-${each}`).hidden = each !== name;
  }
}

function fill(name, rows, keyOf, view, nothing) {
  const badge = find(`#tab-${name} .count`);
  badge.textContent = rows.length ? String(rows.length) : "";
  renderKeyed(find(`#panel-${name} .rows`), rows, keyOf, view);
  const empty = find(`#panel-${name} .empty`);
  empty.textContent = nothing;
  empty.hidden = rows.length > 0;
}

function showState(value) {
  const dot = find("#bot-state");
  dot.dataset.state = value;
  const words = `${state.bot.name} is ${STATES[value] ?? value}`;
  if (dot.textContent !== words) dot.textContent = words;
}

function showStanding(standing) {
  const place = find("#standing");
  if (standing === null) return place.replaceChildren(el("p", {}, `${state.person} has made no picture yet.`));
  const { used, limit, left, resets_at: resets, period } = standing;
  const words = limit === null ? `${count(used)} used, no limit` : `${used} of ${count(limit)} used, ${left} left`;
  const meter = limit > 0 ? el("meter", { min: 0, max: limit, value: used, high: limit * 0.8, "aria-label": words }) : null;
  const reset = resets && el("p", { class: "fine" }, `A new ${period} begins `, timestamp(Date.parse(resets) / 1000, "R"));
  return place.replaceChildren(...[el("p", {}, el("strong", {}, state.person), `: ${words}`), meter, reset].filter(Boolean));
}

function showMoney({ balance, charged }) {
  find("#money").textContent = `Balance at NanoGPT ${dollars(balance)}, charged ${dollars(charged)}`;
}

function requestView({ at, status, cost, fields, seconds }) {
  const isFine = status >= 200 && status < 300;
  const answer = el("span", { class: isFine ? "tag fine-tag" : "tag bad-tag" }, status ? String(status) : "waiting");
  const facts = [cost !== null && cost !== undefined && dollars(cost), seconds !== null && seconds !== undefined && `${Number(seconds).toFixed(1)} s`].filter(Boolean);
  const title = fields.model ? String(fields.model) : "request";
  return el(
    "details",
    { class: "entry", data: { testid: "request" } },
    el("summary", { data: { focus: "summary" } }, answer, el("strong", {}, title), el("span", { class: "fine" }, facts.join(" · ")), when(at), fields.prompt && el("span", { class: "excerpt" }, String(fields.prompt))),
    el("dl", {}, ...Object.entries(fields).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, valueText(value))])),
  );
}

function valueText(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 1);
}

function entryView({ at, kind, images, extra, cost, note, generation }) {
  const amounts = [signed(images, count), signed(extra, (size) => `${size} extra`), cost ? dollars(cost) : ""].filter(Boolean);
  return el(
    "div",
    { class: "entry", data: { testid: "ledger-entry", kind } },
    el("p", {}, el("span", { class: "tag" }, kind), " ", amounts.join(", "), " ", when(at)),
    note && el("p", {}, note),
    generation && el("p", { class: "fine" }, el("code", {}, generation)),
  );
}

function generationView({ id, prompt, status, events }) {
  const list = el("ol", { class: "events" }, ...events.map(({ at, what }) => el("li", {}, when(at), ` ${what}`)));
  return el(
    "details",
    { class: "entry", open: true, data: { testid: "generation", status } },
    el("summary", { data: { focus: "summary" } }, el("span", { class: `tag status-${status}` }, status), el("strong", {}, prompt || "no prompt"), el("code", { class: "fine" }, id)),
    list,
  );
}

function when(iso) {
  const moment = new Date(iso);
  return el("time", { class: "fine when", datetime: iso, title: moment.toLocaleString("en-GB") }, moment.toLocaleTimeString("en-GB"));
}

function signed(number, amount) {
  return number ? `${number > 0 ? "+" : "−"}${amount(Math.abs(number))}` : "";
}

function count(pictures) {
  return `${pictures} picture${pictures === 1 ? "" : "s"}`;
}

function dollars(amount) {
  return amount === null || amount === undefined ? "unknown" : `$${amount}`;
}
