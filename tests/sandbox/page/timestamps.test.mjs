/** Timestamps: https://docs.discord.com/developers/reference#message-formatting-timestamp-styles. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { formatTimestamp, relative, shortMoment } from "../../../nanobot/sandbox/page/static/timestamps.js";

const MOMENT = Date.UTC(2026, 10, 22, 16, 20, 30);
const STYLES = [
  ["t", "16:20"],
  ["T", "16:20:30"],
  ["d", "22/11/2026"],
  ["D", "22 November 2026"],
  ["f", "22 November 2026 at 16:20"],
  ["F", "Sunday 22 November 2026 at 16:20"],
];

for (const [style, expected] of STYLES) {
  test(`writes style ${style}`, () => {
    const shown = formatTimestamp(MOMENT / 1000, style, 0, "UTC");
    assert.equal(shown.replace("Sunday,", "Sunday").replace(/, (?=16)/, " at "), expected);
  });
}

test("counts style R from the given now", () => {
  assert.equal(formatTimestamp(MOMENT / 1000, "R", MOMENT - 3600 * 1000), "in 1 hour");
  assert.equal(formatTimestamp(MOMENT / 1000, "R", MOMENT + 48 * 3600 * 1000), "2 days ago");
});

test("says that a moment beyond all calendars is none", () => {
  assert.equal(formatTimestamp(9e15, "f", 0, "UTC"), "Invalid date");
});

const DISTANCES = [
  [0.4, "now"],
  [1, "in 1 second"],
  [-59, "59 seconds ago"],
  [60, "in 1 minute"],
  [-89, "1 minute ago"],
  [59.6 * 60, "in 1 hour"],
  [23 * 3600 + 3599, "in 1 day"],
  [-29 * 86400, "29 days ago"],
  [45 * 86400, "in 2 months"],
  [-364.9 * 86400, "12 months ago"],
  [800 * 86400, "in 2 years"],
];

for (const [seconds, expected] of DISTANCES) {
  test(`says ${expected} of ${seconds} seconds`, () => {
    assert.equal(relative(seconds), expected);
  });
}

test("leaves the date out today", () => {
  const sent = new Date(MOMENT).toISOString();
  assert.equal(shortMoment(sent, MOMENT + 3600 * 1000, "UTC"), "16:20");
  assert.equal(shortMoment(sent, MOMENT + 86400 * 1000, "UTC"), "22 Nov 2026, 16:20");
});
