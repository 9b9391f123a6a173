/** Where the parts of the page meet: frames come in here and go to whoever shows them. */
import { follow } from "./api.js";
import { fill, forgetReply, refreshComposer, replyTo, startComposer } from "./composer.js";
import { el, find, renderKeyed } from "./dom.js";
import { icon } from "./icons.js";
import { restartLog, showFailure, showMessages, startLog } from "./log.js";
import { refreshTimestamps } from "./markdown_view.js";
import { avatar, dots } from "./message.js";
import { showModal, startModal } from "./modal.js";
import { startKnobs } from "./knobs.js";
import { showPanel, startPanel } from "./panel.js";
import { channelTitle, colorOf, here, state } from "./state.js";
import { startDrawers, startTheme } from "./surroundings.js";

const FIRST_PERSON = "alice";
const FIRST_CHANNEL = "general";

const frames = {
  hello: showHello,
  commands: ({ commands }) => {
    state.commands = commands;
    refreshComposer();
  },
  messages: ({ messages }) => showMessages(messages),
  modal: ({ modal }) => showModal(modal),
  typing: ({ names }) => showTyping(names),
  failed: ({ interaction }) => showFailure(interaction),
  panel: (panel) => {
    state.clockOffset = Date.parse(panel.clock.now) - Date.now();
    showPanel(panel);
    refreshTimestamps();
  },
};

const query = new URLSearchParams(location.search);
state.person = query.get("person") || FIRST_PERSON;
state.channel = query.get("channel") || FIRST_CHANNEL;
for (const place of document.querySelectorAll("[data-icon]")) place.prepend(icon(place.dataset.icon));
startTheme();
const closeDrawers = startDrawers();
startComposer();
startLog({ reply: replyTo, fill });
startModal();
startPanel();
startKnobs();
const reconnect = follow((frame) => frames[frame.type]?.(frame), showConnection);
document.addEventListener("go", (event) => go({ channel: event.detail }));
setInterval(refreshTimestamps, 1000);

function showHello({ people, channels, roles, bot, file_limit: fileLimit, real_images: isReal }) {
  Object.assign(state, { people, channels, roles, bot, fileLimit, isReal });
  find("#real").hidden = !isReal;
  showSwitchers();
  refreshComposer();
}

function showSwitchers() {
  // Each person has direct messages of their own: their id is not seen, and a button is not redrawn under the mouse for it.
  const places = state.channels.map(({ name, kind }) => ({ name, kind }));
  renderKeyed(find("#channels"), places, ({ name }) => name, channelButton);
  renderKeyed(find("#people"), state.people, ({ name }) => name, personRow);
  markChosen();
}

/** The switchers stay as they are, so that the focus does too. */
function markChosen() {
  document.title = `${channelTitle(here())} · nanobot sandbox`;
  find("#channel-title").textContent = channelTitle(here());
  for (const place of document.querySelectorAll(".place")) {
    if (place.value === state.channel) place.setAttribute("aria-current", "page");
    else place.removeAttribute("aria-current");
  }
  for (const input of document.querySelectorAll("#people input")) input.checked = input.value === state.person;
}

function channelButton(channel) {
  const props = { type: "button", class: "place", value: channel.name, data: { testid: `channel-${channel.name}`, focus: "place" } };
  const words = channel.kind === "dm" ? state.bot.name : channel.name;
  const name = channel.kind === "dm" ? `Direct messages with ${state.bot.name}` : `Channel ${channel.name}`;
  return el("li", {}, el("button", { ...props, "aria-label": name, on: { click: () => go({ channel: channel.name }) } }, icon(channel.kind === "dm" ? "at" : "hash"), words));
}

function personRow(person) {
  const input = el("input", { type: "radio", name: "person", value: person.name, data: { testid: `person-${person.name}`, focus: "person" } });
  input.addEventListener("change", () => go({ person: person.name }));
  const name = el("strong", { class: "author" }, person.name);
  const color = colorOf(person.id);
  if (color) name.style.setProperty("--role", color);
  return el("label", { class: "person" }, input, avatar(person.id, person.name), el("span", {}, name, el("small", {}, person.label)));
}

/** @param {{person?: string, channel?: string}} where */
function go(where) {
  Object.assign(state, where);
  state.commands = [];
  history.replaceState(null, "", `?${new URLSearchParams({ person: state.person, channel: state.channel })}`);
  markChosen();
  showModal(null);
  showTyping([]);
  forgetReply();
  restartLog();
  if (where.channel) closeDrawers();
  reconnect();
}

function showTyping(names) {
  const place = find("#typing");
  if (!names.length) return place.replaceChildren();
  return place.replaceChildren(dots(), el("span", {}, el("strong", {}, names.join(", ")), ` ${names.length === 1 ? "is" : "are"} typing…`));
}

function showConnection(isConnected) {
  find("#connection").hidden = isConnected;
}
