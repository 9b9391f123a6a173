/** The line at the bottom: slash commands with completion, messages, files, replies. */
import { act, seatNow } from "./api.js";
import { dismissOffer, offer, renewOffer, startCompletion, takesKey } from "./completion.js";
import { el, find } from "./dom.js";
import { icon } from "./icons.js";
import { placeFiles } from "./placing.js";
import { OptionType, hasChoice, hintOf, leavesOf, parseSlash, problemOf, unusedOptions, valueAt } from "./slash.js";
import { channelTitle, everybody, here, state } from "./state.js";
import { remoteItems, suggest, withMentions } from "./suggestions.js";
import { beginUpload, endUpload, settled, uploadChip } from "./uploads.js";

const ASK_AFTER_MILLISECONDS = 150;
const MOST_FILES = 10;
const DRAFT = "draft";

const form = find("#composer");
const input = find("#line");
const picker = find("#file-picker");
let files = [];
let reply = null;
let pickingFor = null;
let lastSent = "";
/** Counts what is asked at the caret: an answer to an older question is not shown. */
let question = 0;
/** What was last found at the caret, until the person leaves it. */
let found = null;

export function startComposer() {
  input.value = sessionStorage.getItem(DRAFT) ?? "";
  startCompletion(input, accept, leaveOffer);
  form.addEventListener("submit", (event) => (event.preventDefault(), send()));
  input.addEventListener("input", changed);
  input.addEventListener("keydown", onKey);
  input.addEventListener("click", refreshOffer);
  // The text is still the active element where only the window lost the focus: what is offered waits for it to return.
  input.addEventListener("blur", () => document.activeElement === input || leaveOffer());
  input.addEventListener("paste", (event) => event.clipboardData.files.length && (event.preventDefault(), addFiles([...event.clipboardData.files])));
  picker.addEventListener("change", takePicked);
  find("#attach").addEventListener("click", () => pickFor(null));
  const chat = find("#chat");
  chat.addEventListener("dragover", (event) => (event.preventDefault(), chat.classList.add("dropping")));
  chat.addEventListener("dragleave", (event) => chat.contains(event.relatedTarget) || chat.classList.remove("dropping"));
  chat.addEventListener("drop", (event) => (event.preventDefault(), chat.classList.remove("dropping"), addFiles([...event.dataTransfer.files])));
}

/** The channel, the people or the commands are others now: so is what they have to offer for the line that stands. */
export function refreshComposer() {
  const name = `Message ${channelTitle(here())}`;
  input.setAttribute("aria-label", name);
  input.placeholder = name;
  render();
  followOffer();
}

export function forgetReply() {
  reply = null;
  render();
}

/** @param {object} message */
export function replyTo(message) {
  reply = { message, ping: true };
  render();
  input.focus();
}

/** @param {string} line */
export function fill(line) {
  input.value = line;
  input.focus();
  changed();
}

function read() {
  const slash = parseSlash(input.value, leavesOf(state.commands));
  const fileOptions = (slash?.leaf?.options ?? []).filter(({ type }) => type === OptionType.FILE).map(({ name }) => name);
  return { slash, placed: placeFiles(files, fileOptions) };
}

function changed() {
  say("");
  render();
  refreshOffer();
}

function render() {
  const { slash, placed } = read();
  sessionStorage.setItem(DRAFT, input.value);
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
  renderReply();
  renderHint(slash, [...placed.keys()]);
  const captions = new Map([...placed].map(([option, file]) => [file, option]));
  const chips = files.map((file) => uploadChip(file, captions.get(file) ?? (slash?.leaf ? "not used:" : ""), () => removeFile(file)));
  find("#tray").replaceChildren(...chips);
  find("#tray").hidden = chips.length === 0;
}

function renderReply() {
  const bar = find("#reply-bar");
  bar.hidden = reply === null;
  if (reply === null) return;
  const ping = el("button", { type: "button", class: "textual", role: "switch", "aria-checked": String(reply.ping), "aria-label": "Ping on reply", data: { testid: "ping" } }, reply.ping ? "@ ON" : "@ OFF");
  ping.addEventListener("click", () => ((reply.ping = !reply.ping), render(), bar.querySelector("[role=switch]").focus()));
  const cancel = el("button", { type: "button", class: "plain", "aria-label": "Cancel reply", on: { click: () => (forgetReply(), input.focus()) } }, icon("close"));
  bar.replaceChildren(el("span", {}, "Replying to ", el("strong", {}, reply.message.author.name)), ping, cancel);
}

function renderHint(slash, attached) {
  const hint = find("#hint");
  const options = find("#options");
  hint.hidden = options.hidden = !slash?.leaf;
  if (!slash?.leaf) return;
  const option = valueAt(slash, input.selectionStart)?.option;
  const about = option ? `${option.name}: ${option.description} (${hintOf(option)})` : `/${slash.leaf.words}: ${slash.leaf.description}`;
  const problem = problemOf(slash, attached);
  hint.replaceChildren(el("span", {}, about));
  if (problem) hint.append(el("span", { class: "problem" }, problem));
  options.setAttribute("aria-label", `Options of /${slash.leaf.words}`);
  options.replaceChildren(...unusedOptions(slash, attached).map(optionButton));
  options.hidden = options.childElementCount === 0;
}

