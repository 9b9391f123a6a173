/** Commands as a bot syncs them, for the tests of the composer. */
import { leavesOf } from "../../../nanobot/sandbox/page/static/slash.js";

const imagine = {
  type: 1,
  name: "imagine",
  description: "Make a picture",
  options: [
    { type: 3, name: "prompt", description: "What to show", required: true, max_length: 40 },
    { type: 3, name: "model", description: "Which model", autocomplete: true },
    { type: 3, name: "size", description: "How large", choices: [{ name: "Small", value: "512x512" }, { name: "Large", value: "1024x1024" }] },
    { type: 4, name: "count", description: "How many", min_value: 1, max_value: 4 },
    { type: 10, name: "strength", description: "How much", min_value: 0, max_value: 1 },
    { type: 5, name: "spoiler", description: "Hide it" },
    { type: 11, name: "image", description: "A picture" },
    { type: 11, name: "mask", description: "A mask" },
  ],
};
const quota = {
  type: 1,
  name: "quota",
  description: "Quotas",
  options: [
    { type: 1, name: "show", description: "Show one", options: [{ type: 6, name: "member", description: "Who" }] },
    { type: 2, name: "set", description: "Set", options: [{ type: 1, name: "role", description: "For a role", options: [{ type: 8, name: "role", description: "Which", required: true }] }] },
  ],
};
const help = { type: 1, name: "help", description: "Tell what there is" };
const menu = { type: 3, name: "Edit image", description: "" };

export const LEAVES = leavesOf([imagine, quota, help, menu]);
export const DIRECTORY = {
  people: [{ id: "1", name: "ada" }, { id: "2", name: "alice" }, { id: "9", name: "nanobot" }],
  roles: [{ name: "Artist" }],
  channels: [{ name: "general", kind: "text" }, { name: "dm", kind: "dm" }],
};
