/**
 * A snapshot that came in is evidence of the runs on its asset that have no end yet, or only a presumed one (CMP-02): each of them
 * keeps what it shows of its patches. Found by an index, so that a snapshot of an asset without such runs costs one look.
 */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import * as ScanVerdicts from "../../domain/run/ScanVerdicts.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Repository from "../Repository.ts";
import * as RunMarks from "./RunMarks.ts";

export interface Snapshot {
  /** By the agent's clock. */
  readonly takenAt: number;
  readonly bootId: string;
  readonly packages: readonly Package.Package[];
}

/** What goes into the batch that takes the snapshot down. */
export const change = Effect.fn("ScanEvidence.change")(function* (
  tenantId: TenantId,
  assetId: string,
  { takenAt, bootId, packages }: Snapshot,
) {
  const now = (yield* Environment).now();
  const waiting = yield* Repository.allBy(tenantId, "assetRun", "awaitsScanOf", assetId);
  // What was told after it, by the same clock, is no longer judged by it.
  const judged = waiting.filter(({ value: { state } }) => takenAt > (state.heardAt ?? takenAt));
  const marked: RunMarks.Marked[] = [];
  if (judged.length === 0) return RunMarks.change(marked, now);
  const standing = ScanVerdicts.standing(packages);
  const ids = [...new Set(judged.map(({ value }) => value.runId))];
  const kinds = new Map((yield* Repository.some(tenantId, "run", ids)).map((r) => [r.id, r.value.kind]));
  for (const was of judged) {
    const kind = kinds.get(was.value.runId);
    if (kind === undefined) continue;
    const verdicts = ScanVerdicts.of(kind, was.value.patches, standing);
    marked.push(yield* RunMarks.marked(tenantId, was, { _tag: "Scanned", takenAt, bootId, verdicts }));
  }
  return RunMarks.change(marked, now);
});