function optionButton(option) {
  const add = () => {
    if (option.type === OptionType.FILE) return pickFor(option.name);
    return fill(`${input.value.trimEnd()} ${option.name}:`);
  };
  const props = { type: "button", class: "option", title: option.description, "aria-label": `Add ${option.name}: ${option.description}`, data: { testid: `option-${option.name}` } };
  return el("button", { ...props, on: { click: add } }, icon(option.type === OptionType.FILE ? "file" : "plus"), option.name);
}

function refreshOffer() {
  show(look(), offer);
}

/** Something came that the person did not type: an open list changes only if it would say something else now. */
function followOffer() {
  if (found === null) return;
  const fresh = look();
  if (JSON.stringify(fresh) !== JSON.stringify(found)) show(fresh, renewOffer);
}

function leaveOffer() {
  question += 1;
  found = null;
  dismissOffer();
}

/** What can be offered at the caret by what is known here. */
function look() {
  const { slash, placed } = read();
  const directory = { people: everybody(), roles: state.roles, channels: state.channels };
  const fits = suggest(input.value, input.selectionStart, leavesOf(state.commands), [...placed.keys()], directory);
  const isUnsendable = slash !== null && problemOf(slash, [...placed.keys()]) !== null;
  return { ...fits, isEager: fits.isEager || isUnsendable, attached: [...placed.keys()] };
}

function show(fresh, offering) {
  question += 1;
  found = fresh;
  const { items, isEager, remote } = fresh;
  offering(items, isEager, remote ? "Asking the bot…" : "");
  if (remote) ask(remote, items, question);
}

function ask(remote, names, mine) {
  const line = input.value;
  setTimeout(() => mine === question && askBot(remote, line, names, mine), ASK_AFTER_MILLISECONDS);
}

async function askBot(remote, line, names, mine) {
  const answer = await act({ type: "autocomplete", line: remote.line, attachments: [...read().placed.keys()] });
  if (mine !== question) return;
  const choices = answer.ok ? answer.choices : [];
  const isWhole = remote.query.trim() === "" || hasChoice(choices, remote.query.trim());
  const note = answer.ok ? "" : (answer.sentence ?? "Loading options failed.");
  renewOffer([...remoteItems(choices, line, remote), ...names], choices.length > 0 && !isWhole, note || (choices.length ? "" : "No options match your search."));
}

/** @param {import("./suggestions.js").Suggestion} item */
function accept(item) {
  input.setRangeText(item.insert, item.start, item.end, "end");
  input.focus();
  if (item.file) pickFor(item.file);
  changed();
}

function pickFor(option) {
  pickingFor = option;
  picker.multiple = option === null;
  picker.setAttribute("aria-label", option === null ? "Files" : `File for ${option}`);
  picker.click();
}

function takePicked() {
  addFiles([...picker.files], pickingFor);
  pickingFor = null;
  picker.multiple = true;
  picker.value = "";
  input.focus();
}

function addFiles(chosen, option = null) {
  if (option !== null) files.filter(({ wanted }) => wanted === option).forEach(removeFile);
  const room = MOST_FILES - files.length;
  files.push(...chosen.slice(0, room).map((file) => beginUpload(file, option, render)));
  if (chosen.length > room) say(`A message holds at most ${MOST_FILES} files.`);
  render();
  followOffer();
}

function removeFile(file) {
  files = files.filter((each) => each !== file);
  endUpload(file);
  render();
  followOffer();
}

function onKey(event) {
  if (takesKey(event)) return void event.preventDefault();
  if (event.key === "Escape") return leaveOffer(), reply && forgetReply();
  if (event.key === "ArrowUp" && !input.value && lastSent) return event.preventDefault(), fill(lastSent);
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
}

async function send() {
  const line = input.value.trim();
  if (!line && !files.length) return;
  const { slash, placed } = read();
  if (slash && files.length && !state.commands.length) return say("The bot's commands are not here yet, and with them where the files go. Try again in a moment.");
  const sent = { line: input.value, files, reply };
  const seat = seatNow();
  const used = slash ? [...placed.values()] : files;
  [lastSent, files, reply, input.value] = [input.value, [], null, ""];
  say("");
  leaveOffer();
  render();
  const problem = await settled(used);
  const answer = problem ? { ok: false, sentence: problem } : await act(slash ? slashAction(line, placed) : sayAction(line, used, sent.reply), seat);
  if (answer.ok) return sent.files.forEach(endUpload);
  say(answer.sentence ?? "That could not be sent.");
  if (input.value || files.length) return;
  [files, reply, input.value] = [sent.files, sent.reply, sent.line];
  render();
}

function slashAction(line, placed) {
  const uploaded = [...placed].map(([option, file]) => [option, file.upload]);
  return { type: "slash", line, attachments: Object.fromEntries(uploaded) };
}

function sayAction(line, used, answered) {
  const action = { type: "say", text: withMentions(line, everybody()), uploads: used.map((file) => file.upload) };
  return answered ? { ...action, reply_to: answered.message.id, ping: answered.ping } : action;
}

function say(sentence) {
  const place = find("#composer-error");
  place.textContent = sentence;
  place.hidden = !sentence;
}
