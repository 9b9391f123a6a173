/** Talks to the server of this page: one call for each thing that a person does, and the socket that tells what became of it. */
import { state } from "./state.js";

const LOST = "The sandbox does not answer. If it was stopped, start it again with `python bot.py sandbox`.";
const RETRY_MILLISECONDS = [300, 700, 1500, 3000];

/** @typedef {{person: string, channel: string}} Seat */

/** Who is at the keyboard now, and where: for what is done only after a wait. @returns {Seat} */
export function seatNow() {
  return { person: state.person, channel: state.channel };
}

/** @param {Record<string, unknown>} action @param {Seat} seat @returns {Promise<{ok: boolean, sentence?: string, [key: string]: unknown}>} */
export function act(action, seat = seatNow()) {
  return post("/api/act", { ...seat, action });
}

/** @param {Record<string, unknown>} action */
export function turnKnob(action) {
  return post("/api/panel", { action });
}

/** @param {File} file */
export function upload(file) {
  const form = new FormData();
  form.append("file", file, file.name);
  return request("/api/upload", { method: "POST", body: form });
}

function post(path, body) {
  return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    return { ok: false, sentence: LOST };
  }
  const answer = await response.json().catch(() => null);
  if (answer === null) return { ok: false, sentence: `The sandbox answered ${response.status}.` };
  return { ...answer, ok: response.ok && answer.ok !== false };
}

/**
 * Follow what a person sees in a channel, coming back after every loss.
 * @param {(frame: {type: string}) => void} onFrame @param {(isConnected: boolean) => void} onState
 * @returns {() => void} starts over as whoever `state` names now
 */
export function follow(onFrame, onState) {
  let socket = null;
  let losses = 0;
  let timer = 0;
  const connect = () => {
    clearTimeout(timer);
    const old = socket;
    const query = new URLSearchParams({ person: state.person, channel: state.channel });
    const fresh = new WebSocket(`${location.origin.replace(/^http/, "ws")}/socket?${query}`);
    socket = fresh;
    old?.close();
    fresh.addEventListener("message", ({ data }) => {
      if (fresh !== socket) return;
      losses = 0;
      onState(true);
      onFrame(JSON.parse(data));
    });
    fresh.addEventListener("close", () => {
      if (fresh !== socket) return;
      onState(false);
      timer = setTimeout(connect, RETRY_MILLISECONDS[Math.min(losses, RETRY_MILLISECONDS.length - 1)]);
      losses += 1;
    });
  };
  connect();
  return connect;
}
