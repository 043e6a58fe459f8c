/**
 * What keeps a job's asset run from being sent because another one left its asset Pending Reboot (RBT-02): until the asset has
 * rebooted, by whomever, or that run needs it no more.
 */
import * as AssetRun from "./AssetRun.ts";

/** The run that blocks, as reasons name it. */
export interface Blocker {
  readonly runId: string;
  readonly jobId: string;
}

/**
 * The run that blocks an asset; null: none does. Of several the one that has waited longest. `bootId`: the boot in which the asset was
 * last seen, null where it was never; in another one than the need was found in, somebody has rebooted it since.
 */
export const blocker = (
  assetRun: Pick<AssetRun.AssetRun, "id">,
  others: readonly AssetRun.AssetRun[],
  bootId: string | null,
): Blocker | null => {
  const blocking = others.filter((o) => o.id !== assetRun.id && blocks(o, bootId)).sort(byAge);
  const [first] = blocking;
  return first === undefined ? null : { runId: first.runId, jobId: first.jobId };
};

/** Whether an asset run blocks its asset while that is in this boot. */
export const blocks = (run: AssetRun.AssetRun, bootId: string | null): boolean => {
  if (!AssetRun.isPendingReboot(run)) return false;
  const foundIn = run.state.reboot?.bootId ?? null;
  return foundIn === null || bootId === null || foundIn === bootId;
};

/** Why it waits. */
export const reason = ({ runId }: Blocker): string =>
  `RBT-02: the asset is Pending Reboot since run ${runId}, and takes nothing else until it is rebooted`;

const byAge = (a: AssetRun.AssetRun, b: AssetRun.AssetRun): number =>
  a.state.changedAt - b.state.changedAt || (a.id < b.id ? -1 : 1);
