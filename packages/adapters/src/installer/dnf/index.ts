/** @fettle/adapters/installer/dnf: patches Linux systems through dnf 4, reads them through rpm. */
export * as DnfInstaller from "./DnfInstaller.ts";
export type { DnfLimits, DnfOptions } from "./DnfOptions.ts";
export * as RpmInventory from "./RpmInventory.ts";
