/** What the composer offers at the caret, and what choosing it makes of the line. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { placeFiles } from "../../../nanobot/sandbox/page/static/placing.js";
import { remoteItems, suggest, withMentions } from "../../../nanobot/sandbox/page/static/suggestions.js";
import { DIRECTORY, LEAVES } from "./commands.mjs";

const offer = (line, attached = []) => suggest(line, line.length, LEAVES, attached, DIRECTORY);
const labels = (line, attached) => offer(line, attached).items.map(({ label }) => label);
const applied = (line, { insert, start, end }) => line.slice(0, start) + insert + line.slice(end);
const first = (line) => applied(line, offer(line).items[0]);

const OFFERS = [
  ["/", ["/imagine", "/quota show", "/quota set role", "/help"]],
  ["/qu", ["/quota show", "/quota set role"]],
  ["/role", ["/quota set role"]],
  ["/imagine prompt:a red fox", []],
  ["/imagine prompt:a red fox m", []],
  ["/imagine prompt:a red fox mo", ["model:"]],
  ["/imagine prompt:x size:", ["Small", "Large"]],
  ["/imagine prompt:x size:la", ["Large"]],
  ["/imagine prompt:x spoiler:", ["True", "False"]],
  ["/imagine prompt:x count:2 si", ["size:"]],
  ["/quota show member:@a", ["@ada", "@alice"]],
  ["/quota set role role:", ["@Artist"]],
  ["hello @na", ["@nanobot"]],
  ["hello na", []],
];

for (const [line, expected] of OFFERS) {
  test(`offers ${expected.join(" ") || "nothing"} at ${line}`, () => {
    assert.deepEqual(labels(line), expected);
  });
}

test("offers what is required first, and nothing twice", () => {
  assert.deepEqual(labels("/imagine model:x ", ["image"]), ["prompt:", "size:", "count:", "strength:", "spoiler:", "mask:"]);
});

const CHOSEN = [
  ["/im", "/imagine prompt:"],
  ["/hel", "/help"],
  ["/quota sh", "/quota show "],
  ["/imagine prompt:a red fox mo", "/imagine prompt:a red fox model:"],
  ["/imagine prompt:x size:la", "/imagine prompt:x size:Large "],
  ["/imagine a red fox", "/imagine prompt:a red fox"],
  ["@ali", "@alice "],
];

for (const [line, expected] of CHOSEN) {
  test(`makes ${expected} of ${line}`, () => {
    assert.equal(first(line), expected);
  });
}

test("completes a value in the middle of a line", () => {
  const line = "/imagine size:la prompt:x";
  const [item] = suggest(line, "/imagine size:la".length, LEAVES, [], DIRECTORY).items;
  assert.equal(applied(line, item), "/imagine size:Large prompt:x");
});

test("asks for a file instead of inserting its option", () => {
  const [item] = offer("/imagine prompt:x ima").items;
  assert.equal(item.file, "image");
  assert.equal(applied("/imagine prompt:x ima", item), "/imagine prompt:x ");
});

test("asks the bot about an option that it completes", () => {
  assert.equal(offer("/imagine prompt:x model:flu").remote.line, "/imagine prompt:x model:flu");
  assert.equal(offer("/imagine prompt:x model:flux ").remote, null);
  assert.equal(offer("/imagine prompt:x").remote, null);
});

test("puts the bot's value into the line, and shows its name", () => {
  const line = "/imagine prompt:x model:flu";
  const [item] = remoteItems([{ name: "Flux: edits", value: "flux-kontext" }], line, offer(line).remote);
  assert.equal(item.detail, "Flux: edits");
  assert.equal(applied(line, item), "/imagine prompt:x model:flux-kontext ");
});

const EAGER = [
  ["/imagine prompt:x size:la", true],
  ["/imagine prompt:x size:large", false],
  ["/imagine prompt:a red fox mo", false],
  ["hello @na", true],
  ["hello @nanobot", false],
];

for (const [line, expected] of EAGER) {
  test(`Enter ${expected ? "takes the first offer" : "sends"} at ${line}`, () => {
    assert.equal(offer(line).isEager, expected);
  });
}

const MENTIONS = [
  ["@nanobot make it night", "<@9> make it night"],
  ["night, @nanobot.", "night, <@9>."],
  ["me@nanobot", "me@nanobot"],
  ["@nobody", "@nobody"],
];

for (const [typed, expected] of MENTIONS) {
  test(`sends ${expected} for ${typed}`, () => {
    assert.equal(withMentions(typed, DIRECTORY.people), expected);
  });
}

const file = (key, wanted = null) => ({ key, wanted });

test("puts each file where it was chosen for, and the others where there is room", () => {
  const placed = placeFiles([file(1), file(2, "mask"), file(3)], ["image", "image2", "mask"]);
  assert.deepEqual(Object.fromEntries([...placed].map(([option, { key }]) => [option, key])), { image: 1, image2: 3, mask: 2 });
});

test("leaves files beyond the options without a place", () => {
  assert.equal(placeFiles([file(1), file(2)], ["image"]).size, 1);
  assert.equal(placeFiles([file(1, "gone")], ["image"]).get("image").key, 1);
  assert.equal(placeFiles([file(1)], []).size, 0);
});
