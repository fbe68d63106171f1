// Event streams, read by `fetch`: unlike EventSource it sends the token, the last event's id, and shows what was refused.

import { pause } from "./connection.js";
import { headers, Problem, reach, refused, Unreachable } from "./http.js";
import { EventParser } from "./sse.js";

// The service says something every 15 s; who is silent for longer than this is gone.
const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 300;
const MOST_WAIT_MS = 5000;
// Refusals that pass.
const PASSING = new Set([429, 503]);

/**
 * Follow a stream until the signal is aborted, `onEvent` returns true, or the service refuses for good.
 *
 * `onOpen` is called each time the stream stands: from then on no change is missed, and what was before can be read.
 */
export async function follow(path, { onOpen = () => {}, onEvent }, signal) {
  let lastId = null;
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      const over = await once(path, lastId, signal, onOpen, (event) => {
        wait = FIRST_WAIT_MS;
        lastId = event.id ?? lastId;
        return onEvent(event) === true;
      });
      if (over) return;
    } catch (error) {
      if (signal.aborted) return;
      const passes = error instanceof Unreachable || (error instanceof Problem && PASSING.has(error.status));
      if (!passes) throw error;
    }
    await pause(wait + Math.random() * FIRST_WAIT_MS, signal);
    wait = Math.min(wait * 2, MOST_WAIT_MS);
  }
}

async function once(path, lastId, signal, onOpen, take) {
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  const more = { Accept: "text/event-stream", ...(lastId === null ? {} : { "Last-Event-ID": lastId }) };
  const answer = await reach(path, { headers: headers(more), signal: either });
  if (!answer.ok) throw refused(answer.status, await answer.text());
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  let opened = false;
  for (;;) {
    const timer = setTimeout(() => silence.abort(), SILENCE_MS);
    const { done, value } = await chunk(reader, signal);
    clearTimeout(timer);
    if (done) return false;
    if (!opened) onOpen();
    opened = true;
    for (const event of parser.push(value)) {
      if (take(event)) {
        await reader.cancel();
        return true;
      }
    }
  }
}

async function chunk(reader, signal) {
  try {
    return await reader.read();
  } catch (error) {
    // Broken off on the way, or silent for too long: as if it had ended.
    if (signal.aborted) throw error;
    return { done: true };
  }
}
