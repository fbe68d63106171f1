// A file on its way into the service.

import { announce, fill, h, notice } from "./dom.js";
import { bytes, seconds } from "./format.js";
import { headers, newKey, Problem, refused, Unreachable } from "./http.js";
import { progressBar, Rate } from "./progress.js";
import { sentence } from "./words.js";

const FINE = new Set([200, 201, 202]);

/** Where a file is chosen or dropped; `onDone` is called with its import. */
export function dropZone(base, { onDone, signal }) {
  const input = h("input", {
    id: "file",
    type: "file",
    accept: ".json,.gz,.zst,.zip,application/json,application/gzip,application/zstd,application/zip",
  });
  const said = h("div");
  const zone = h(
    "div",
    { class: "drop" },
    h("label", { for: "file" }, "Drop a file here, or choose one"),
    h(
      "p",
      { class: "dim" },
      "A Storyarn document (.json), compressed (.json.gz, .json.zst), or a bundle (.zip). Nothing is changed before you say so.",
    ),
    input,
  );
  const element = h("section", { class: "card" }, h("h2", {}, "Bring a file"), zone, said);

  async function take(file, key = newKey()) {
    if (!file) return;
    const bar = progressBar("Upload");
    const figures = h("p", { class: "figures" });
    const stop = new AbortController();
    zone.hidden = true;
    fill(
      said,
      h("h3", {}, file.name),
      bar.element,
      figures,
      h("button", { type: "button", class: "danger", on: { click: () => stop.abort() } }, "Cancel"),
    );
    try {
      onDone(await upload(base, file, key, shower(bar, figures), AbortSignal.any([signal, stop.signal])));
    } catch (error) {
      zone.hidden = false;
      input.value = "";
      if (signal.aborted) return;
      const again = h("button", { type: "button", on: { click: () => take(file, key) } }, `Send ${file.name} again`);
      fill(
        said,
        stop.signal.aborted
          ? notice("The upload was stopped; nothing was changed.", "warn")
          : notice(failed(error), "bad", error instanceof Unreachable && again),
      );
    }
  }

  input.addEventListener("change", () => take(input.files[0]));
  for (const name of ["dragover", "dragleave", "drop"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", name === "dragover");
      if (name === "drop") take(event.dataTransfer.files[0]);
    });
  }
  return element;
}

function failed(error) {
  return error instanceof Unreachable
    ? "The connection broke while the file was on its way. Nothing was changed."
    : sentence(error);
}

function shower(bar, figures) {
  const rate = new Rate();
  return (sent, total) => {
    rate.add(sent);
    bar.set((100 * sent) / total);
    const speed = rate.perSecond;
    const left = speed > 0 && sent < total ? ` · ${bytes(speed)} a second · ${seconds((total - sent) / speed)} left` : "";
    figures.textContent = sent < total ? `${bytes(sent)} of ${bytes(total)}${left}` : "It has arrived and is being looked at.";
    if (sent === total) announce("The file has arrived and is being looked at.");
  };
}

/** Send a file. An XMLHttpRequest, since `fetch` does not tell how much has been sent. */
function upload(url, file, key, onProgress, signal) {
  const { promise, resolve, reject } = Promise.withResolvers?.() ?? resolvers();
  const request = new XMLHttpRequest();
  const stay = (event) => event.preventDefault();
  request.open("POST", url);
  for (const [name, value] of Object.entries(headers({ "Idempotency-Key": key }))) request.setRequestHeader(name, value);
  request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded, event.total));
  request.addEventListener("error", () => reject(new Unreachable("The connection broke.")));
  request.addEventListener("abort", () => reject(new Problem(0, { detail: "The upload was stopped." })));
  request.addEventListener("load", () => {
    const fine = FINE.has(request.status);
    if (fine) resolve(JSON.parse(request.responseText));
    else reject(refused(request.status, request.responseText));
  });
  // A reload would lose the file.
  addEventListener("beforeunload", stay);
  request.addEventListener("loadend", () => removeEventListener("beforeunload", stay));
  signal.addEventListener("abort", () => request.abort(), { once: true });
  const form = new FormData();
  form.append("file", file, file.name);
  request.send(form);
  return promise;
}

function resolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
