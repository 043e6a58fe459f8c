/** The catalogue and documents that tests speak about. */
import { Catalog, compile, Limits, type Query } from "../src/index.ts";

export const patches = Catalog.define({
  title: { type: "text", description: "Title of the patch", example: "Security Update" },
  category: { type: "text", description: "Vendor's class of the patch", example: "security" },
  vendorSeverity: {
    type: "enum",
    values: ["Critical", "Important", "Moderate", "Low", "None"],
    aliases: ["severity"],
    description: "Vendor's rating",
    example: "Critical",
  },
  kb: { type: "keyword", aliases: ["article"], description: "Knowledge base article", example: "KB2893294" },
  cve: { type: "keyword", repeated: true, description: "Fixed vulnerabilities", example: "CVE-2013-3900" },
  product: { type: "text", repeated: true, description: "Products it applies to", example: "Windows Server 2022" },
  architecture: {
    type: "enum",
    values: ["X64", "X86", "Arm 64", "and"],
    repeated: true,
    description: "Processor families",
    example: "X64",
  },
  missingCount: { type: "number", required: true, description: "Assets that miss it", example: "3" },
  score: { type: "number", repeated: true, description: "Scores of the fixed vulnerabilities", example: "7.5" },
  publishedDate: { type: "date", description: "Day of publication", example: "2024-07-31" },
  seen: { type: "date", repeated: true, description: "When it was seen", example: "2024-07-31T12:00:00Z" },
  isSecurity: { type: "boolean", description: "Whether it fixes a vulnerability", example: "true" },
  "tags.name": { type: "text", repeated: true, description: "Names of its tags", example: "Cloud Agent" },
});

export type Patch = Catalog.DocumentOf<typeof patches.definitions>;

/** Property runs: the given number, scaled by the one knob of the workspace. */
export const runs = (count: number): { numRuns: number; seed: number } => ({
  numRuns: count * Number(process.env.FETTLE_RUNS ?? 1),
  seed: 20_260_101,
});

/** A compiled query over the patch catalogue; throws if it is refused, so that a test stops there. */
export function compiled(text: string): Query<Patch> {
  const result = compile(patches, text);
  if (!result.ok) throw new Error(`${text}: ${JSON.stringify(result.error)}`);
  return result.value;
}

/** The diagnostics of a refused query, as `code@start-end`; empty if it is accepted. */
export function faults(text: string, limits: Limits.Limits = Limits.defaults): readonly string[] {
  const result = compile(patches, text, limits);
  return result.ok ? [] : result.error.map(({ code, span }) => `${code}@${span.start}-${span.end}`);
}

/** A tree without its spans, to compare what two texts say. */
export const withoutSpans = (tree: unknown): unknown =>
  JSON.parse(JSON.stringify(tree, (key, value) => (key === "span" ? undefined : value)));
