// The documentation of the API, made from its OpenAPI document.

import { fill, h, notice } from "./dom.js";
import { example, typeOf } from "./schemas.js";
import { words } from "./words.js";

const DOCUMENT = "/openapi.json";
const OTHER = "other";
const main = document.getElementById("main");

function grouped(document) {
  const groups = new Map();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? OTHER;
      groups.set(tag, [...(groups.get(tag) ?? []), { path, method, ...operation }]);
    }
  }
  return groups;
}

function shown(document, { path, method, summary, description, parameters = [], requestBody, responses, operationId }) {
  return h(
    "details",
    { class: "card operation", id: operationId },
    h(
      "summary",
      {},
      h("span", { class: `method ${method}` }, method.toUpperCase()),
      h("code", {}, path),
      h("span", { class: "dim" }, summary),
    ),
    h(
      "div",
      {},
      (description ?? "").split("\n\n").map((text) => h("p", {}, text)),
      parameters.length > 0 &&
        section(
          "Parameters",
          table(
            ["Name", "In", "Type", "Meaning"],
            parameters.map((one) => parameter(document, one)),
          ),
        ),
      requestBody && body(document, requestBody),
      section(
        "Answers",
        table(
          ["Status", "Meaning"],
          Object.entries(responses).map(([status, one]) => [h("code", {}, status), prose(one.description)]),
        ),
      ),
      content(document, responses),
      section(
        "By curl",
        h("pre", { tabindex: "0", "aria-label": `curl for ${summary}` }, curl(document, path, method, requestBody)),
      ),
    ),
  );
}

function section(title, ...children) {
  return [h("h3", {}, title), ...children];
}

function table(headings, rows) {
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": headings.join(", ") },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          headings.map((text) => h("th", { scope: "col" }, text)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((cells) =>
          h(
            "tr",
            {},
            cells.map((cell, n) => h("td", { "data-label": headings[n] }, cell)),
          ),
        ),
      ),
    ),
  );
}

function parameter(document, one) {
  const required = one.required ? h("strong", {}, " required") : "";
  return [
    [h("code", {}, one.name), required],
    one.in,
    typeOf(document, one.schema),
    prose(one.description ?? one.schema?.description ?? ""),
  ];
}

function body(document, { content: offered }) {
  return section(
    "Body",
    Object.entries(offered).map(([type, { schema }]) => [h("p", {}, h("code", {}, type)), fieldsOf(document, schema)]),
  );
}

function content(document, responses) {
  const good = Object.entries(responses).find(([status]) => status.startsWith("2"));
  const schema = good?.[1].content?.["application/json"]?.schema;
  return schema
    ? section(
        `Body of ${good[0]}`,
        h("pre", { tabindex: "0", "aria-label": "Example of the answer" }, JSON.stringify(example(document, schema), null, 2)),
      )
    : null;
}

function fieldsOf(document, schema) {
  const resolved = schema.$ref ? document.components.schemas[schema.$ref.split("/").pop()] : schema;
  const rows = Object.entries(resolved.properties ?? {}).map(([name, one]) => [
    [h("code", {}, name), resolved.required?.includes(name) && h("strong", {}, " required")],
    typeOf(document, one),
    prose(one.description ?? ""),
  ]);
  return rows.length > 0 ? table(["Field", "Type", "Meaning"], rows) : null;
}

/** Text whose parts in backquotes are code. */
function prose(text) {
  return text.split("`").map((part, n) => (n % 2 === 1 ? h("code", {}, part) : part));
}

function curl(document, path, method, requestBody) {
  const lines = [
    `curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}"${location.origin}${path}"`,
    '-H "Authorization: Bearer $STORYARN_TOKEN"',
  ];
  const schema = requestBody?.content["application/json"]?.schema;
  if (schema) lines.push("-H 'Content-Type: application/json'", `-d '${JSON.stringify(example(document, schema))}'`);
  else if (requestBody) lines.push("-F file=@story.json");
  return lines.join(" \\\n  ");
}

async function show() {
  const answer = await fetch(DOCUMENT);
  if (!answer.ok) throw new Error(`the service answered ${answer.status}`);
  const openapi = await answer.json();
  const groups = grouped(openapi);
  fill(
    main,
    h("h1", {}, `${openapi.info.title} ${openapi.info.version}`),
    h("p", {}, prose(openapi.info.description ?? "")),
    h(
      "nav",
      { "aria-label": "Contents" },
      h(
        "ul",
        { class: "contents" },
        [...groups.keys()].map((tag) => h("li", {}, h("a", { href: `#${tag}` }, words(tag)))),
      ),
    ),
    [...groups].map(([tag, operations]) =>
      h(
        "section",
        { id: tag },
        h("h2", {}, words(tag)),
        operations.map((one) => shown(openapi, one)),
      ),
    ),
  );
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

show().catch((error) => fill(main, notice(`The documentation cannot be shown: ${error.message}. Load the page again.`, "bad")));
