/**
 * Files on their way: sent to the sandbox as soon as they are chosen, named by id when the message goes.
 *
 * @typedef {{key: number, name: string, size: number, preview: string | null, wanted: string | null, upload: string | null,
 *   problem: string | null, done: Promise<void>}} Upload `wanted` is the option that it was chosen for
 */
import { upload } from "./api.js";
import { el, sizeText } from "./dom.js";
import { icon } from "./icons.js";
import { state } from "./state.js";

let count = 0;

/** @param {File} file @param {string | null} wanted @param {() => void} onChange @returns {Upload} */
export function beginUpload(file, wanted, onChange) {
  count += 1;
  const preview = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
  const entry = { key: count, name: file.name, size: file.size, preview, wanted, upload: null, problem: null, done: Promise.resolve() };
  if (file.size > state.fileLimit) {
    entry.problem = `Your files are too powerful. The maximum file size is ${Math.floor(state.fileLimit / 1024 / 1024)} MB.`;
    return entry;
  }
  entry.done = upload(file).then((answer) => {
    if (answer.ok) entry.upload = answer.upload;
    else entry.problem = answer.sentence ?? "The upload failed.";
    onChange();
  });
  return entry;
}

/** @param {Upload} entry */
export function endUpload(entry) {
  if (entry.preview) URL.revokeObjectURL(entry.preview);
}

/** Wait for all. @param {Upload[]} entries @returns {Promise<string | null>} what is wrong with one of them */
export async function settled(entries) {
  await Promise.all(entries.map(({ done }) => done));
  return entries.find(({ problem }) => problem)?.problem ?? null;
}

/** @param {Upload} entry @param {string} caption @param {() => void} remove */
export function uploadChip(entry, caption, remove) {
  const status = entry.problem ?? (entry.upload ? sizeText(entry.size) : "uploading…");
  const close = el("button", { type: "button", class: "plain", "aria-label": `Remove ${entry.name}`, on: { click: remove } }, icon("close"));
  return el(
    "li",
    { class: entry.problem ? "chip wrong" : "chip", data: { testid: "upload", option: caption } },
    entry.preview ? el("img", { src: entry.preview, alt: "" }) : icon("file"),
    el("span", {}, caption && el("strong", {}, `${caption} `), entry.name, el("small", {}, status)),
    close,
  );
}
