// Files of exports. The browser saves them itself: a file that is fetched would have to fit into memory.

import { h } from "./dom.js";
import { call, get, headers, reach } from "./http.js";

/** Have the browser save a file; a ticket stands for the token, since a link cannot send it. */
export async function download(url) {
  const head = await reach(url, { method: "HEAD", headers: headers() });
  // The same again with a body, which says why.
  if (!head.ok) await get(url);
  const { data } = await call("POST", "/api/stream-tickets");
  const link = h("a", { href: `${url}?ticket=${encodeURIComponent(data.ticket)}`, download: "" });
  document.body.append(link);
  link.click();
  link.remove();
}
