// Whether the service answers. While it does not, it is asked again and again, and who waits is told when it does.

const FIRST_WAIT_MS = 500;
const MOST_WAIT_MS = 5000;
const LOST = "The service does not answer. This page goes on by itself as soon as it does.";

const waiting = new Set();
let looking = false;

/** Run `listener` whenever the service answers again, until the signal is aborted. */
export function onRegained(listener, signal) {
  waiting.add(listener);
  signal.addEventListener("abort", () => waiting.delete(listener));
}

/** The service did not answer someone. */
export function lost() {
  if (looking) return;
  looking = true;
  show(LOST);
  look();
}

async function look() {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, MOST_WAIT_MS)) {
    await pause(wait);
    if (await answers()) break;
  }
  looking = false;
  show("");
  for (const listener of [...waiting]) listener();
}

async function answers() {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

function show(text) {
  const banner = document.getElementById("lost");
  banner.textContent = text;
  banner.hidden = text === "";
}

/** Wait, unless the signal is aborted before. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
