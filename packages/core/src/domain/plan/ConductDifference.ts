/** How what the job does beside patches differs between two of its plans (PLN-02): window, reboot, actions and the like. Pure. */
import * as Canonical from "../shared/Canonical.ts";
import type { PlanConduct } from "./Plan.ts";

/** One part of the conduct is another; null: the plan doesn't have it. */
export interface ConductChange {
  readonly _tag: "ConductChanged";
  readonly what: keyof PlanConduct;
  readonly from: PlanConduct[keyof PlanConduct] | null;
  readonly to: PlanConduct[keyof PlanConduct] | null;
}

/** What changed of the conduct. */
export const of = (before: PlanConduct, after: PlanConduct): readonly ConductChange[] => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort() as (keyof PlanConduct)[];
  return names
    .filter((what) => Canonical.text(before[what]) !== Canonical.text(after[what]))
    .map((what) => ({ _tag: "ConductChanged", what, from: before[what] ?? null, to: after[what] ?? null }));
};

/** A change in words. */
export const wordsOf = ({ what, from, to }: ConductChange): string => {
  const { name, text } = parts[what] ?? { name: what };
  if (text === undefined) return `${name} ${from === null ? "were added" : to === null ? "are gone" : "have changed"}`;
  return `${name} ${text({ [what]: to ?? undefined })} instead of ${text({ [what]: from ?? undefined })}`;
};

interface Part {
  readonly name: string;
  /** Left out where a text would be too long: then it is only said that it changed. */
  readonly text?: (conduct: Partial<PlanConduct>) => string;
}

const parts: { readonly [part in keyof PlanConduct]-?: Part } = {
  window: {
    name: "the window is",
    text: ({ window }) =>
      window === undefined
        ? "none"
        : `${window.minutes} min${window.bound === undefined ? "" : ` to ${window.bound === "start" ? "start" : "be complete"}`}`,
  },
  reboot: { name: "the reboot is", text: ({ reboot }) => rebootText(reboot) },
  continueOnFailure: {
    name: "after a failure it",
    text: ({ continueOnFailure }) => (continueOnFailure === true ? "goes on" : "stops"),
  },
  deferral: {
    name: "users may put off the start",
    text: ({ deferral }) => (deferral === undefined ? "never" : `${deferral.count} × ${deferral.minutes} min`),
  },
  opportunisticDownload: {
    name: "files are fetched",
    text: ({ opportunisticDownload }) => (opportunisticDownload === true ? "before the start" : "at the start"),
  },
  actions: { name: "its actions" },
  rollout: { name: "its rings" },
};

const rebootText = (reboot: PlanConduct["reboot"] | undefined): string => {
  if (reboot === undefined) return "not stated";
  if (reboot._tag === "Suppress") return "suppressed";
  const countdown = reboot.countdownMinutes === null ? "no countdown" : `a countdown of ${reboot.countdownMinutes} min`;
  if (reboot._tag === "Automatic") return `automatic with ${countdown}`;
  const { deferrals, whenNobody } = reboot;
  const deferred = deferrals === null ? "no deferrals" : `${deferrals.count} × ${deferrals.minutes} min of deferral`;
  const alone = whenNobody === "reboot" ? "at once" : "after a countdown";
  return `requested with ${deferred} and ${countdown}, ${alone} when nobody is there`;
};
