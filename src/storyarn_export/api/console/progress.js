// What runs: a bar, how fast, how long still, and a way to stop it.

import { announce, fill, h } from "./dom.js";
import { counted, number, seconds } from "./format.js";
import { call } from "./http.js";
import { STATUSES } from "./words.js";

// Progress is read aloud at each of these steps, not at every event.
const SPOKEN_PERCENT = 25;
// The rate is that of so many seconds.
const WINDOW_MS = 4000;

/** A bar that tells how far something is. */
export function progressBar(label) {
  const filled = h("span", { class: "filled" });
  const element = h(
    "div",
    {
      class: "bar",
      role: "progressbar",
      "aria-label": label,
      "aria-valuemin": "0",
      "aria-valuemax": "100",
      "aria-valuenow": "0",
    },
    filled,
  );
  return {
    element,
    set(percent) {
      element.setAttribute("aria-valuenow", String(Math.round(percent)));
      filled.style.inlineSize = `${percent}%`;
    },
  };
}

/** How many a second, from the last few observations. */
export class Rate {
  #seen = [];

  add(value) {
    const now = performance.now();
    if (value < (this.#seen.at(-1)?.value ?? 0)) this.#seen = [];
    this.#seen.push({ now, value });
    while (now - this.#seen[0].now > WINDOW_MS && this.#seen.length > 2) this.#seen.shift();
  }

  get perSecond() {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    return first && last.now > first.now ? (1000 * (last.value - first.value)) / (last.now - first.now) : 0;
  }
}

/** The cards of the exports that run. */
export function progressCards(base, onJob, tell) {
  const cards = new Map();
  const element = h("section", { class: "stack", "aria-label": "Running exports" });
  return {
    element,
    show(jobs) {
      for (const [id, card] of cards) {
        if (jobs.some((job) => job.job_id === id)) continue;
        card.element.remove();
        cards.delete(id);
      }
      for (const job of jobs) {
        if (!cards.has(job.job_id)) {
          cards.set(job.job_id, progressCard(base, job, onJob, tell));
          element.append(cards.get(job.job_id).element);
        }
        cards.get(job.job_id).update(job);
      }
    },
  };
}

function progressCard(base, { job_id: id }, onJob, tell) {
  const bar = progressBar("Export");
  const state = h("h2");
  const figures = h("p", { class: "figures" });
  const cancel = h("button", { type: "button", class: "danger" }, "Cancel");
  const rate = new Rate();
  let spoken = 0;

  cancel.addEventListener("click", async () => {
    cancel.disabled = true;
    try {
      onJob((await call("POST", `${base}/${id}/cancel`)).data);
    } catch (error) {
      cancel.disabled = false;
      tell(error);
    }
  });

  function update(job) {
    const { processed, total } = job.entities;
    rate.add(processed);
    bar.set(job.progress);
    state.textContent = job.status === "pending" ? "Waiting for a worker" : `${STATUSES[job.status]}: ${job.progress} %`;
    fill(figures, said(job, processed, total, rate.perSecond));
    const step = Math.floor(job.progress / SPOKEN_PERCENT);
    if (step > spoken) announce(`The export is at ${job.progress} percent.`);
    spoken = step;
  }

  return { element: h("article", { class: "card running", "data-job": id }, state, bar.element, figures, cancel), update };
}

function said(job, processed, total, perSecond) {
  const parts = [total === null ? "Counting" : `${number(processed)} of ${counted(total, "entity", "entities")}`];
  if (perSecond >= 1) parts.push(`${number(Math.round(perSecond))} a second`);
  if (job.eta_seconds !== null) parts.push(`${seconds(job.eta_seconds)} left`);
  if (job.restarted) parts.push("begun anew, as the project has changed");
  else if (job.resumed) parts.push("gone on after an interruption");
  return parts.join(" · ");
}
