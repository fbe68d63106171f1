// How things are called, and errors as sentences.

import { Problem, Unreachable } from "./http.js";

export const SECTIONS = {
  sheets: "Sheets",
  flows: "Flows",
  scenes: "Scenes",
  screenplays: "Screenplays",
  localization: "Localization",
  assets: "Assets",
  languages: "Languages",
  strings: "Texts",
  glossary: "Glossary",
};
export const STATUSES = {
  pending: "Waiting",
  processing: "Running",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
  parsing: "Being read",
  ready: "Ready",
  queued: "Waiting",
  running: "Running",
  retrying: "Waiting to try again",
  expired: "Expired",
};
export const ASSET_MODES = {
  references: "Names and addresses of files",
  embedded: "Files inside the document",
  bundled: "A bundle with the files beside the document",
  none: "No assets",
};
export const RESOLUTIONS = {
  skip: ["Skip", "What the project has stays as it is."],
  overwrite: ["Overwrite", "What the file has takes its place."],
  merge: ["Merge", "What the project has stays and takes the values of the file."],
  rename: ["Rename", "What the file has comes in beside it, under another shortcut."],
};

/** An error for people to read. */
export function sentence(error) {
  if (error instanceof Unreachable) return "The service does not answer. Nothing is lost; it is tried again.";
  if (!(error instanceof Problem)) return `Something went wrong in this page: ${error.message}.`;
  const { errors, hint, request_id: requestId } = error.body;
  const said = [ended(error.message)];
  if (Array.isArray(errors))
    said.push(
      ...errors
        .slice(0, 5)
        .map((one) => ended(`${one.path}: ${one.message}`))
        .filter((one) => !said[0].includes(one)),
    );
  if (hint) said.push(ended(hint));
  if (requestId) said.push(`Name the request ${requestId} to whoever runs the service.`);
  return said.join(" ");
}

/** Text that begins with a capital letter and ends with a full stop. */
export function ended(text) {
  const trimmed = String(text).trim();
  const begun = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** A code as words. */
export function words(code) {
  const said = String(code).replaceAll(/[_-]/g, " ");
  return said.charAt(0).toUpperCase() + said.slice(1);
}
