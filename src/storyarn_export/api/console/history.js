// The exports that are over.

import { download } from "./download.js";
import { announce, fill, h } from "./dom.js";
import { away, bytes, counted, moment, number } from "./format.js";
import { call, get } from "./http.js";
import { findings } from "./validation.js";
import { ended, STATUSES } from "./words.js";

const DIGEST_SHOWN = 12;
const HEADINGS = ["Asked for", "Format", "Status", "Entities", "Size", "SHA-256", "Kept until", ""];

/** The table; `cursor` is that of the next page, null when there is none. */
export function historyTable({ forget, more, tell, signal }) {
  const body = h("tbody");
  const rows = new Map();
  const empty = h("p", { class: "dim" }, "Nothing has been exported yet.");
  const next = h("button", { type: "button", on: { click: () => more().catch(tell) } }, "Show more");
  const table = h(
    "table",
    {},
    h("caption", { class: "unseen" }, "Exports that are over, newest first"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        HEADINGS.map((text) => (text ? h("th", { scope: "col" }, text) : h("td", {}))),
      ),
    ),
    body,
  );
  const element = h("section", { class: "card" }, h("h2", {}, "History"), empty, h("div", { class: "scroll" }, table), next);

  async function remove(job) {
    if (!confirm("Delete this export and its file?")) return;
    try {
      await call("DELETE", `/api/projects/${job.project_id}/exports/${job.job_id}`);
      announce("The export is deleted.");
      forget(job);
    } catch (error) {
      tell(error);
    }
  }

  function rowOf(job) {
    const known = rows.get(job.job_id);
    const state = JSON.stringify(job);
    // A row that has not changed keeps the focus that may be in it.
    if (known?.state === state) return known.element;
    const made = row(job, { remove, tell, signal });
    rows.set(job.job_id, { state, element: made });
    return made;
  }

  return {
    element,
    cursor: undefined,
    show(jobs) {
      empty.hidden = jobs.length > 0;
      table.hidden = jobs.length === 0;
      next.hidden = !this.cursor;
      const wanted = jobs.map(rowOf);
      const same = wanted.length === body.children.length && wanted.every((one, n) => one === body.children[n]);
      if (!same) fill(body, wanted);
    },
  };
}

function row(job, { remove, tell, signal }) {
  const cells = [
    h("time", { datetime: job.created_at, title: away(job.created_at) }, moment(job.created_at)),
    job.format,
    status(job, tell, signal),
    number(job.entities.processed),
    job.file_size === null ? "–" : bytes(job.file_size),
    job.sha256 === null
      ? "–"
      : h(
          "details",
          { class: "digest" },
          h("summary", {}, h("code", {}, `${job.sha256.slice(0, DIGEST_SHOWN)}…`)),
          h("code", { class: "whole" }, job.sha256),
        ),
    kept(job),
    h(
      "div",
      { class: "row" },
      job.download_url &&
        h(
          "button",
          { type: "button", class: "primary", on: { click: () => download(job.download_url).catch(tell) } },
          "Download",
        ),
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          "aria-label": `Delete the export of ${moment(job.created_at)}`,
          on: { click: () => remove(job) },
        },
        "Delete",
      ),
    ),
  ];
  return h(
    "tr",
    { "data-job": job.job_id },
    cells.map((cell, n) => h("td", { "data-label": HEADINGS[n] || null }, cell)),
  );
}

function kept(job) {
  if (job.expires_at === null) return "–";
  if (job.status === "completed" && job.download_url === null) return "no longer";
  return h("time", { datetime: job.expires_at, title: moment(job.expires_at) }, away(job.expires_at));
}

function status(job, tell, signal) {
  const mark = h("span", { class: `status ${job.status}` }, STATUSES[job.status]);
  const found = job.validation && job.validation.errors + job.validation.warnings + job.validation.info > 0;
  const why = job.error && h("span", { class: "why" }, ended(job.error.message), job.error.hint && ` ${ended(job.error.hint)}`);
  return [mark, why, found && report(job, tell, signal)];
}

/** The findings of an export, fetched when someone opens them. */
function report(job, tell, signal) {
  const place = h("div", {}, "…");
  const { errors, warnings, info } = job.validation;
  const show = async (event) => {
    if (!event.target.open) return;
    try {
      fill(place, findings(await get(`/api/projects/${job.project_id}/exports/${job.job_id}/report`, signal)));
    } catch (error) {
      tell(error);
    }
  };
  return h("details", { on: { toggle: show } }, h("summary", {}, counted(errors + warnings + info, "finding")), place);
}
