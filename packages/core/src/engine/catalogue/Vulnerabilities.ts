/** Vulnerabilities by a scanner's number, as the host supplies them (PAT-05). */
import * as Effect from "effect/Effect";
import * as Vulnerability from "../../domain/patch/Vulnerability.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";

/** Counts the vulnerabilities, so that two calls at once can't both add the last that the limit allows. */
const VULNERABILITIES_COUNTER = "vulnerabilities";

/** The vulnerability's id in the storage. */
export const idOf = (qid: number): string => String(qid);

/**
 * Adds vulnerabilities or changes them, as one; others stay. What is already so is not written again.
 *
 * @example
 * yield* fettle.catalogue.saveVulnerabilities(actor, [{ qid: 90_931, title: "…", severity: 4, cves: ["CVE-2013-3900"] }]);
 */
export const save = Effect.fn("Vulnerabilities.save")(function* (
  actor: Actor,
  input: readonly Vulnerability.Vulnerability[],
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "manage-catalogue");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const max = limits.vulnerabilitiesPerCallMax;
  if (input.length > max) {
    return yield* reject("PAT-05", "invalid", `at most ${max} vulnerabilities in one call`, "vulnerabilities");
  }
  for (const v of input) yield* lift(Stored.readable("vulnerability", v));
  const kept = yield* lift(Vulnerability.validate(input));
  const decide = Effect.gen(function* () {
    const known = yield* standing(tenantId, kept);
    const changed = kept.filter((v) => !isSame(known.get(idOf(v.qid))?.value, v));
    const answer = { saved: kept.length, changed: changed.length };
    if (changed.length === 0) return { change: { writes: [] }, answer };
    const added = changed.filter((v) => !known.has(idOf(v.qid))).length;
    const told = { by: label(actor), vulnerabilities: changed.length };
    const change = {
      expect: changed.map((v) => Repository.expected("vulnerability", idOf(v.qid), known.get(idOf(v.qid)) ?? null)),
      counters: [{ key: VULNERABILITIES_COUNTER, by: added, ceiling: limits.vulnerabilitiesMax }],
      writes: changed.map((v) => Repository.put("vulnerability", idOf(v.qid), v)),
      events: [Repository.event("VulnerabilitiesSaved", "vulnerability", "all", (yield* Environment).now(), told)],
    };
    return { change, answer };
  });
  const once = Idempotency.once(actor, { method: "catalogue.saveVulnerabilities", key, request: kept }, decide);
  return yield* Decisions.ifItStands(tenantId, once, (because) =>
    because._tag === "Counter"
      ? reject("PAT-05", "exhausted", `at most ${limits.vulnerabilitiesMax} vulnerabilities are kept`)
      : reject("PAT-05", "conflict", "some of them were changed meanwhile; try again"),
  );
});

const standing = Effect.fn("Vulnerabilities.standing")(function* (
  tenantId: TenantId,
  of: readonly Vulnerability.Vulnerability[],
) {
  const ids = of.map((v) => idOf(v.qid));
  return new Map((yield* Repository.some(tenantId, "vulnerability", ids)).map((v) => [v.id, v]));
});

/** Those of the numbers that are known, by their number. */
export const some = Effect.fn("Vulnerabilities.some")(function* (tenantId: TenantId, qids: readonly number[]) {
  const ids = [...new Set(qids)].map(idOf);
  const found = yield* Repository.some(tenantId, "vulnerability", ids);
  return new Map(found.map((v) => [v.value.qid, v.value])) as ReadonlyMap<number, Vulnerability.Vulnerability>;
});

/** The numbers behind every CVE: for questions about any number. */
export const byCve = Effect.fn("Vulnerabilities.byCve")(function* (tenantId: TenantId) {
  return Vulnerability.byCve((yield* Repository.all(tenantId, "vulnerability")).map((v) => v.value));
});

/** The numbers behind the CVEs of a few patches: there are far more vulnerabilities than a page shows. */
export const behind = Effect.fn("Vulnerabilities.behind")(function* (
  tenantId: TenantId,
  patches: readonly { readonly cves: readonly string[] }[],
) {
  const found = new Map<number, Vulnerability.Vulnerability>();
  for (const cve of new Set(patches.flatMap((p) => p.cves.map(Vulnerability.normal)))) {
    for (const { value } of yield* Repository.allBy(tenantId, "vulnerability", "cve", cve)) found.set(value.qid, value);
  }
  return Vulnerability.byCve([...found.values()]);
});

const isSame = (a: Vulnerability.Vulnerability | undefined, b: Vulnerability.Vulnerability): boolean =>
  a !== undefined && a.title === b.title && a.severity === b.severity && a.cves.join() === b.cves.join();
