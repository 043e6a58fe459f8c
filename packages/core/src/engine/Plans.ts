/** Gathers what a plan depends on, compiles it, and gives it its hash (PLN-01). */

import { Crypto, Json } from "@fettle/agent-protocol";
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { Job } from "../domain/job/Job.ts";
import * as Licence from "../domain/license/Licence.ts";
import * as Plan from "../domain/plan/Plan.ts";
import * as ConfigurationProfile from "../domain/profile/ConfigurationProfile.ts";
import type { TenantId } from "../domain/shared/Tenant.ts";
import { Environment } from "../ports/Environment.ts";
import * as Assessments from "./Assessments.ts";
import * as JobAuthority from "./JobAuthority.ts";
import { lift } from "./Rejected.ts";
import * as Repository from "./Repository.ts";
import * as Subscriptions from "./Subscriptions.ts";
import * as Tags from "./Tags.ts";
import * as Vulnerabilities from "./Vulnerabilities.ts";

/** A plan and the hash by which it is approved. */
export interface HashedPlan {
  readonly hash: Crypto.Digest;
  readonly plan: Plan.Plan;
}

/** Compiles a job's plan as of now, in its owner's scope of now (TAG-06). */
export const compile = Effect.fn("Plans.compile")(function* (tenantId: TenantId, job: Job) {
  const subscription = yield* Subscriptions.of(tenantId);
  const environment = yield* Environment;
  const tree = yield* Tags.tree(tenantId);
  const assets = (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  const profiles = (yield* Repository.all(tenantId, "profile")).map((p) => p.value);
  const plan = yield* lift(
    Plan.compile({
      job,
      scope: (yield* JobAuthority.principal(tenantId, job)).scope,
      tree,
      assets,
      seats: Licence.assignSeats(subscription, tree, assets, environment.now()),
      turnedOff: ConfigurationProfile.turningOff(profiles, tree, assets),
      assessments: yield* Assessments.all(tenantId),
      patches: (yield* Repository.all(tenantId, "patch")).map((p) => p.value),
      supplied: new Map((yield* Repository.all(tenantId, "vendorFile")).map((f) => [f.id, f.value])),
      // Read only where the query may ask for them: there are many.
      qids:
        job.patches?._tag === "Query" && /qid/i.test(job.patches.query)
          ? yield* Vulnerabilities.byCve(tenantId)
          : new Map(),
      ...(job.kind === "rollback" ? yield* past(tenantId) : { former: new Map(), replaced: new Map() }),
      limits: subscription.limits,
      now: environment.now(),
      versions: { tzdata: environment.tzdata(), tokenizer: String(Qql.FullText.TOKENIZER_VERSION) },
    }),
  );
  const hashed: HashedPlan = { hash: Crypto.digest(Json.canonicalBytes(plan)), plan };
  return hashed;
});

// What stood on each asset before Fettle installed a patch: from the evidence of finished runs, the latest wins.
const past = Effect.fn("Plans.past")(function* (tenantId: TenantId) {
  const runs = (yield* Repository.all(tenantId, "assetRun")).map((a) => a.value);
  runs.sort((a, b) => a.state.changedAt - b.state.changedAt || (a.id < b.id ? -1 : 1));
  const former = new Map<string, Map<string, readonly Package.Package[]>>();
  const replaced = new Map<string, Map<string, readonly string[]>>();
  for (const run of runs) {
    const was = ofAsset(former, run.assetId);
    const gone = ofAsset(replaced, run.assetId);
    for (const { patchId, outcome, packages } of Object.values(run.state.results)) {
      if (outcome === "Removed") was.delete(patchId);
      if (outcome !== "Installed") continue;
      const changed = packages.filter((p) => p.before.length === 1 && p.after.length > 0 && p.before[0] !== p.after[0]);
      was.set(
        patchId,
        changed.map((p) => ({ name: p.name, arch: p.arch, evr: p.before[0] ?? "" })),
      );
      gone.set(
        patchId,
        packages.filter((p) => p.before.length > 0 && p.after.length === 0).map((p) => p.name),
      );
    }
  }
  return { former: former as Plan.FormerVersions, replaced: replaced as Plan.ReplacedPackages };
});

const ofAsset = <A>(byAsset: Map<string, Map<string, A>>, assetId: string): Map<string, A> => {
  const known = byAsset.get(assetId) ?? new Map<string, A>();
  byAsset.set(assetId, known);
  return known;
};
