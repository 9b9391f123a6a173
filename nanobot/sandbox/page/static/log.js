/** The messages of the channel: keeps them in step with the snapshots, the view at the newest, and the keys at one of them. */
import { act } from "./api.js";
import { openMenu } from "./apps_menu.js";
import { el, find, renderKeyed } from "./dom.js";
import { failureView, messageView } from "./message.js";
import { complain } from "./notices.js";
import { channelTitle, here, state } from "./state.js";

const GROUPED_MILLISECONDS = 7 * 60 * 1000;
const NEAR_PIXELS = 60;
const EXAMPLES = ["/imagine prompt:a red fox in the snow", "/help", "/usage"];
const REAL = "Prompts and pictures go to NanoGPT, and each picture costs money.";
const PAINTED = "Pictures are painted here: nothing leaves this computer, and nothing costs money.";
const MENU_COMMAND = 3;

const scroller = find("#log");
const list = find("#messages");
let failures = [];
let failureCount = 0;
let isPinned = true;
let currentId = null;
let openComposer = { reply: () => {}, fill: () => {} };

/** @param {{reply: (message: object) => void, fill: (line: string) => void}} composer */
export function startLog(composer) {
  openComposer = composer;
  scroller.addEventListener("scroll", () => {
    isPinned = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PIXELS;
    find("#to-latest").hidden = isPinned;
  });
  new ResizeObserver(stayPinned).observe(list);
  new ResizeObserver(stayPinned).observe(scroller);
  find("#to-latest").addEventListener("click", toLatest);
  list.addEventListener("click", onClick);
  list.addEventListener("keydown", onKey);
  list.addEventListener("focusin", (event) => setCurrent(event.target.closest(".message")));
}

/** Show another person's or channel's view: what comes first is not news. */
export function restartLog() {
  failures = [];
  state.messages = [];
  scroller.setAttribute("aria-live", "off");
  renderLog();
  toLatest();
}

/** @param {object[]} messages */
export function showMessages(messages) {
  state.messages = messages;
  renderLog();
  requestAnimationFrame(() => scroller.setAttribute("aria-live", "polite"));
}

/** @param {{command?: string}} interaction */
export function showFailure(interaction) {
  failureCount += 1;
  failures.push({ key: `failure-${failureCount}`, command: interaction?.command ?? "", after: state.messages.at(-1)?.id ?? null });
  renderLog();
}

/** @param {string} id */
function jumpTo(id) {
  const target = document.getElementById(`message-${id}`);
  if (target === null) return complain("That message is not in view here.");
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
  target.classList.remove("flash");
  requestAnimationFrame(() => target.classList.add("flash"));
}

function renderLog() {
  renderWelcome();
  const failed = (after) => failures.filter((failure) => failure.after === after);
  const known = new Set(state.messages.map(({ id }) => id));
  const orphans = failures.filter(({ after }) => after === null || !known.has(after));
  const rows = [...orphans, ...state.messages.flatMap((message, index) => [withGrouping(message, state.messages[index - 1]), ...failed(message.id)])];
  const actions = { reply: openComposer.reply, apps, remove };
  renderKeyed(list, rows, (row) => row.key ?? row.id, (row) => (row.key ? failureView(row, () => dismiss(row)) : messageView(row, actions)));
  setCurrent(document.getElementById(`message-${currentId}`) ?? list.querySelector(".message:last-of-type"));
  stayPinned();
}

function renderWelcome() {
  const title = channelTitle(here());
  const samples = EXAMPLES.map((line) => el("button", { type: "button", class: "button secondary", on: { click: () => openComposer.fill(line) } }, line));
  find("#welcome").replaceChildren(
    el("h2", {}, here()?.kind === "dm" ? `Direct messages with ${state.bot.name}` : `Welcome to ${title}`),
    el("p", {}, `This is a stand-in for Discord on your own machine; the bot behind it is the real one. ${state.isReal ? REAL : PAINTED}`),
    el("p", { class: "row" }, ...samples),
  );
}

/** Messages in a row by one author share a head. */
function withGrouping(message, previous) {
  const isSame = previous && previous.author.id === message.author.id && previous.ephemeral === message.ephemeral;
  const isSoon = previous && Date.parse(message.timestamp) - Date.parse(previous.timestamp) < GROUPED_MILLISECONDS;
  return { ...message, compact: Boolean(isSame && isSoon && !message.command && !message.reply_to) };
}

function stayPinned() {
  if (isPinned) scroller.scrollTop = scroller.scrollHeight;
}

function toLatest() {
  isPinned = true;
  stayPinned();
}

function dismiss(failure) {
  failures = failures.filter(({ key }) => key !== failure.key);
  renderLog();
}

function apps(message, opener) {
  const entries = state.commands.filter(({ type }) => type === MENU_COMMAND).map(({ name }) => name);
  openMenu(opener, entries, async (name) => {
    const answer = await act({ type: "menu", message: message.id, name });
    if (!answer.ok) complain(answer.sentence);
  });
}

async function remove(message) {
  const answer = await act({ type: "delete", message: message.id });
  if (!answer.ok) complain(answer.sentence);
}

function onClick(event) {
  const jump = event.target.closest("[data-jump]");
  if (jump) {
    event.preventDefault();
    const channel = state.channels.find(({ id }) => id === jump.dataset.channel);
    if (channel && channel.name !== state.channel) return void document.dispatchEvent(new CustomEvent("go", { detail: channel.name }));
    return void (jump.dataset.jump && jumpTo(jump.dataset.jump));
  }
  const whisper = event.target.closest("[data-dismiss]");
  if (whisper) remove({ id: whisper.closest(".message").dataset.messageId });
}

/** The arrows walk from message to message; only one of them is a stop of the Tab key. */
function onKey(event) {
  const article = event.target.closest(".message");
  if (event.target !== article) return;
  const articles = [...list.querySelectorAll(".message")];
  const at = articles.indexOf(article);
  const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: articles.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  articles[next]?.focus();
}

function setCurrent(article) {
  if (!article) return;
  for (const other of list.querySelectorAll(".message[tabindex='0']")) if (other !== article) setReachable(other, -1);
  currentId = article === list.querySelector(".message:last-of-type") && !article.contains(document.activeElement) ? null : article.dataset.messageId;
  setReachable(article, 0);
}

function setReachable(article, index) {
  article.tabIndex = index;
  for (const button of article.querySelectorAll(".toolbar button")) button.tabIndex = index;
}
