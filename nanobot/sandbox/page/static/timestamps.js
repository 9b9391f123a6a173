/**
 * Discord's timestamps (`<t:1700000000:R>`) as people read them. Pure: the moment "now" and the zone are given.
 * https://docs.discord.com/developers/reference#message-formatting-timestamp-styles
 */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS = [["year", 365 * DAY], ["month", 30 * DAY], ["day", DAY], ["hour", HOUR], ["minute", MINUTE], ["second", 1]];
const LATEST_SECONDS = 8.64e12;
const LOCALE = "en-GB";
const TIME = { hour: "2-digit", minute: "2-digit" };
const DATE = { day: "numeric", month: "long", year: "numeric" };
const FORMS = {
  t: TIME,
  T: { ...TIME, second: "2-digit" },
  d: { day: "2-digit", month: "2-digit", year: "numeric" },
  D: DATE,
  f: { ...DATE, ...TIME },
  F: { weekday: "long", ...DATE, ...TIME },
};

/**
 * @param {number} seconds since 1970
 * @param {string} style one of t T d D f F R; anything else reads as f
 * @param {number} nowMs milliseconds since 1970, for R
 * @param {string} [timeZone] the browser's own if left out
 */
export function formatTimestamp(seconds, style, nowMs, timeZone) {
  if (!isMoment(seconds)) return "Invalid date";
  if (style === "R") return relative(seconds - nowMs / 1000);
  return new Intl.DateTimeFormat(LOCALE, { ...(FORMS[style] ?? FORMS.f), timeZone }).format(seconds * 1000);
}

/** @param {number} seconds */
export function isMoment(seconds) {
  return Number.isFinite(seconds) && Math.abs(seconds) <= LATEST_SECONDS;
}

/**
 * Say a distance in its largest whole unit: "in 2 hours", "5 seconds ago", "now".
 * @param {number} seconds positive lies ahead
 */
export function relative(seconds) {
  const distance = Math.abs(Math.round(seconds));
  if (distance === 0) return "now";
  const largest = UNITS.findIndex(([, size]) => distance >= size);
  const [unit, count] = rounded(distance, largest);
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds > 0 ? `in ${words}` : `${words} ago`;
}

/** Round in a unit, or in the next larger one where rounding fills it: 59.6 minutes are an hour. */
function rounded(distance, index) {
  const [unit, size] = UNITS[index];
  const count = Math.round(distance / size);
  const larger = UNITS[index - 1];
  return larger && count * size >= larger[1] ? [larger[0], 1] : [unit, count];
}

/**
 * The time of day, with the date where it is not today's.
 * @param {string} iso
 * @param {number} nowMs
 * @param {string} [timeZone]
 */
export function shortMoment(iso, nowMs, timeZone) {
  const moment = new Date(iso);
  const day = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric", timeZone });
  const time = new Intl.DateTimeFormat(LOCALE, { ...TIME, timeZone }).format(moment);
  return day.format(moment) === day.format(nowMs) ? time : `${day.format(moment)}, ${time}`;
}
