// The console: who is signed in, and which page the address names.

import { onRegained } from "./connection.js";
import { announce, fill, notice } from "./dom.js";
import { onSignedOut } from "./http.js";
import { showProject } from "./project.js";
import { showProjects } from "./projects.js";
import { signOut, token } from "./session.js";
import { showSignIn } from "./sign_in.js";
import { sentence } from "./words.js";

const PROJECT = /^#\/projects\/([0-9]+)(?:\/(export|import)(?:\/([0-9a-f-]{36}))?)?$/;
const main = document.getElementById("main");
const out = document.getElementById("sign-out");
let leaving = new AbortController();
let shown = null;

function page() {
  const [, project, tab, job] = PROJECT.exec(location.hash) ?? [];
  return project
    ? (signal) => showProject(main, { project, tab: tab ?? "export", job }, signal)
    : (signal) => showProjects(main, signal);
}

/** Show the page of the address. With `again` it is the same one, whose focus is left where it is. */
async function show(again = false) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  out.hidden = token() === null;
  if (token() === null) {
    showSignIn(main, () => show());
    return;
  }
  onRegained(() => signal.aborted || shown === location.hash || show(true), signal);
  try {
    await page()(signal);
    if (signal.aborted) return;
    if (!again && shown !== null) main.focus();
    shown = location.hash;
    document.title = `${main.querySelector("h1")?.textContent ?? "Console"} – Storyarn export`;
  } catch (error) {
    if (signal.aborted) return;
    shown = null;
    fill(main, notice(sentence(error), "bad"));
  }
}

out.addEventListener("click", () => {
  signOut();
  shown = null;
  history.replaceState(null, "", "#/");
  announce("You are signed out.");
  show();
});
onSignedOut((problem) => {
  if (token() === null) return;
  signOut();
  leaving.abort();
  out.hidden = true;
  showSignIn(main, () => show(), sentence(problem));
});
addEventListener("hashchange", () => {
  // The link that skips to the content changes the address, too.
  if (location.hash === "#main") return;
  shown = "";
  show();
});
show();
