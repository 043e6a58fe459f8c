/**
 * Purge rules (PRG-01): which agents' assets are removed for good, with all that is known of them. A rule is a query over
 * the agent catalogue, with the six tokens of the rule and no other, so that nobody purges by a name that was mistyped.
 *
 * What a rule would remove is shown first, and confirmed: a {@link confirmation} stands for just that query and those
 * assets, and is worth nothing once they are others. A saved rule runs daily in the scope of whoever saved it.
 */
import * as Qql from "@fettle/qql";
import { Dependencies } from "@fettle/qql";
import { Limits as TimeLimits } from "@fettle/scheduler";
import * as AgentCatalog from "../asset/AgentCatalog.ts";
import * as AssetRun from "../run/AssetRun.ts";
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

/** What a purge rule may ask for. */
export const tokens = [
  "lastActivity",
  "lastCheckedIn",
  "activatedForModule",
  "agentActivationKey",
  "agentVersion",
  "configurationProfile",
] as const;

/** How often a saved rule runs. */
export const EVERY_MS = 24 * 3_600_000;

/** How a run of a rule went. */
export interface PurgeOutcome {
  readonly at: number;
  readonly removed: number;
  /** Matching assets that stayed, because of a run on them ({@link whyKept}). */
  readonly kept: number;
  /** Why it did not run at all; null when it did. */
  readonly failure: string | null;
}

export interface PurgeRule {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  /** Whoever saved it, whose scope it runs in; it doesn't run when they may no longer purge. */
  readonly ownerId: string;
  readonly savedAt: number;
  readonly lastRun: PurgeOutcome | null;
}

export type PurgeQuery = Qql.Query<AgentCatalog.AgentDocument>;

const allowed: ReadonlySet<string> = new Set(tokens);

/** The query of a purge, read. Refuses one that is empty, doesn't read, or asks for anything else than {@link tokens}. */
export const readQuery = (text: string): Result<PurgeQuery, readonly Rejection.Rejection[]> => {
  const wrong = (message: string): Rejection.Rejection => Rejection.make("PRG-01", "invalid", message, "query");
  if (text.trim() === "") return fail([wrong("a purge needs a query; an empty one would find every agent")]);
  const query = Qql.compile(AgentCatalog.catalog, text);
  if (!query.ok) {
    const errors = query.error.filter((d) => d.severity === "error");
    return fail(errors.map((d) => wrong([`${d.message} (at ${d.start})`, d.hint ?? ""].join(" ").trim())));
  }
  const others = [...Dependencies.of(query.value.checked).tokens].filter((t) => !allowed.has(t)).sort();
  return others.length === 0
    ? ok(query.value)
    : fail([wrong(`a purge asks for ${tokens.join(", ")} only, not for ${others.join(", ")}`)]);
};

/** The rule as it may stand beside the tenant's others. Its query was read before. */
export const save = (
  rule: PurgeRule,
  others: readonly PurgeRule[],
  limits: Limits,
): Result<PurgeRule, Rejection.Rejection> => {
  const name = rule.name.trim();
  if (name === "" || name.length > limits.titleCharactersMax) {
    return fail(Rejection.make("PRG-01", "invalid", `a name has 1–${limits.titleCharactersMax} characters`, "name"));
  }
  const rest = others.filter((o) => o.id !== rule.id);
  if (rest.some((o) => Qql.FullText.fold(o.name) === Qql.FullText.fold(name))) {
    return fail(Rejection.make("PRG-01", "conflict", `another purge rule is named ${name}`, "name"));
  }
  if (rest.length >= limits.purgeRulesMax) {
    const message = `at most ${limits.purgeRulesMax} purge rules; delete one first`;
    return fail(Rejection.make("PRG-01", "exhausted", message));
  }
  return ok({ ...rule, name });
};

/** Whether a saved rule is to run now. */
export const isDue = (rule: PurgeRule, now: number): boolean => now - (rule.lastRun?.at ?? rule.savedAt) >= EVERY_MS;

/** Stands for a query and the very assets that it found. */
export const confirmation = (query: string, assets: readonly string[], digest: (text: string) => string): string =>
  digest(JSON.stringify(["fettle-purge-v1", query, [...assets].sort()]));

/** Why an asset is not removed; null when it may be. */
export interface Kept {
  readonly rule: string;
  readonly reason: string;
}

/** How long an agent has been silent when its asset may go whatever runs there: the longest window that there is (WIN-01). */
export const GONE_MS: number = TimeLimits.MAX_WINDOW_MINUTES * 60_000;

/**
 * PRG-01: never an asset on which a run has started, or may start at any moment: a manifest in force is out of our hands. Where a
 * run only waits for a reboot nothing is under way (RBT-02), and a machine that is gone would wait for ever, as would one without a
 * window, which silence never ends (WIN-04): of whom nothing was heard for {@link GONE_MS}, nothing is kept.
 *
 * @param heardAt - When the control plane heard of the asset's agent last, by its own clock; null: there is none.
 */
export const whyKept = (
  runs: readonly AssetRun.AssetRun[],
  { now, heardAt }: { readonly now: number; readonly heardAt: number | null },
): Kept | null => {
  if (heardAt === null || now - heardAt >= GONE_MS) return null;
  // One that was revoked may have its manifest on the asset all the same, until its agent tells that it dropped it (JOB-28).
  const open = runs.filter((r) => !AssetRun.isPendingReboot(r) && (!AssetRun.isFinal(r) || AssetRun.isRevoked(r)));
  const started = open.find((r) => r.state.status !== "Pending" && !AssetRun.isRevoked(r));
  const kept = (reason: string): Kept => ({ rule: "PRG-01", reason: `${reason}; ${untilWhen(heardAt)}` });
  if (started !== undefined) return kept(`run ${started.runId} has started on it`);
  const issued = open.find((r) => r.manifest !== null && r.manifest.notAfter > now);
  return issued === undefined ? null : kept(`run ${issued.runId} may start on it: its manifest is in force`);
};

const untilWhen = (heardAt: number): string =>
  `if nothing is heard of it, it may go from ${new Date(heardAt + GONE_MS).toISOString()} on`;
