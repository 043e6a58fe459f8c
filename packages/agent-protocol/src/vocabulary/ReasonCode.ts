/** Why a patch failed (RUN-04, RUN-10). Numbers are the field's; unknown numbers are kept as they come. */
export const reasonCodes = {
  LanguageDownloadNotAvailable: 3,
  FileDownloadFailed: 4,
  UnspecifiedAgentError: 5,
  FileValidationFailed: 7,
  Cancelled: 8,
  InstallerFailed: 9,
  DeployerProcessCrashed: 10,
  FileSignatureFailed: 11,
  FileHashValidationFailed: 12,
  PatchUrlMissing: 13,
} as const;

/** A reason's number. */
export type ReasonCode = number;

const names: ReadonlyMap<number, string> = new Map<number, string>([
  ...Object.entries(reasonCodes).map(([name, code]) => [code, name] as const),
  [reasonCodes.PatchUrlMissing, "PatchURLMissing"],
]);

/** The reason's name as RUN-04 spells it, or `Unknown(n)` for a number this version doesn't know (RUN-10: unknown codes are kept). */
export const nameOf = (code: ReasonCode): string => names.get(code) ?? `Unknown(${code})`;
