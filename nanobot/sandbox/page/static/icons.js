/** A few own line drawings, 24 by 24. They say nothing: whatever holds one has a name of its own. */

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h16M3 15h16",
  at: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm4 0v5a2.5 2.5 0 0 0 5 0v-1a9 9 0 1 0-4 7.5",
  reply: "m9 7-5 5 5 5M4 12h10a6 6 0 0 1 6 6v1",
  apps: "M5 5h5v5H5zM14 5h5v5h-5zM5 14h5v5H5zM16.500 13.500v6M13.500 16.500h6",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4 12 20 4l-5 16-4-7-7-1Zm7 1 4-4",
  file: "M7 3h7l4 4v14H7zM14 3v4h4",
  menu: "M4 6h16M4 12h16M4 18h16",
  panel: "M4 5h16v14H4zM14 5v14",
  theme: "M12 4a8 8 0 1 0 8 8 6 6 0 0 1-8-8Z",
  bot: "M6 9h12v9H6zM12 9V5M9.500 13v1.500M14.500 13v1.500M3 12v3M21 12v3",
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
