// A flow as a small picture: its nodes where they lie, and what connects them.

import { h, svg } from "./dom.js";
import { counted } from "./format.js";
import { words } from "./words.js";

const WIDTH = 480;
const MOST_HEIGHT = 240;
const MARGIN = 14;
// A flow that is one long row is drawn so many times as tall as it is, or nothing could be told apart.
const MOST_STRETCH = 8;
const LARGEST = 16;
const SMALLEST = 4;
const FLATNESS = 0.65;
// Types that look alike, and what the legend calls them.
const GROUPS = {
  dialogue: ["Dialogue", ["dialogue"]],
  ends: ["Entry, exit", ["entry", "exit"]],
  logic: ["Condition, instruction", ["condition", "instruction"]],
  ways: ["Hub, jump", ["hub", "jump"]],
  elsewhere: ["Subflow, scene", ["subflow", "scene"]],
};
const GROUP_OF = new Map(Object.entries(GROUPS).flatMap(([name, [, types]]) => types.map((type) => [type, name])));

/** The picture of a graph as the API gives it. */
export function flowGraph(graph) {
  const caption = `${graph.name}: ${counted(graph.node_count, "node")}, ${counted(graph.connection_count, "connection")}`;
  if (graph.nodes.length === 0) return h("p", { class: "dim" }, `${caption}.`);
  const { places, height } = placed(graph.nodes);
  const room = 0.4 * Math.sqrt((WIDTH * height) / graph.nodes.length);
  const width = Math.min(Math.max(room, SMALLEST), LARGEST);
  const types = tally(graph.nodes);
  const kinds = types.map(([type, count]) => `${count} ${words(type).toLowerCase()}`).join(", ");
  const left = graph.node_count - graph.nodes.length;
  const groups = Object.entries(GROUPS).filter(([, [, members]]) => types.some(([type]) => members.includes(type)));
  const partial = left > 0 ? ` The first ${graph.nodes.length} nodes are drawn.` : "";
  return h(
    "figure",
    { class: "flow-graph" },
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `${caption}. ${kinds}.${partial}` },
      graph.connections.map(({ source, target }) => wire(places.get(source), places.get(target), width)),
      graph.nodes.map((node) => mark(node, places.get(node.id), width)),
    ),
    h(
      "figcaption",
      {},
      h("span", {}, `${caption}.${partial}`),
      groups.map(([name, [label]]) => h("span", { class: `key ${name}` }, label)),
    ),
  );
}

/** Where nodes lie in the picture: as wide as it is, and as tall as it takes to tell them apart. */
function placed(nodes) {
  const xs = range(nodes.map(({ x }) => x));
  const ys = range(nodes.map(({ y }) => y));
  const across = (WIDTH - 2 * MARGIN) / (xs.size || 1);
  const height = Math.min(ys.size * across * MOST_STRETCH + 2 * MARGIN, MOST_HEIGHT);
  const down = (height - 2 * MARGIN) / (ys.size || 1);
  const places = new Map();
  for (const { id, x, y } of nodes) {
    const at = (value, { least, size }, scale, length) => length / 2 + (value - least - size / 2) * scale;
    places.set(id, { x: at(x, xs, across, WIDTH), y: at(y, ys, down, height) });
  }
  return { places, height };
}

function range(values) {
  const least = Math.min(...values);
  return { least, size: Math.max(...values) - least };
}

function tally(nodes) {
  const counts = new Map();
  for (const { type } of nodes) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function wire(from, to, width) {
  const bend = Math.max(Math.abs(to.x - from.x) / 2, width);
  return svg("path", { class: "wire", d: `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}` });
}

function mark(node, { x, y }, width) {
  const height = width * FLATNESS;
  return svg(
    "rect",
    { class: `node ${GROUP_OF.get(node.type) ?? ""}`, x: x - width / 2, y: y - height / 2, width, height, rx: height / 4 },
    svg("title", {}, `${words(node.type)} ${node.id}`),
  );
}
