// What the validator says of a project.

import { h, notice } from "./dom.js";
import { counted } from "./format.js";
import { call, get, Problem } from "./http.js";
import { ended, sentence, words } from "./words.js";

const SEVERITIES = [
  ["error", "errors"],
  ["warning", "warnings"],
  ["info", "info"],
];
// Answers of a service that has no validator.
const NOT_OFFERED = new Set([404, 405]);
const MOST_SHOWN = 200;

/** Run the validator; gives what is to be shown, also where that went wrong. */
export async function validate(base, options, signal) {
  try {
    const { data } = await call("POST", `${base}/exports/validate`, { body: { options }, signal });
    return findings(data);
  } catch (error) {
    if (error instanceof Problem && NOT_OFFERED.has(error.status))
      return notice("This service does not offer to validate a project by itself. Nothing was checked.", "warn");
    return notice(sentence(error), "bad");
  }
}

export function loadReport(url, signal) {
  return get(url, signal);
}

/** A report, by severity; each finding can be expanded. */
export function findings(report) {
  const groups = SEVERITIES.map(([severity, name]) => [severity, name, listed(report, severity, name)]);
  const total = groups.reduce((sum, [, , found]) => sum + found.length, 0);
  if (total === 0)
    return notice(report.status === "not_run" ? "Nothing was validated." : "The project passed: nothing was found.", "good");
  return h(
    "section",
    { class: "findings", "aria-label": "Findings" },
    notice(summary(groups, report.truncated), report.status === "errors" ? "bad" : "warn"),
    groups.map(([severity, name, found]) => group(severity, name, found)),
  );
}

function listed(report, severity, name) {
  if (Array.isArray(report[name])) return report[name];
  return (report.findings ?? []).filter((finding) => finding.severity === severity);
}

function summary(groups, truncated) {
  const [errors, warnings, info] = groups.map(([, , found]) => found.length);
  return `${counted(errors, "error")}, ${counted(warnings, "warning")}, ${counted(info, "remark")}${truncated ? ", and more that are not listed" : ""}.`;
}

function group(severity, name, found) {
  if (found.length === 0) return null;
  const left = found.length - MOST_SHOWN;
  return h(
    "details",
    { class: `severity ${severity}`, open: severity === "error" },
    h("summary", {}, `${words(name)} (${found.length.toLocaleString()})`),
    h(
      "ul",
      {},
      found.slice(0, MOST_SHOWN).map(finding),
      left > 0 && h("li", { class: "dim" }, `${left.toLocaleString()} more; the API lists them.`),
    ),
  );
}

function finding(one) {
  const facts = [
    ["Rule", one.rule],
    ["Found in", named(one.source_type, one.source_id)],
    ["Refers to", named(one.target_type, one.target_id)],
  ];
  return h(
    "li",
    {},
    h(
      "details",
      {},
      h("summary", {}, ended(one.message)),
      h(
        "dl",
        { class: "facts" },
        facts.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
      ),
    ),
  );
}

function named(type, id) {
  return type ? `${words(type)} ${id ?? ""}`.trim() : null;
}
