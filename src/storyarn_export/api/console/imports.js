// The panel of imports: bring a file, look at what it meets, execute it, read what it did.

import { onRegained } from "./connection.js";
import { announce, fill, h, notice } from "./dom.js";
import { follow } from "./events.js";
import { bytes, moment } from "./format.js";
import { call, get } from "./http.js";
import { decide, report } from "./import_views.js";
import { progressBar } from "./progress.js";
import { dropZone } from "./upload.js";
import { ended, sentence, STATUSES } from "./words.js";

const PAGE = 10;
const BUSY = new Set(["parsing", "queued", "running", "retrying"]);
const STAGES = {
  reading: "The file is being read",
  keeping: "The project is being kept as it was",
  writing: "The file is being brought in",
};

/** Fill the panel. `job` is the import of the address, if it names one. */
export async function showImports(panel, { project, job: chosen }, signal) {
  const base = `/api/projects/${project.id}/imports`;
  const here = `#/projects/${project.id}/import`;
  const stage = h("div", { class: "stack" });
  const said = h("div");
  const recent = h("section", { class: "card" });
  let shown = null;
  let following = null;
  let bar = null;

  function tell(error) {
    if (!signal.aborted) fill(said, notice(sentence(error), "bad"));
  }

  async function list() {
    const { items } = await get(`${base}?limit=${PAGE}`, signal);
    fill(
      recent,
      h("h2", {}, "Recent imports"),
      items.length === 0
        ? h("p", { class: "dim" }, "Nothing has been imported yet.")
        : h(
            "ul",
            { class: "plain" },
            items.map((one) => line(one, here, chosen)),
          ),
    );
  }

  function draw(job) {
    const changed = shown?.status !== job.status || shown?.preview?.fingerprint !== job.preview?.fingerprint;
    shown = job;
    if (BUSY.has(job.status)) {
      if (bar === null || changed) busy(job);
      advance(job);
      watch(job);
      return;
    }
    bar = null;
    if (!changed) return;
    following?.abort();
    if (job.status !== "ready" || job.stage === "preview-stale") announce(`The import is ${STATUSES[job.status].toLowerCase()}.`);
    fill(stage, over(job));
    list().catch(tell);
  }

  function over(job) {
    if (job.status === "ready") return [facts(job), decide(job, { execute, drop: cancel })];
    if (job.status === "completed") return [facts(job), report(job.report, tell), again()];
    const why = job.error ? ended(job.error.message) : `This import is ${STATUSES[job.status].toLowerCase()}.`;
    const where = job.error?.path ? ` It is at ${job.error.path}.` : "";
    return [facts(job), notice(`${why}${where} The project is as it was.`, job.status === "failed" ? "bad" : "warn"), again()];
  }

  function again() {
    return h("p", {}, h("a", { class: "button", href: here }, "Import another file"));
  }

  function busy(job) {
    bar = progressBar("Import");
    bar.words = h("p", { class: "figures" });
    fill(
      stage,
      facts(job),
      h(
        "article",
        { class: "card running" },
        h("h2", {}, STATUSES[job.status]),
        bar.element,
        bar.words,
        h("button", { type: "button", class: "danger", on: { click: cancel } }, "Cancel"),
      ),
    );
  }

  function advance(job) {
    bar.set(job.progress);
    const { processed, total } = job.entities;
    const far = total === null ? "" : `: ${processed.toLocaleString()} of ${total.toLocaleString()}`;
    bar.words.textContent = `${STAGES[job.stage] ?? STATUSES[job.status]}${far}`;
  }

  function watch(job) {
    if (following && !following.signal.aborted) return;
    following = new AbortController();
    const onEvent = ({ data }) => {
      if (signal.aborted) return true;
      draw(data);
      return !BUSY.has(data.status);
    };
    follow(job.events_url, { onEvent }, AbortSignal.any([signal, following.signal])).catch(tell);
  }

  async function execute(resolution) {
    fill(said);
    try {
      draw((await call("POST", shown.execute_url, { body: { conflict_resolution: resolution }, signal })).data);
    } catch (error) {
      tell(error);
      await refresh();
    }
  }

  async function cancel() {
    try {
      draw((await call("POST", `${base}/${shown.import_id}/cancel`, { signal })).data);
    } catch (error) {
      tell(error);
    }
  }

  async function refresh() {
    try {
      await list();
      if (chosen) draw(await get(`${base}/${chosen}`, signal));
    } catch (error) {
      tell(error);
    }
  }

  await list();
  if (project.role === "viewer")
    fill(stage, notice("You are viewer in this project; to import takes the role editor or owner.", "warn"));
  else if (chosen) draw(await get(`${base}/${chosen}`, signal));
  else fill(stage, dropZone(base, { onDone: (job) => (location.hash = `${here}/${job.import_id}`), signal }));
  onRegained(refresh, signal);
  fill(panel, said, stage, recent);
}

function facts({ source }) {
  const known = [
    ["File", source.filename],
    ["Size", bytes(source.size)],
    ["Project in it", source.project_name],
    ["Exported", source.exported_at && moment(source.exported_at)],
    ["SHA-256", h("code", { class: "whole" }, source.sha256)],
  ];
  return h(
    "dl",
    { class: "card facts" },
    known.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

function line(one, here, chosen) {
  const current = one.import_id === chosen && "true";
  return h(
    "li",
    {},
    h("a", { href: `${here}/${one.import_id}`, "aria-current": current }, one.source.filename),
    " ",
    h("span", { class: `status ${one.status}` }, STATUSES[one.status]),
    " ",
    h("time", { class: "dim", datetime: one.created_at }, moment(one.created_at)),
  );
}
