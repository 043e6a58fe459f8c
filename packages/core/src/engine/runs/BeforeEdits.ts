/**
 * What a change of a job comes too late for happens as it was (SCH-08): a run that is due, and that no tick has made yet, is made
 * before the job is changed.
 */
import * as Effect from "effect/Effect";
import * as Suspension from "../../domain/job/Suspension.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Materialising from "./Materialising.ts";
import * as Occurrences from "./Occurrences.ts";

/** Makes the runs of a recurring job that are due. One that can't be made holds up nobody: the next tick says why. */
export const settle = Effect.fn("BeforeEdits.settle")(function* (tenantId: TenantId, jobId: string) {
  const job = yield* Repository.get(tenantId, "job", jobId);
  if (job === null || job.value.status !== "Enabled" || job.value.schedule?._tag !== "Recurring") return;
  const making = Effect.gen(function* () {
    const now = (yield* Environment).now();
    if (Suspension.of(job.value, yield* Subscriptions.of(tenantId), now) !== null) return;
    // Two can be due, where zones lie so far apart that one time comes last after the next came first, less the lead.
    for (let isMade = true; isMade; ) {
      // Exactly the lead is in time: what has come due in this very moment is changed yet.
      const due = yield* Occurrences.due(tenantId, job.value, now - 1);
      isMade = due._tag === "Due" && (yield* Materialising.recurring(tenantId, job, due)) !== null;
    }
  });
  yield* Effect.catchTag(making, "Rejected", () => Effect.void);
});
