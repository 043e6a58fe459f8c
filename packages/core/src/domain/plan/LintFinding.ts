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

/** A finding before anybody looks at it: with every id. */
export interface RawFinding extends Omit<LintFinding, "assets" | "patches"> {
  readonly assets: readonly string[];
  readonly patches: readonly string[];
}

type Said = Pick<RawFinding, "code" | "severity" | "rule" | "message" | "remedy">;

/** A finding that is about what `about` says, and otherwise about nothing in particular. */
export const make = (
  said: Said,
  about: Partial<Pick<RawFinding, "jobs" | "assets" | "patches" | "zones">> = {},
): RawFinding => ({ jobs: [], assets: [], patches: [], zones: [], ...said, ...about });

/** As it is shown: the assets that `sees` lets through counted, and the first of them named. */
export const shown = (finding: RawFinding, sees: (assetId: string) => boolean = () => true): LintFinding => ({
  ...finding,
  assets: some(finding.assets.filter(sees)),
  patches: some(finding.patches),
});

/** The worst first, then by code. */
export const sorted = <F extends Pick<LintFinding, "severity" | "code" | "message">>(
  findings: readonly F[],
): readonly F[] =>
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

const some = (ids: readonly string[]): Some => ({ count: ids.length, first: ids.slice(0, NAMED_MAX) });

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
