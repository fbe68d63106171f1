// Which sheets, flows or scenes an export holds: all of them, or those that are picked from a list that is searched.

import { pause } from "./connection.js";
import { fill, h } from "./dom.js";
import { flowGraph } from "./flow_graph.js";
import { number } from "./format.js";
import { get } from "./http.js";
import { sentence, SECTIONS } from "./words.js";

const SHOWN = 20;
// More do not fit into the address that is asked for the count.
const MOST_PICKED = 200;
const QUIET_MS = 200;

/** A picker; `picked` holds `{id, name}` of what is picked, none for all, and `onPick` is called with another list. */
export function picker({ project, section, picked, onPick, signal }) {
  const title = h("summary");
  const list = h("ul", { class: "plain choices", "aria-label": SECTIONS[section] });
  const found = h("p", { class: "dim", role: "status" });
  const chosen = h("ul", { class: "chips", "aria-label": `${SECTIONS[section]} that are picked` });
  const picture = h("div");
  const search = h("input", {
    type: "search",
    maxlength: 200,
    autocomplete: "off",
    "aria-label": `Search ${SECTIONS[section].toLowerCase()}`,
    placeholder: "Name or shortcut",
    on: {
      input: () => look(QUIET_MS),
      // It is no field of the form around it, which would start an export.
      keydown: (event) => event.key === "Enter" && event.preventDefault(),
    },
  });
  let looking = new AbortController();
  let drawn = null;

  async function look(wait = 0) {
    looking.abort();
    looking = new AbortController();
    const either = AbortSignal.any([signal, looking.signal]);
    await pause(wait, either);
    if (either.aborted) return;
    const query = new URLSearchParams({ limit: SHOWN, search: search.value });
    try {
      const { items, next_cursor: more } = await get(`/api/projects/${project.id}/entities/${section}?${query}`, either);
      fill(found, said(items.length, more !== null));
      fill(list, items.map(entry));
    } catch (error) {
      if (!either.aborted) fill(found, sentence(error));
    }
  }

  function said(count, more) {
    if (count === 0) return "Nothing has that in its name or shortcut.";
    return more ? `The first ${number(count)}; search to see others.` : "";
  }

  function entry(one) {
    const box = h("input", {
      type: "checkbox",
      checked: picked.some(({ id }) => id === one.id),
      "data-id": one.id,
      on: { change: (event) => pick(one, event.target.checked) },
    });
    const name = h("span", {}, one.name, " ", one.shortcut && h("code", { class: "dim" }, one.shortcut));
    return h("li", {}, h("label", { class: "pick" }, box, name));
  }

  function pick(one, on) {
    const others = picked.filter(({ id }) => id !== one.id);
    picked = on ? [...others, { id: one.id, name: one.name }].slice(-MOST_PICKED) : others;
    if (on) draw(one);
    changed();
  }

  /** The flow that was picked last, as a picture. */
  async function draw(one) {
    if (section !== "flows" || !one) {
      drawn = null;
      fill(picture);
      return;
    }
    drawn = one.id;
    try {
      const graph = await get(`/api/projects/${project.id}/flows/${one.id}/graph`, signal);
      if (drawn === one.id) fill(picture, flowGraph(graph));
    } catch (error) {
      if (!signal.aborted && drawn === one.id) fill(picture, h("p", { class: "dim" }, sentence(error)));
    }
  }

  function changed() {
    show();
    onPick(picked);
  }

  function show() {
    const all = picked.length === 0;
    fill(title, `${SECTIONS[section]}: `, h("strong", {}, all ? "all" : `${number(picked.length)} picked`));
    for (const box of list.querySelectorAll("input")) box.checked = picked.some(({ id }) => id === box.dataset.id);
    fill(chosen, picked.map(chip));
    chosen.hidden = all;
    if (!picked.some(({ id }) => id === drawn)) draw(picked.at(-1));
  }

  function chip(one) {
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "chip", "aria-label": `Leave out ${one.name}`, on: { click: () => drop(one) } },
        one.name,
        h("span", { "aria-hidden": "true" }, " ×"),
      ),
    );
  }

  function drop(one) {
    pick(one, false);
    // The button that had the focus is gone.
    (chosen.querySelector("button") ?? search).focus();
  }

  const element = h(
    "details",
    { class: "picker", open: picked.length > 0 },
    title,
    h("div", { class: "picking" }, chosen, search, found, list, picture),
  );
  element.addEventListener("toggle", () => element.open && list.childElementCount === 0 && look());
  show();
  return element;
}
