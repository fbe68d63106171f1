// The panel of exports: what to export, what runs, what there was.

import { onRegained } from "./connection.js";
import { announce, fill, h, notice } from "./dom.js";
import { follow } from "./events.js";
import { exportForm } from "./export_form.js";
import { historyTable } from "./history.js";
import { get } from "./http.js";
import { progressCards } from "./progress.js";
import { timeline } from "./timeline.js";
import { sentence, STATUSES } from "./words.js";

const PAGE = 20;
const ACTIVE = new Set(["pending", "processing"]);
// The stream tells of one's own exports only; those of others are looked at now and then.
const LOOK_MS = 10_000;

/** Fill the panel. */
export async function showExports(panel, { project }, signal) {
  const base = `/api/projects/${project.id}/exports`;
  const jobs = new Map();
  const said = h("div");
  const running = progressCards(base, take, tell);
  const history = historyTable({ forget, more: () => load(history.cursor), tell, signal });
  const picture = h("div");
  let following = null;

  function tell(error) {
    if (!signal.aborted) fill(said, notice(sentence(error), "bad"));
  }

  function take(job) {
    const before = jobs.get(job.job_id);
    jobs.set(job.job_id, job);
    if (before && ACTIVE.has(before.status) && !ACTIVE.has(job.status))
      announce(`The export is ${STATUSES[job.status].toLowerCase()}.`);
    draw();
  }

  function forget(job) {
    jobs.delete(job.job_id);
    draw();
  }

  function draw() {
    const newest = [...jobs.values()].sort((a, b) => (a.job_id < b.job_id ? 1 : -1));
    running.show(newest.filter((job) => ACTIVE.has(job.status)));
    history.show(newest.filter((job) => !ACTIVE.has(job.status)));
    fill(picture, timeline(newest));
    if (newest.some((job) => ACTIVE.has(job.status))) watch();
    else following?.abort();
  }

  async function load(cursor = null) {
    const page = await get(`${base}?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, signal);
    for (const job of page.items) jobs.set(job.job_id, job);
    if (cursor !== null || history.cursor === undefined) history.cursor = page.next_cursor;
    draw();
  }

  async function refresh() {
    // What ran here and is on the list no more has been deleted.
    const active = [...jobs.values()].filter((job) => ACTIVE.has(job.status));
    for (const job of active) jobs.delete(job.job_id);
    try {
      await load();
    } catch (error) {
      for (const job of active) jobs.set(job.job_id, job);
      tell(error);
    }
  }

  function watch() {
    if (following && !following.signal.aborted) return;
    following = new AbortController();
    const either = AbortSignal.any([signal, following.signal]);
    const timer = setInterval(refresh, LOOK_MS);
    either.addEventListener("abort", () => clearInterval(timer));
    const onEvent = ({ name, data }) => {
      if (name === "resync") refresh();
      else if (data.project_id === project.id) take(data);
    };
    follow("/api/exports/events", { onOpen: refresh, onEvent }, either).catch(tell);
  }

  onRegained(refresh, signal);
  const form = await exportForm(project, { onJob: take, signal });
  await load();
  fill(
    panel,
    said,
    h(
      "div",
      { class: "columns" },
      form,
      h("div", { class: "stack" }, running.element, h("section", { class: "card" }, h("h2", {}, "Last exports"), picture)),
    ),
    history.element,
  );
}
