// JSON schemas in short: the name of a type, and a value of it.

// Schemas nest, and one may hold itself.
const DEEPEST = 5;
const STRINGS = { uuid: "0198c3f2-7a51-7c43-9f6e-2f1d3b5a7c90", "date-time": "2026-11-25T12:00:00Z", binary: "…" };

function resolve(document, schema) {
  return schema?.$ref ? document.components.schemas[schema.$ref.split("/").pop()] : (schema ?? {});
}

/** What a schema takes, in a few words. */
export function typeOf(document, schema) {
  const { type, anyOf, enum: values, items, format, const: only } = resolve(document, schema);
  if (only !== undefined) return JSON.stringify(only);
  if (values) return values.join(" | ");
  if (anyOf) return [...new Set(anyOf.map((one) => typeOf(document, one)))].join(" or ");
  if (type === "array") return `list of ${typeOf(document, items)}`;
  return format ?? type ?? "any";
}

/** A value that the schema allows. */
export function example(document, schema, depth = 0) {
  const one = resolve(document, schema);
  const given = one.examples?.[0] ?? one.default ?? one.const ?? one.enum?.[0];
  if (given !== undefined) return given;
  if (depth > DEEPEST) return null;
  if (one.anyOf) return example(document, one.anyOf[0], depth + 1);
  if (one.properties)
    return Object.fromEntries(Object.entries(one.properties).map(([name, inner]) => [name, example(document, inner, depth + 1)]));
  if (one.type === "array") return [example(document, one.items, depth + 1)];
  if (one.type === "integer" || one.type === "number") return one.minimum ?? 0;
  if (one.type === "boolean") return true;
  if (one.type === "string") return STRINGS[one.format] ?? "…";
  return one.type === "object" ? {} : null;
}
