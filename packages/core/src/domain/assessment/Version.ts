/** Versions as a package format reads and orders them: those of the vocabulary, for agent and platform judge alike. */
import { PackageVersion } from "@fettle/agent-protocol/vocabulary";

export type Version = PackageVersion.Version;

export const read: typeof PackageVersion.read = PackageVersion.read;
export const compare: typeof PackageVersion.compare = PackageVersion.compare;
