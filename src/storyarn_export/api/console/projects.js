// The list of projects.

import { fill, h, notice } from "./dom.js";
import { counted, number } from "./format.js";
import { call, get } from "./http.js";
import { SECTIONS, sentence } from "./words.js";

const PAGE = 50;

/** Show the projects of whoever is signed in. */
export async function showProjects(main, signal) {
  const list = h("ul", { class: "projects", "aria-label": "Projects" });
  const more = h("button", { type: "button", hidden: true }, "Show more");
  let cursor = null;

  async function load() {
    const after = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await get(`/api/projects?limit=${PAGE}${after}`, signal);
    cursor = page.next_cursor;
    list.append(...page.items.map(item));
    more.hidden = cursor === null;
  }

  more.addEventListener("click", load);
  await load();
  if (signal.aborted) return;
  fill(
    main,
    h("h1", {}, "Projects"),
    list.children.length === 0 && h("p", { class: "dim" }, "You are in no project yet. Make one, then import a file into it."),
    list,
    more,
    newProject(list.children.length === 0),
  );
}

function item(project) {
  const counts = Object.entries(project.counts);
  const total = counts.reduce((sum, [, rows]) => sum + rows, 0);
  return h(
    "li",
    { class: "card project" },
    h("h2", {}, h("a", { href: `#/projects/${project.id}/export` }, project.name)),
    project.description && h("p", { class: "dim clamp" }, project.description),
    h("p", { class: "figures" }, h("strong", {}, counted(total, "entity", "entities")), ` · you are ${project.role}`),
    h(
      "dl",
      { class: "counts" },
      counts
        .filter(([, rows]) => rows > 0)
        .map(([name, rows]) => h("div", {}, h("dt", {}, SECTIONS[name] ?? name), h("dd", {}, number(rows)))),
    ),
  );
}

/** The form; there is nothing else to do for whoever is in no project yet. */
function newProject(open) {
  const name = h("input", { id: "new-name", required: true, maxlength: "100", autocomplete: "off" });
  const said = h("div");

  async function submit(event) {
    event.preventDefault();
    try {
      const { data } = await call("POST", "/api/projects", { body: { name: name.value } });
      location.hash = `#/projects/${data.id}/import`;
    } catch (error) {
      fill(said, notice(sentence(error), "bad"));
    }
  }

  return h(
    "details",
    { class: "card", open },
    h("summary", {}, "New project"),
    h(
      "form",
      { class: "row", on: { submit } },
      h("div", {}, h("label", { for: "new-name" }, "Name"), name),
      h("button", { class: "primary" }, "Create"),
    ),
    said,
  );
}
