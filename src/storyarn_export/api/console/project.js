// One project: its heading, and the panel that the address names.

import { fill, h } from "./dom.js";
import { showExports } from "./exports.js";
import { get } from "./http.js";
import { showImports } from "./imports.js";

const TABS = { export: ["Export", showExports], import: ["Import", showImports] };

/** Show a project. `job` is the import that is looked at, if any. */
export async function showProject(main, { project: id, tab, job }, signal) {
  const project = await get(`/api/projects/${id}`, signal);
  const panel = h("div", { class: "panel" });
  await TABS[tab][1](panel, { project, job }, signal);
  if (signal.aborted) return;
  fill(
    main,
    h("p", { class: "path" }, h("a", { href: "#/" }, "Projects"), " / "),
    h("h1", {}, project.name),
    project.description && h("p", { class: "dim clamp" }, project.description),
    h(
      "nav",
      { class: "tabs", "aria-label": "Project" },
      Object.entries(TABS).map(([name, [label]]) =>
        h("a", { href: `#/projects/${id}/${name}`, "aria-current": name === tab && "page" }, label),
      ),
    ),
    panel,
  );
}
