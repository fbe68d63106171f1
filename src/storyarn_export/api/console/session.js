// The token. It is kept for the tab only, so that it survives a reload but neither the browser's end nor another tab's
// mishap, and it is sent in a header and never in an address, where histories and logs would keep it.

const KEY = "storyarn.token";

export function token() {
  return sessionStorage.getItem(KEY);
}

export function signIn(text) {
  sessionStorage.setItem(KEY, text);
}

/** Forget everything that this tab knows of its user. */
export function signOut() {
  sessionStorage.clear();
}

/** Something that was chosen before, if a reload came between. */
export function recall(name) {
  return JSON.parse(sessionStorage.getItem(`storyarn.${name}`) ?? "null");
}

export function remember(name, value) {
  sessionStorage.setItem(`storyarn.${name}`, JSON.stringify(value));
}
