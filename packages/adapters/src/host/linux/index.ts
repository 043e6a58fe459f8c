/** @fettle/adapters/host/linux: what a Linux machine is, and when it booted. */
export * as LinuxHost from "./LinuxHost.ts";
export * as PreInstallProbe from "./PreInstallProbe.ts";
export type { Ran, RebootOptions, Run } from "./Reboot.ts";
