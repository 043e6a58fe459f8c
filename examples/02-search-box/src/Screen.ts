/** A search box's answers as lines of a terminal. */
import { type Completion, Rendering } from "@fettle/qql";
import type { Outcome, Reasons } from "./SearchBox.ts";
import { shown } from "./SearchBox.ts";

export const offers = ({ items }: Completion.Completion): string =>
  items.length === 0
    ? "  nothing to offer here"
    : items.map(({ label, kind, detail }) => `  ${label.padEnd(16)} ${kind.padEnd(9)} ${detail}`.trimEnd()).join("\n");

export function outcome(result: Outcome): string {
  if (result._tag === "Refused") return Rendering.renderAll(result.text, result.diagnostics);
  const { query, patches } = result.found;
  const warnings = query.warnings.length > 0 ? [Rendering.renderAll(query.text, query.warnings)] : [];
  const rows = patches.map(({ id, severity, published, title }) =>
    `  ${id.padEnd(15)} ${(severity ?? "–").padEnd(10)} ${shown("published", published)}  ${title}`.trimEnd(),
  );
  return [...warnings, ...rows, `  ${patches.length === 1 ? "1 patch" : `${patches.length} patches`}`].join("\n");
}

export function reasons(id: string, { isFound, conditions }: Reasons): string {
  const lines = conditions.map(
    ({ text, holds, values }) => `    ${holds ? "✓" : "✗"} ${text}  (${values.join(", ") || "no value"})`,
  );
  return [`  ${id} is ${isFound ? "found" : "not found"}, as`, ...lines].join("\n");
}
