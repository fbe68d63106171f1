// A picture of the last jobs: how long each waited and ran, and how it ended.

import { h, svg } from "./dom.js";
import { moment, seconds } from "./format.js";
import { STATUSES } from "./words.js";

const MOST = 24;
const WIDTH = 480;
const HEIGHT = 96;
const GAP = 4;
const LEAST = 3;
const WIDEST = 28;

/** The picture; the newest job is on the right. */
export function timeline(newest) {
  const jobs = newest.slice(0, MOST).reverse().map(spans);
  if (jobs.length === 0) return h("p", { class: "dim" }, "Each export will be a bar here: the taller, the longer it took.");
  const longest = Math.max(...jobs.map((job) => job.waited + job.ran), 0.001);
  const step = Math.min(WIDTH / jobs.length, WIDEST);
  const bars = jobs.map((job, n) => bar(job, n * step, step - GAP, HEIGHT / longest));
  const ended = jobs.filter(({ status }) => status === "completed").length;
  const label = `Last exports: ${jobs.length}, completed: ${ended}. The longest took ${seconds(longest)}.`;
  return h(
    "figure",
    { class: "timeline" },
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT + 4}`, role: "img", "aria-label": label },
      svg("line", { class: "ground", x1: 0, x2: WIDTH, y1: HEIGHT + 2, y2: HEIGHT + 2 }),
      bars,
    ),
    h("figcaption", {}, h("span", {}, `Longest: ${seconds(longest)}`), ...legend(jobs)),
  );
}

function spans(job) {
  const [created, started, ended] = [job.created_at, job.started_at ?? job.completed_at, job.completed_at].map((text) =>
    text ? new Date(text) / 1000 : Date.now() / 1000,
  );
  return {
    status: job.status,
    created_at: job.created_at,
    waited: Math.max(started - created, 0),
    ran: Math.max(ended - started, 0),
  };
}

function bar(job, x, width, scale) {
  const ran = Math.max(job.ran * scale, LEAST);
  const waited = Math.max(Math.min(job.waited * scale, HEIGHT - ran), 0);
  const title = `${moment(job.created_at)}: ${STATUSES[job.status].toLowerCase()}, waited ${seconds(job.waited)}, ran ${seconds(job.ran)}`;
  return svg(
    "g",
    {},
    svg("title", {}, title),
    svg("rect", { class: "waited", x, width, y: HEIGHT - ran - waited, height: waited, rx: 2 }),
    svg("rect", { class: job.status, x, width, y: HEIGHT - ran, height: ran, rx: 2 }),
  );
}

function legend(jobs) {
  const names = [...new Set(jobs.map((job) => job.status))];
  return [...names.map((name) => [name, STATUSES[name]]), ["waited", "In the queue"]].map(([name, label]) =>
    h("span", { class: `key ${name}` }, label),
  );
}
