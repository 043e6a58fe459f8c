/**
 * What a lint finds: data with a code, the rule that it is about, and a remedy. Findings refuse nothing. A code is never given
 * another meaning.
 */
import type { ScheduleLint } from "@fettle/scheduler/preview";

/** Codes about a job by itself; those of schedules are the scheduler's. */
export type JobCode =
  | ScheduleLint.Code
  | "owner-without-rights"
  | "partially-configured"
  | "not-carried-out"
  | "option-warning"
  | "targets-empty"
  | "scope-cuts-all"
  | "former-scope-cuts-all"
  | "nobody-fit"
  | "include-idle"
  | "exclude-idle"
  | "tags-partly-covered"
  | "targets-unlicensed"
  | "query-unreadable"
  | "patches-unknown"
  | "patches-deprecated"
  | "patches-superseded"
  | "patches-held"
  | "patches-not-deployable"
  | "never-old-enough"
  | "brings-nothing"
  | "ring-empty";

/** Codes about all enabled jobs together. */
export type SetCode =
  | "assets-uncovered"
  | "assets-covered-twice"
  | "patches-starved"
  | "seats-nearly-used"
  | "seats-exceeded"
  | "quorum-broken"
  | "pairs-cut"
  | "jobs-not-looked-at";

export type Severity = ScheduleLint.Finding["severity"];

/** Some of what a finding is about: how many, and the first of them. */
export interface Some {
  readonly count: number;
  readonly first: readonly string[];
}

/** `error`: it doesn't do what it is for. `warning`: something will not be as it looks. `note`: worth knowing. */
export interface LintFinding {
  readonly code: JobCode | SetCode;
  readonly severity: Severity;
  readonly rule: string;
  /** The jobs that it is about; none: all of them together. */
  readonly jobs: readonly { readonly id: string; readonly title: string }[];
  /** Ids. */
  readonly assets: Some;
  readonly patches: Some;
  readonly zones: readonly string[];
  readonly message: string;
  readonly remedy: string;
}

/** Ids that a finding names; of the others their number is told. */
export const NAMED_MAX = 5;

/** How many ids there are, and the first of them as they are ordered. */
export const some = (ids: readonly string[]): Some => ({ count: ids.length, first: ids.slice(0, NAMED_MAX) });

type Said = Pick<LintFinding, "code" | "severity" | "rule" | "message" | "remedy">;

interface About {
  readonly jobs?: LintFinding["jobs"];
  readonly assets?: readonly string[] | Some;
  readonly patches?: readonly string[];
  readonly zones?: readonly string[];
}

/** A finding that is about what is said, and otherwise about nothing in particular. */
export const make = (
  { code, severity, rule, message, remedy }: Said,
  { jobs = [], assets = [], patches = [], zones = [] }: About = {},
): LintFinding => ({
  code,
  severity,
  rule,
  jobs,
  assets: "count" in assets ? assets : some(assets),
  patches: some(patches),
  zones,
  message,
  remedy,
});

/** Counts ids as they come, and keeps the first of them in order: of many, little is held. */
export interface Tally {
  count: number;
  first: readonly string[];
}

/** Of nothing yet. */
export const tally = (): Tally => ({ count: 0, first: [] });

/** Counts one more. */
export const add = (to: Tally, id: string): void => {
  to.count += 1;
  const last = to.first[NAMED_MAX - 1];
  if (last === undefined || id < last) to.first = [...to.first, id].sort().slice(0, NAMED_MAX);
};

/** Of several that have nothing in common. */
export const together = (tallies: readonly Some[]): Some => ({
  count: tallies.reduce((sum, { count }) => sum + count, 0),
  first: tallies
    .flatMap(({ first }) => first)
    .sort()
    .slice(0, NAMED_MAX),
});

/** The worst first, then by code. */
export const sorted = (findings: readonly LintFinding[]): readonly LintFinding[] =>
  [...findings].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );

/**
 * Findings as text for people: of each what it is about, then what was found and what to do about it.
 *
 * @example
 * const { findings } = await fettle.jobs.lint(mara);
 * console.log(LintFinding.render(findings));
 */
export const render = (findings: readonly LintFinding[]): string =>
  findings.length === 0 ? "nothing found" : findings.map(textOf).join("\n");

const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

const textOf = (finding: LintFinding): string => {
  const { severity, rule, code, jobs, assets, patches, zones, message, remedy } = finding;
  const whose = jobs.length === 0 ? [] : [jobs.map((job) => job.title).join(" and ")];
  const counts = [countText(patches, "patch", "patches"), countText(assets, "asset", "assets"), zones.join(", ")];
  const about = [...whose, ...counts.filter((text) => text !== "")].join("; ");
  const heading = `${severity}: ${code} (${rule})${about === "" ? "" : `, ${about}`}`;
  return [heading, `  ${message}`, `  ${remedy}`].join("\n");
};

const countText = ({ count }: Some, one: string, many: string): string =>
  count === 0 ? "" : `${count} ${count === 1 ? one : many}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
