// The wire format of Server-Sent Events.

/** Takes text in any pieces and gives the events that are complete. */
export class EventParser {
  #rest = "";

  push(text) {
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop();
    return blocks.map(parse).filter((event) => event !== null);
  }
}

function parse(block) {
  const event = { id: null, name: "message", data: null };
  for (const line of block.split("\n")) {
    if (line.startsWith("id: ")) event.id = line.slice(4);
    else if (line.startsWith("event: ")) event.name = line.slice(7);
    else if (line.startsWith("data: ")) event.data = (event.data ?? "") + line.slice(6);
  }
  return event.data === null ? null : { ...event, data: JSON.parse(event.data) };
}
