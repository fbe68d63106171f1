// The fields of the export form.

import { INCLUDED, PICKABLE } from "./choices.js";
import { fill, h } from "./dom.js";
import { counted, number } from "./format.js";
import { picker } from "./picker.js";
import { ASSET_MODES, SECTIONS, words } from "./words.js";

/** The fields; they write into `choices` and call `onChange`. */
export function fields({ project, formats, languages, choices, onChange, signal }) {
  const described = h("p", { class: "dim", id: "format-help" });
  const figures = Object.fromEntries(
    [...INCLUDED, "assets"].map((name) => [name, h("span", { class: "count" }, number(project.counts[name] ?? 0))]),
  );
  const boxes = new Map();
  const parts = new Map(Object.keys(PICKABLE).map((name) => [name, part(name)]));
  const narrowed = h("fieldset", {}, h("legend", {}, "Only some of them"), [...parts.values()]);

  function format() {
    return formats.find((one) => one.name === choices.format) ?? formats[0];
  }

  function change(values) {
    Object.assign(choices, values);
    adapt();
    onChange();
  }

  /** What the chosen format has no place for cannot be chosen. */
  function adapt() {
    const { description, sections, cannot_hold: lacking } = format();
    fill(
      described,
      description,
      lacking.length > 0 && ` It cannot hold: ${lacking.map((code) => words(code).toLowerCase()).join(", ")}.`,
    );
    for (const [name, box] of boxes) box.disabled = !sections.includes(name);
    for (const [name, one] of parts)
      one.hidden = !sections.includes(name) || !choices.included.includes(name) || !project.counts[name];
    narrowed.hidden = [...parts.values()].every((one) => one.hidden);
    gzip.disabled = choices.assets === "bundled" && sections.includes("assets");
    tongues.hidden = !choices.included.includes("localization") || languages.length === 0;
  }

  function included(name) {
    const box = checkbox(choices.included.includes(name), (on) =>
      change({ included: INCLUDED.filter((one) => (one === name ? on : choices.included.includes(one))) }),
    );
    boxes.set(name, box);
    return h("label", { class: "pick" }, box, h("span", {}, SECTIONS[name]), figures[name]);
  }

  function part(section) {
    const onPick = (picked) => change({ picked: { ...choices.picked, [section]: picked } });
    return picker({ project, section, picked: choices.picked[section] ?? [], onPick, signal });
  }

  const picked = () => (choices.languages === "all" ? languages.map((one) => one.locale_code) : choices.languages);

  function language(one) {
    const box = checkbox(picked().includes(one.locale_code), (on) => {
      const left = languages
        .map((each) => each.locale_code)
        .filter((code) => (code === one.locale_code ? on : picked().includes(code)));
      change({ languages: left.length === languages.length ? "all" : left });
    });
    const done = one.is_source
      ? h("span", { class: "count" }, "source")
      : h(
          "span",
          { class: "done" },
          share(one.percent, `${one.name} translated`),
          h("span", { class: "count" }, `${one.percent} %`),
        );
    const title = one.is_source ? null : `${number(one.final)} of ${counted(one.texts, "text")} final`;
    return h("label", { class: "pick", title }, box, h("span", {}, `${one.name} `, h("code", {}, one.locale_code)), done);
  }

  const select = h(
    "select",
    { id: "format", "aria-describedby": "format-help", on: { change: (event) => change({ format: event.target.value }) } },
    formats.map((one) => h("option", { value: one.name, selected: one === format() }, one.label)),
  );
  const gzip = checkbox(choices.gzip, (on) => change({ gzip: on }));
  const tongues = h("fieldset", {}, h("legend", {}, "Languages"), languages.map(language));
  const assets = h(
    "select",
    { id: "assets", on: { change: (event) => change({ assets: event.target.value }) } },
    Object.entries(ASSET_MODES).map(([mode, label]) => h("option", { value: mode, selected: mode === choices.assets }, label)),
  );
  boxes.set("assets", assets);
  const element = h(
    "div",
    { class: "stack" },
    h("div", {}, h("label", { for: "format" }, "Format"), select, described),
    h("fieldset", { class: "pairs" }, h("legend", {}, "Sections"), INCLUDED.map(included)),
    narrowed,
    tongues,
    h("div", {}, h("label", { for: "assets" }, "Assets ", figures.assets), assets),
    h(
      "fieldset",
      { class: "pairs" },
      h("legend", {}, "Options"),
      h(
        "label",
        { class: "pick" },
        checkbox(choices.validate, (on) => change({ validate: on })),
        h("span", {}, "Validate before export"),
      ),
      h(
        "label",
        { class: "pick" },
        checkbox(choices.pretty, (on) => change({ pretty: on })),
        h("span", {}, "Indent for people"),
      ),
      h("label", { class: "pick" }, gzip, h("span", {}, "Compress (gzip)")),
    ),
  );
  adapt();
  return {
    element,
    format,
    /** Show what was counted; what is not included keeps the figure of the whole project. */
    count(bySection, options) {
      for (const [name, figure] of Object.entries(figures)) {
        const counted = name === "assets" ? options.include_assets !== "none" : options[`include_${name}`];
        figure.textContent = number(counted ? (bySection[name] ?? 0) : (project.counts[name] ?? 0));
        figure.classList.toggle("off", !counted);
      }
    },
  };
}

function checkbox(checked, onChange) {
  return h("input", { type: "checkbox", checked, on: { change: (event) => onChange(event.target.checked) } });
}

/** A small bar for a share of a hundred. */
function share(percent, label) {
  const filled = h("span", { class: "filled" });
  filled.style.inlineSize = `${percent}%`;
  return h(
    "span",
    {
      class: "share",
      role: "meter",
      "aria-label": label,
      "aria-valuenow": percent,
      "aria-valuemin": "0",
      "aria-valuemax": "100",
    },
    filled,
  );
}
