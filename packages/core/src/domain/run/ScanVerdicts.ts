/** What a snapshot's packages say of planned patches (CMP-02), judged as agents judge them (`Detection`). */
import { Detection, type JobKind, Package } from "@fettle/agent-protocol/vocabulary";
import * as InstallOnly from "../assessment/InstallOnly.ts";
import type { PlannedPatch } from "../plan/Plan.ts";

export type Verdicts = { readonly [patchId: string]: Detection.DetectionVerdict };

/** A snapshot, ready to be asked. */
export interface Standing {
  readonly byKey: ReadonlyMap<string, Package.InstalledVersions>;
}

/** The packages of a snapshot by name and architecture. */
export const standing = (packages: readonly Package.Package[]): Standing => {
  const byKey = new Map<string, { name: string; arch: string; evrs: string[]; sideBySide: boolean }>();
  for (const p of packages) {
    const known = byKey.get(Package.key(p));
    if (known !== undefined) known.evrs.push(p.evr);
    else {
      const { name, arch, evr } = p;
      byKey.set(Package.key(p), { name, arch, evrs: [evr], sideBySide: InstallOnly.isInstallOnly(p) });
    }
  }
  return { byKey };
};

/** The verdict on each patch. */
export const of = (kind: JobKind, patches: readonly PlannedPatch[], { byKey }: Standing): Verdicts =>
  Object.fromEntries(
    patches.map((patch) => {
      const found = Package.concerned(patch.packages).flatMap((p) => byKey.get(Package.key(p)) ?? []);
      return [patch.patchId, Detection.verdict(kind, patch, found)];
    }),
  );
