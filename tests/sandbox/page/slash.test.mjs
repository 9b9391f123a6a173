/** A line is taken apart as Discord's composer does it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { autocompleteLine, hintOf, parseSlash, problemOf, unusedOptions, valueAt } from "../../../nanobot/sandbox/page/static/slash.js";
import { LEAVES } from "./commands.mjs";

const parse = (line) => parseSlash(line, LEAVES);
const given = (line) => Object.fromEntries(parse(line).values.map(({ option, text }) => [option.name, text]));

test("knows subcommands by their whole path, and no entries of menus", () => {
  assert.deepEqual(LEAVES.map(({ words }) => words), ["imagine", "quota show", "quota set role", "help"]);
});

test("takes words without a slash for no command", () => {
  assert.equal(parse("imagine prompt:x"), null);
});

const LINES = [
  ["/imagine prompt:a red fox", { prompt: "a red fox" }],
  ["/imagine prompt:a red fox model:hidream count:2", { prompt: "a red fox", model: "hidream", count: "2" }],
  ["/imagine count:2 prompt:one\ntwo", { count: "2", prompt: "one\ntwo" }],
  ["/imagine prompt:style:oil model:x", { prompt: "style:oil", model: "x" }],
  ["/imagine model:x prompt:about model:y", { model: "x", prompt: "about model:y" }],
  ["/quota set role role:@Artist", { role: "@Artist" }],
  ["/imagine", {}],
];

for (const [line, expected] of LINES) {
  test(`reads the options of ${JSON.stringify(line)}`, () => {
    assert.deepEqual(given(line), expected);
  });
}

test("finds the value that the caret is in", () => {
  const line = "/imagine prompt:fox model:hi";
  assert.equal(valueAt(parse(line), line.length).option.name, "model");
  assert.equal(valueAt(parse(line), line.indexOf("fox")).option.name, "prompt");
  assert.equal(valueAt(parse(line), 4), null);
});

test("counts a chosen file as given", () => {
  const left = unusedOptions(parse("/imagine prompt:x"), ["image"]).map(({ name }) => name);
  assert.deepEqual(left, ["model", "size", "count", "strength", "spoiler", "mask"]);
});

const PROBLEMS = [
  ["/nothing", "Choose a command."],
  ["/quota", "Choose a command."],
  ["/imagine", "prompt: This option is required."],
  ["/imagine prompt:", "prompt: This option is required."],
  ["/imagine a fox", "“a fox” belongs to no option."],
  [`/imagine prompt:${"x".repeat(41)}`, "prompt: Enter between 0 and 40 characters."],
  ["/imagine prompt:x count:two", "count: Enter a whole number."],
  ["/imagine prompt:x count:5", "count: Enter between 1 and 4."],
  ["/imagine prompt:x strength:1.5", "strength: Enter between 0 and 1."],
  ["/imagine prompt:x strength:much", "strength: Enter a number."],
  ["/imagine prompt:x size:huge", "size: Choose one of the list."],
  ["/imagine prompt:x spoiler:maybe", "spoiler: Choose True or False."],
];

for (const [line, expected] of PROBLEMS) {
  test(`marks ${line.slice(0, 40)} red`, () => {
    assert.equal(problemOf(parse(line), []), expected);
  });
}

for (const line of ["/help", "/imagine prompt:x", "/imagine prompt:x size:large count:4 strength:0.5 spoiler:TRUE", "/imagine prompt:x size:512x512", "/quota show"]) {
  test(`lets ${line} be sent`, () => {
    assert.equal(problemOf(parse(line), []), null);
  });
}

test("asks about the option at the caret last", () => {
  const line = "/imagine model:hi prompt:fox";
  const slash = parse(line);
  const value = valueAt(slash, line.indexOf("hi") + 2);
  assert.equal(autocompleteLine(slash, value, "hi"), "/imagine prompt:fox model:hi");
});

const HINTS = [
  ["prompt", "text of at most 40 characters"],
  ["count", "whole number, between 1 and 4"],
  ["spoiler", "True or False"],
  ["image", "file"],
];

for (const [name, expected] of HINTS) {
  test(`tells what ${name} takes`, () => {
    assert.equal(hintOf(LEAVES[0].options.find((option) => option.name === name)), expected);
  });
}
