// Requests to the API, and what can become of them.

import { lost } from "./connection.js";
import { token } from "./session.js";

const UNAUTHENTICATED = 401;
const KEY_BYTES = 16;

/** An answer that is not a success; see docs/problems.md. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? `The service answered ${status}.`);
    this.status = status;
    this.code = body.code ?? "unknown";
    this.body = body;
  }
}

/** There was no answer. */
export class Unreachable extends Error {}

/** Whoever shows the page where people sign in. */
let signedOut = () => {};

export function onSignedOut(listener) {
  signedOut = listener;
}

export function headers(more = {}) {
  return { Authorization: `Bearer ${token()}`, ...more };
}

/**
 * Send a request.
 *
 * Gives `{status, data}`. Throws Problem, Unreachable, or what an aborted signal throws.
 */
export async function call(method, path, { body, extra = {}, signal } = {}) {
  const typed = body === undefined ? {} : { "Content-Type": "application/json" };
  const answer = await reach(path, {
    method,
    headers: headers({ Accept: "application/json", ...typed, ...extra }),
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  });
  const text = await reading(answer, signal);
  if (answer.ok) return { status: answer.status, data: text ? JSON.parse(text) : null };
  throw refused(answer.status, text);
}

export async function get(path, signal) {
  return (await call("GET", path, { signal })).data;
}

/** A key with which a request can be sent again without being done twice. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(KEY_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What `fetch` gives, and Unreachable where there is no answer. */
export async function reach(path, options) {
  try {
    return await fetch(path, { cache: "no-store", ...options });
  } catch (error) {
    throw unreachable(error, options.signal);
  }
}

/** The error of an answer that is not a success. */
export function refused(status, text) {
  const problem = new Problem(status, parsed(text));
  if (status === UNAUTHENTICATED) signedOut(problem);
  return problem;
}

async function reading(answer, signal) {
  try {
    return await answer.text();
  } catch (error) {
    throw unreachable(error, signal);
  }
}

function unreachable(error, signal) {
  if (signal?.aborted) return error;
  lost();
  return new Unreachable("The service does not answer.");
}

function parsed(text) {
  // What stands between us and the service may answer in its own way.
  try {
    const body = JSON.parse(text);
    return body !== null && typeof body === "object" ? body : {};
  } catch {
    return {};
  }
}
