/** What each command answers about a schedule that was read. */
import type * as Instant from "../Instant.ts";
import * as Preview from "../Preview.ts";
import * as RebootTimeline from "../RebootTimeline.ts";
import * as ScheduleJson from "../ScheduleJson.ts";
import * as ScheduleLint from "../ScheduleLint.ts";
import type { Invocation } from "./Arguments.ts";
import * as ExitCode from "./ExitCode.ts";
import * as Months from "./Months.ts";
import * as Pages from "./Pages.ts";
import * as Verdicts from "./Verdicts.ts";

export type Answer = { readonly page: Pages.Page; readonly code: number };

/** The answer to an invocation, at the clock's instant. */
export const perform = (
  { command, zones, from, at, runs }: Invocation,
  read: ScheduleJson.ScheduleDocument,
  now: Instant.Instant,
): Answer => {
  const document = zones === null ? read : { ...read, zones: distinct(zones) };
  const enabledAt = from ?? now;
  switch (command) {
    case "preview":
      return preview(document, enabledAt, runs);
    case "lint":
      return lint(document, enabledAt);
    case "explain":
      return explain(document, { at: at ?? now, enabledAt: from });
    case "calendar":
      return done(Pages.ofMonths(document.zones.map(({ zone }) => Months.of(document, zone, enabledAt))));
  }
};

const done = (page: Pages.Page): Answer => ({ page, code: ExitCode.DONE });

const distinct = (zones: NonNullable<Invocation["zones"]>): readonly ScheduleJson.AssetZone[] =>
  [...new Map(zones.map((zone) => [zone.name, zone])).values()].map((zone) => ({ zone, isDefault: false }));

const preview = (document: ScheduleJson.ScheduleDocument, enabledAt: Instant.Instant, runs: number): Answer => {
  const rows = Preview.of(document.schedule, ScheduleJson.contextAt(document, enabledAt), runs);
  if (rows.ok && rows.value.length > 0) return done(Pages.ofRows(rows.value, document.reboot));
  const problem = rows.ok ? { rule: "SCH-07", message: "The recurrence has no run left." } : rows.error;
  const rule = "rule" in problem ? problem.rule : null;
  const page = Pages.ofProblems([{ rule, path: "schedule", message: problem.message }]);
  return { page, code: ExitCode.SCHEDULE_FAILS };
};

const explain = (document: ScheduleJson.ScheduleDocument, moment: Verdicts.Moment): Answer => {
  const explained = Verdicts.explain(document, moment);
  const hasRun = explained.some(({ answer }) => answer.run !== null);
  return { page: Pages.ofExplanations(moment.at, explained), code: hasRun ? ExitCode.DONE : ExitCode.SCHEDULE_FAILS };
};

const lint = (document: ScheduleJson.ScheduleDocument, enabledAt: Instant.Instant): Answer => {
  const found = [
    ...ScheduleLint.lint(document.schedule, ScheduleJson.contextAt(document, enabledAt)),
    ...rebootFindings(document.reboot),
  ].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const hasError = found.some(({ severity }) => severity === "error");
  return { page: Pages.ofFindings(found), code: hasError ? ExitCode.SCHEDULE_FAILS : ExitCode.DONE };
};

const SEVERITIES: readonly Pages.Finding["severity"][] = ["error", "warning", "note"];

/** What is worth a word about the reboot; what breaks a limit was refused before. */
const rebootFindings = (settings: RebootTimeline.RebootSettings | null): readonly Pages.Finding[] =>
  settings === null
    ? []
    : RebootTimeline.check(settings, { strictLimits: false }).map(({ severity, rule, path, message }) => {
        return { code: `reboot.${path}`, severity, rule, zone: null, message, remedy: null };
      });
