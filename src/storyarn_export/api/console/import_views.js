// What an import would meet, what is to become of it, and what it did.

import { download } from "./download.js";
import { h, notice } from "./dom.js";
import { counted, number, seconds } from "./format.js";
import { ended, RESOLUTIONS, SECTIONS, words } from "./words.js";

/** The preview, and the choice. */
export function decide(job, { execute, drop }) {
  const { preview } = job;
  const conflicts = Object.values(preview.sections).reduce((sum, section) => sum + section.conflict_count, 0);
  const start = h("button", { class: "primary" }, "Execute the import");

  async function submit(event) {
    event.preventDefault();
    start.disabled = true;
    await execute(new FormData(event.target).get("resolution"));
    start.disabled = false;
  }

  return h(
    "form",
    { class: "card stack", on: { submit } },
    h("h2", {}, "Preview"),
    job.stage === "preview-stale" && notice("The project has changed since you looked. This is what the file meets now.", "warn"),
    table(preview.sections, ["total", "new", "existing", "conflict_count"], ["In the file", "New", "There already", "Conflicts"]),
    notices(preview.warnings),
    conflicts > 0 && clashes(preview.sections, conflicts),
    h(
      "fieldset",
      {},
      h(
        "legend",
        {},
        conflicts > 0
          ? `What shall become of ${counted(conflicts, "conflict")}?`
          : "The file meets nothing that is here. Should that change before it comes in:",
      ),
      Object.entries(RESOLUTIONS).map(resolution),
    ),
    h("div", { class: "row" }, start, h("button", { type: "button", class: "quiet", on: { click: drop } }, "Do not import")),
  );
}

/** What an import did. */
export function report(done, tell) {
  const { undo_export: undo, renames, unresolved_references: unresolved, unresolved_total: total } = done;
  return h(
    "section",
    { class: "card stack" },
    h("h2", {}, "Report"),
    notice(`The file is in the project. It took ${seconds(done.duration_ms / 1000)}.`, "good"),
    table(done.sections, ["created", "updated", "skipped", "renamed"], ["Created", "Updated", "Skipped", "Renamed"]),
    notices(done.warnings),
    renames.length > 0 &&
      expandable(
        counted(renames.length, "new shortcut"),
        renames.map((one) => `${words(one.kind)} ${one.old} is now ${one.new}`),
      ),
    total > 0 &&
      expandable(
        `${counted(total, "reference")} to what is not there`,
        unresolved.map((one) => `${words(one.kind)} ${one.owner ?? ""} ${one.path}: ${one.old_id}`),
      ),
    undo &&
      h(
        "p",
        {},
        "The project as it was before is kept as an export. ",
        h("button", { type: "button", on: { click: () => download(undo.download_url).catch(tell) } }, "Download it"),
      ),
  );
}

function table(sections, keys, headings) {
  const rows = Object.entries(sections).filter(([, section]) => keys.some((key) => section[key] > 0));
  if (rows.length === 0) return h("p", { class: "dim" }, "Nothing of any section.");
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "figures-table" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, "Section"),
          headings.map((text) => h("th", { scope: "col", class: "number" }, text)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map(([name, section]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, SECTIONS[name] ?? name),
            keys.map((key, n) => h("td", { class: "number", "data-label": headings[n] }, number(section[key]))),
          ),
        ),
      ),
    ),
  );
}

function clashes(sections, total) {
  const listed = Object.values(sections).flatMap((section) => section.conflicts);
  const lines = listed.map(
    (one) => `${words(one.kind)} “${one.incoming_name}” has the shortcut ${one.shortcut} of ${one.kind} ${one.existing_id}`,
  );
  if (total > listed.length) lines.push(`and ${counted(total - listed.length, "more", "more")}`);
  return expandable(counted(total, "conflict"), lines);
}

function notices(warnings) {
  if (warnings.length === 0) return null;
  return expandable(
    counted(warnings.length, "warning"),
    warnings.map(
      (one) => `${ended(one.message)}${one.count > 1 ? ` (${number(one.count)} times)` : ""}${one.path ? ` ${one.path}` : ""}`,
    ),
  );
}

function expandable(title, lines) {
  return h(
    "details",
    {},
    h("summary", {}, title),
    h(
      "ul",
      {},
      lines.map((text) => h("li", {}, text)),
    ),
  );
}

function resolution([value, [label, meaning]], n) {
  return h(
    "label",
    { class: "pick" },
    h("input", { type: "radio", name: "resolution", value, checked: n === 0 }),
    h("span", {}, h("strong", {}, label), ` ${meaning}`),
  );
}
