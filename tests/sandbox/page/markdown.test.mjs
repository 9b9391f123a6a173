/** Discord's markdown: https://support.discord.com/hc/en-us/articles/210298617. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { parseInline, parseMarkdown, plainText } from "../../../nanobot/sandbox/page/static/markdown.js";

const text = (words) => ({ type: "text", text: words });
const span = (type, ...children) => ({ type, children });

const INLINE = [
  ["bold", "**a**", [span("bold", text("a"))]],
  ["italic by stars", "*a*", [span("italic", text("a"))]],
  ["italic by bars", "_a_", [span("italic", text("a"))]],
  ["underline", "__a__", [span("underline", text("a"))]],
  ["strike", "~~a~~", [span("strike", text("a"))]],
  ["spoiler", "||a||", [span("spoiler", text("a"))]],
  ["bold within italic", "***a***", [span("bold", span("italic", text("a")))]],
  ["italic within bold", "**a *b* c**", [span("bold", text("a "), span("italic", text("b")), text(" c"))]],
  ["bars within a word", "snake_case_name", [text("snake_case_name")]],
  ["a lonely star", "2 * 3 * 4", [text("2 * 3 * 4")]],
  ["a span that never ends", "**a", [text("**a")]],
  ["an escaped star", "\\*a\\*", [text("*a*")]],
  ["code", "`**a**`", [{ type: "code", text: "**a**" }]],
  ["code that holds a tick", "`` a`b ``", [{ type: "code", text: " a`b " }]],
  ["a person", "<@12> <@!13>", [{ type: "mention", kind: "person", id: "12" }, text(" "), { type: "mention", kind: "person", id: "13" }]],
  ["a role", "<@&12>", [{ type: "mention", kind: "role", id: "12" }]],
  ["a channel", "<#12>", [{ type: "mention", kind: "channel", id: "12" }]],
  ["a command", "</quota set:12>", [{ type: "command", text: "/quota set" }]],
  ["a custom emoji", "<:fox:12>", [text(":fox:")]],
  ["a moment", "<t:0:R>", [{ type: "timestamp", seconds: 0, style: "R" }]],
  ["a moment without a style", "<t:5>", [{ type: "timestamp", seconds: 5, style: "f" }]],
  ["a moment beyond all calendars", "<t:9999999999999:R>", [text("<t:9999999999999:R>")]],
  ["markup", "<b>a</b>", [text("<b>a</b>")]],
];

for (const [name, source, expected] of INLINE) {
  test(`reads ${name}`, () => {
    assert.deepEqual(parseInline(source), expected);
  });
}

const LINKS = [
  ["a bare address", "see https://a.example/x.", "https://a.example/x"],
  ["an address in brackets", "(https://a.example/x)", "https://a.example/x"],
  ["an address that has brackets", "https://a.example/x_(y)", "https://a.example/x_(y)"],
  ["an address that is not to be shown large", "<https://a.example/x>", "https://a.example/x"],
  ["a masked address", "[a **b**](https://a.example/x)", "https://a.example/x"],
  ["a masked address with a title", '[a](https://a.example/x "title")', "https://a.example/x"],
];

for (const [name, source, url] of LINKS) {
  test(`links ${name}`, () => {
    const links = parseInline(source).filter(({ type }) => type === "link");
    assert.deepEqual(links.map((link) => link.url), [url]);
  });
}

for (const source of ["[a](javascript:alert(1))", "[a](data:text/html,x)", "<javascript:alert(1)>", "[a](//a.example)"]) {
  test(`does not link ${source}`, () => {
    assert.deepEqual(parseInline(source), [text(source)]);
  });
}

test("tells headings from hashes in the text", () => {
  const nodes = parseMarkdown("# One\n### Three\n#none\n#### four");
  assert.deepEqual(nodes.map(({ type, level }) => [type, level]), [["heading", 1], ["heading", 3], ["paragraph", undefined]]);
});

test("keeps the lines of a paragraph, and spans across them", () => {
  assert.deepEqual(parseMarkdown("a **b\nc** d"), [span("paragraph", text("a "), span("bold", text("b\nc")), text(" d"))]);
});

test("makes small print of -#", () => {
  assert.deepEqual(parseMarkdown("Done\n-# 17 left"), [span("paragraph", text("Done")), span("subtext", text("17 left"))]);
});

test("quotes lines that follow each other", () => {
  assert.deepEqual(parseMarkdown("> a\n> b\nc"), [span("quote", span("paragraph", text("a\nb"))), span("paragraph", text("c"))]);
});

test("quotes everything after >>>", () => {
  assert.deepEqual(parseMarkdown(">>> a\nb"), [span("quote", span("paragraph", text("a\nb")))]);
});

test("hangs an indented list below the item before it", () => {
  const nested = { type: "list", start: null, children: [span("item", text("c"))] };
  const expected = { type: "list", start: null, children: [span("item", text("a")), span("item", text("b"), nested)] };
  assert.deepEqual(parseMarkdown("- a\n- b\n  - c"), [expected]);
});

test("starts another list where numbers begin", () => {
  assert.deepEqual(parseMarkdown("- a\n3. b\n4. c").map(({ start, children }) => [start, children.length]), [[null, 1], [3, 2]]);
});

test("leaves everything in a code block as it is", () => {
  const nodes = parseMarkdown("before\n```py\n**a**\n# b\n```\nafter");
  assert.deepEqual(nodes, [span("paragraph", text("before")), { type: "codeblock", language: "py", text: "**a**\n# b" }, span("paragraph", text("after"))]);
});

test("takes a word on the same line for code, not for a language", () => {
  assert.deepEqual(parseMarkdown("```py```"), [{ type: "codeblock", language: "", text: "py" }]);
});

test("gives the words alone", () => {
  assert.equal(plainText(parseInline("**a _b_** `c` [d](https://a.example)")), "a b c d");
});

const HOSTILE = [
  ["stars", "*".repeat(4000)],
  ["opened spans", "**__~~||".repeat(500)],
  ["brackets", "[".repeat(2000) + "](".repeat(1000)],
  ["ticks", "`".repeat(4000)],
  ["fences", "``` ".repeat(1000)],
  ["quotes", "> ".repeat(2000)],
  ["lines", "- a\n".repeat(1000)],
  ["indents", Array.from({ length: 80 }, (_, depth) => `${" ".repeat(depth)}- a`).join("\n")],
];

for (const [name, source] of HOSTILE) {
  test(`reads ${source.length} characters of ${name} in less than a second`, { timeout: 20000 }, () => {
    const started = performance.now();
    parseMarkdown(source);
    assert.ok(performance.now() - started < 1000);
  });
}
