// What an export is to hold: what was chosen, and how the API wants to hear it.

import { recall, remember } from "./session.js";

export const INCLUDED = ["sheets", "flows", "scenes", "screenplays", "localization"];
// Of these some can be picked; the option of each is named by its singular.
export const PICKABLE = { sheets: "sheet_ids", flows: "flow_ids", scenes: "scene_ids" };
const PLAIN = {
  format: null,
  included: INCLUDED,
  assets: "references",
  languages: "all",
  // Of each pickable section `{id, name}` of what is picked; nothing picked means all.
  picked: {},
  validate: true,
  pretty: false,
  gzip: false,
};

/** The choices for a project, as they were before a reload. */
export function recalled(projectId) {
  return { ...PLAIN, ...recall(`choices.${projectId}`) };
}

export function keep(projectId, choices) {
  remember(`choices.${projectId}`, choices);
}

/** The options of the API for choices; what the format has no place for is left out. */
export function optionsOf(choices, format) {
  const held = new Set(format.sections);
  const sections = INCLUDED.map((name) => [`include_${name}`, held.has(name) && choices.included.includes(name)]);
  const picked = Object.entries(PICKABLE).map(([name, option]) => {
    const ids = (choices.picked[name] ?? []).map(({ id }) => id);
    return [option, ids.length > 0 ? ids : "all"];
  });
  return {
    ...Object.fromEntries(sections),
    ...Object.fromEntries(picked),
    include_assets: held.has("assets") ? choices.assets : "none",
    languages: choices.languages,
    validate_before_export: choices.validate,
    pretty_print: choices.pretty,
    // A bundle is compressed by itself.
    compression: choices.gzip && choices.assets !== "bundled" ? "gzip" : "none",
  };
}

/** The same as a query. */
export function queryOf(options) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) query.set(name, String(value));
  return query;
}
