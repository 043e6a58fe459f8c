/** What the exit code of an action's script means (JOB-20): one table for whoever runs it and whoever reads of it. */

export interface ScriptVerdict {
  /** `skipped`: the action was not to be carried out here, which is no failure. */
  readonly outcome: "ok" | "failed" | "skipped";
  /** The asset is to reboot when the run is through, as the job's settings have it. */
  readonly wantsReboot: boolean;
  /** The remaining actions and patches are skipped. */
  readonly aborts: boolean;
}

const verdict = (outcome: ScriptVerdict["outcome"], over: Partial<ScriptVerdict> = {}): ScriptVerdict => ({
  outcome,
  wantsReboot: false,
  aborts: false,
  ...over,
});

/** The codes that mean something. */
export const exitCodes: { readonly [code: number]: ScriptVerdict } = {
  0: verdict("ok"),
  1: verdict("failed"),
  10: verdict("ok", { wantsReboot: true }),
  11: verdict("failed", { wantsReboot: true }),
  12: verdict("failed", { aborts: true }),
  101: verdict("skipped"),
};

const failed = verdict("failed");

/** What follows from a script's end. Null, it did not end in time or was killed; that and any code that isn't in the table failed. */
export const afterScript = (exitCode: number | null): ScriptVerdict =>
  exitCode !== null && Object.hasOwn(exitCodes, exitCode) ? (exitCodes[exitCode] ?? failed) : failed;
