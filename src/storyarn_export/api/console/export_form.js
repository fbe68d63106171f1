// The form of an export, with what it would hold and where it would run.

import { keep, optionsOf, queryOf, recalled } from "./choices.js";
import { onRegained, pause } from "./connection.js";
import { announce, fill, h, notice } from "./dom.js";
import { fields } from "./export_fields.js";
import { counted } from "./format.js";
import { call, get, newKey, Problem, Unreachable } from "./http.js";
import { findings, loadReport, validate } from "./validation.js";
import { sentence } from "./words.js";

// Between the last change and the count.
const QUIET_MS = 200;
const TRIES = 6;
const WAIT_MS = 1000;

/** The form; `onJob` is called with the export that it starts. */
export async function exportForm(project, { onJob, signal }) {
  const base = `/api/projects/${project.id}`;
  const [formats, languages] = await Promise.all([get("/api/formats", signal), get(`${base}/languages`, signal)]);
  const choices = recalled(project.id);
  const plan = h("p", { class: "plan", role: "status" });
  const said = h("div");
  const start = h("button", { class: "primary" }, "Start export");
  const check = h("button", { type: "button" }, "Validate");
  const parts = fields({ project, formats: formats.items, languages: languages.items, choices, onChange: changed, signal });
  let counting = new AbortController();

  function options() {
    return optionsOf(choices, parts.format());
  }

  function changed() {
    keep(project.id, choices);
    count();
  }

  async function count() {
    counting.abort();
    counting = new AbortController();
    const either = AbortSignal.any([signal, counting.signal]);
    await pause(QUIET_MS, either);
    if (either.aborted) return;
    try {
      const counts = await get(`${base}/counts?${queryOf(options())}`, either);
      parts.count(counts.by_section, options());
      plan.className = "plan";
      fill(plan, h("strong", {}, counted(counts.total, "entity", "entities")), ". ", where(counts));
      start.disabled = false;
    } catch (error) {
      if (either.aborted) return;
      plan.className = "plan bad";
      fill(plan, sentence(error));
      start.disabled = error instanceof Problem;
    }
  }

  async function submit(event) {
    event.preventDefault();
    start.disabled = true;
    fill(said);
    try {
      const job = await ask(`${base}/exports`, { format: parts.format().name, options: options() }, signal);
      announce(job.deduplicated ? "The same export runs already; it is shown." : "The export has started.");
      onJob(job);
    } catch (error) {
      if (signal.aborted) return;
      fill(said, notice(sentence(error), "bad"), await reported(error));
      await kept(error);
    } finally {
      start.disabled = false;
    }
  }

  async function reported(error) {
    const url = error.body?.report_url;
    return url ? findings(await loadReport(url, signal)) : null;
  }

  async function kept(error) {
    const url = error.body?.export_url;
    if (url) onJob(await get(url, signal));
  }

  check.addEventListener("click", async () => {
    check.disabled = true;
    fill(said, notice("The project is being looked at…"));
    fill(said, await validate(base, options(), signal));
    check.disabled = false;
  });
  onRegained(count, signal);
  count();
  return h(
    "form",
    { class: "card", on: { submit } },
    h("h2", {}, "New export"),
    parts.element,
    plan,
    h("div", { class: "row" }, start, check),
    said,
  );
}

function where({ mode, threshold }) {
  if (mode === "sync") return `It runs at once, as any of up to ${threshold.toLocaleString()} does.`;
  return "It runs in the queue; you may leave this page meanwhile.";
}

/** Ask for an export. The key lets a request that may have come through be sent again. */
async function ask(url, body, signal) {
  const key = newKey();
  for (let tries = 1; ; tries += 1) {
    try {
      return (await call("POST", url, { body, extra: { "Idempotency-Key": key }, signal })).data;
    } catch (error) {
      if (!(error instanceof Unreachable) || tries === TRIES) throw error;
      await pause(WAIT_MS * tries, signal);
    }
  }
}
