/** The words both sides share: pure data and pure functions, nothing imported. */
export * as CpuLimit from "./CpuLimit.ts";
export * as DebVersion from "./DebVersion.ts";
export * as Detection from "./Detection.ts";
export * as DottedVersion from "./DottedVersion.ts";
export type { JobKind } from "./JobKind.ts";
export * as ModuleConduct from "./ModuleConduct.ts";
export * as Package from "./Package.ts";
export * as PackageVersion from "./PackageVersion.ts";
export * as PatchFile from "./PatchFile.ts";
export * as PatchOutcome from "./PatchOutcome.ts";
export * as ReasonCode from "./ReasonCode.ts";
export type { RebootEvent } from "./RebootEvent.ts";
export { REBOOTS_PER_DAY_MAX, type RebootPolicy } from "./RebootPolicy.ts";
export * as RpmVersion from "./RpmVersion.ts";
export * as RunStatus from "./RunStatus.ts";
export * as Script from "./Script.ts";
export * as ScriptExit from "./ScriptExit.ts";
export type { WindowBound } from "./WindowBound.ts";
