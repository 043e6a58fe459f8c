/**
 * What the control plane itself found about an asset run: that its job went, that nothing was heard, what a scan showed. Marks are a
 * set, as facts are, and none is ever taken back: a presumption and the fact that overrules it are both kept (RUN-06).
 */
import type { Detection, RunStatus } from "@fettle/agent-protocol/vocabulary";

export interface Mark {
  /** When the control plane found it, by its own clock. */
  readonly at: number;
  readonly body: MarkBody;
}

export type MarkBody =
  /** Its job was deleted or disabled before it started (JOB-28): it stands unless its agent began all the same. */
  | { readonly _tag: "Revoked"; readonly reason: string }
  /** Its asset was removed: nothing more will come of it. */
  | { readonly _tag: "Withdrawn"; readonly reason: string }
  /**
   * Presumed Timed Out, as nothing better is known. `facts` null: nothing of a beginning was heard by the end of its window, and it
   * gives way to one (WIN-03). A number: it had begun and fell silent, with so many facts known, and it gives way to any more.
   */
  | { readonly _tag: "Presumed"; readonly reason: string; readonly facts: number | null }
  /** Left out for an earlier occurrence of its job that went on (WIN-06). It was never sent. */
  | { readonly _tag: "Skipped"; readonly reason: string }
  /** The asset had lost its licence when it was to be sent (LIC-06). */
  | { readonly _tag: "NotLicensed"; readonly reason: string }
  /** The asset had left the scope of the job's owner when it was to be sent (TAG-05, OWN-01). */
  | { readonly _tag: "OutOfScope"; readonly reason: string }
  /** A snapshot of the asset came in, and this is what it says of the planned patches (CMP-02). */
  | {
      readonly _tag: "Scanned";
      /** By the agent's clock, as facts are. */
      readonly takenAt: number;
      readonly bootId: string;
      readonly verdicts: { readonly [patchId: string]: Detection.DetectionVerdict };
    }
  /** An hour after the scan of that instant came in, still nothing was heard: the agent's last message is lost. */
  | { readonly _tag: "Unheard"; readonly scan: number }
  /**
   * All that its agent told up to an end is here, and nothing of some planned patches: they were in no list that it carried out. So it is
   * with a run that a restored platform made once more, with another plan (RUN-11).
   */
  | { readonly _tag: "AllTold" };

export type Scanned = Extract<MarkBody, { readonly _tag: "Scanned" }>;

/** A mark that ends an asset run as long as it stands. */
export type Ending = Exclude<MarkBody, { readonly _tag: "Scanned" | "Unheard" | "AllTold" }>;

/** What an asset run is while a mark stands. */
export const statusOf: { readonly [T in Ending["_tag"]]: RunStatus.RunStatus } = {
  Withdrawn: "JobFailed",
  Revoked: "JobFailed",
  Skipped: "JobFailed",
  OutOfScope: "JobFailed",
  NotLicensed: "NotLicensed",
  Presumed: "TimedOut",
};

/** What is known of the facts, as far as marks are judged by them. */
export interface Known {
  readonly facts: number;
  readonly hasBegun: boolean;
}

/** Whether a mark that ends it stands beside these facts: what an agent did outranks that it should not have, or was thought not to. */
export const stands = (body: Ending, { facts, hasBegun }: Known): boolean => {
  if (body._tag === "Withdrawn") return true;
  return body._tag === "Presumed" && body.facts !== null ? facts <= body.facts : !hasBegun;
};

/** The mark that ends it beside these facts, or null. Where several do, the order is that of {@link statusOf}, then of time. */
export const ending = (marks: readonly Mark[], known: Known): { readonly at: number; readonly body: Ending } | null => {
  let first: { readonly at: number; readonly body: Ending } | null = null;
  for (const { at, body } of marks) {
    if (!isEnding(body) || !stands(body, known)) continue;
    if (first === null || byRank({ at, body }, first) < 0) first = { at, body };
  }
  return first;
};

/** The latest scan, by the instant at which it was taken; null: there was none. */
export const scan = (marks: readonly Mark[]): { readonly at: number; readonly body: Scanned } | null => {
  let latest: { readonly at: number; readonly body: Scanned } | null = null;
  for (const { at, body } of marks) {
    if (body._tag !== "Scanned") continue;
    const after = latest === null ? 1 : body.takenAt - latest.body.takenAt || byText(latest, { at, body });
    if (after > 0) latest = { at, body };
  }
  return latest;
};

/** Whether nothing more is to be told of its patches. */
export const isAllTold = (marks: readonly Mark[]): boolean => marks.some(({ body }) => body._tag === "AllTold");

/** When the control plane took it that nothing more is heard after a scan; null: it didn't. */
export const unheardAt = (marks: readonly Mark[], takenAt: number): number | null =>
  marks.reduce<number | null>(
    (first, { at, body }) =>
      body._tag === "Unheard" && body.scan === takenAt && (first === null || at < first) ? at : first,
    null,
  );

/** The set with one more. Of scans, and what is known after them, only the latest say anything: earlier ones are not kept. */
export const added = (marks: readonly Mark[], mark: Mark): readonly Mark[] => {
  const text = JSON.stringify(mark);
  if (marks.some((known) => JSON.stringify(known) === text)) return marks;
  const all = [...marks, mark];
  const latest = scan(all)?.body.takenAt ?? null;
  return all.filter(({ body }) => {
    const of = body._tag === "Scanned" ? body.takenAt : body._tag === "Unheard" ? body.scan : null;
    return of === null || latest === null || of >= latest;
  });
};

const RANKS = Object.keys(statusOf);

const isEnding = (body: MarkBody): body is Ending => body._tag in statusOf;

const byRank = (
  a: { readonly at: number; readonly body: Ending },
  b: { readonly at: number; readonly body: Ending },
): number => RANKS.indexOf(a.body._tag) - RANKS.indexOf(b.body._tag) || a.at - b.at || byText(a, b);

const byText = (a: Mark, b: Mark): number => {
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : one > other ? 1 : 0;
};
