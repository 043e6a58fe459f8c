/**
 * What happens when a job's patches need a reboot (RBT-01). A job states its mode; none is implied (RBT-13).
 * Its settings are checked where jobs are made (`RebootTimeline.check`), and bounded once more on the wire.
 */
export type RebootPolicy =
  /** It doesn't reboot: it stays pending, until somebody reboots it (RBT-02). */
  | { readonly _tag: "Suppress" }
  /** The user may reboot or defer (RBT-03), then a countdown runs (RBT-04). */
  | {
      readonly _tag: "Request";
      readonly deferrals: { readonly count: number; readonly minutes: number } | null;
      readonly countdownMinutes: number | null;
      /** With nobody logged in: reboot at once, or run the countdown all the same (RBT-03). */
      readonly whenNobody: "reboot" | "countdown";
    }
  /** Without asking (RBT-13); the warning of RBT-11 is shown. */
  | { readonly _tag: "Automatic"; readonly countdownMinutes: number | null };

/** Agent-caused reboots of one asset in any 24 hours at most, over all its jobs: what loops is stopped. */
export const REBOOTS_PER_DAY_MAX = 3;
