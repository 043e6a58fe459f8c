/** What to patch now, the slow and obvious way: asset by asset, CVE by CVE, every missing patch tried against every other. */
import { RpmVersion } from "@fettle/agent-protocol/vocabulary";
import type { Patch } from "../../../src/domain/patch/Patch.ts";
import type { PatchNowInputs } from "../../../src/domain/patch/PatchNow.ts";
import type { MissingHere } from "../../../src/domain/patch/Supersedence.ts";
import * as SupersedenceOracle from "./SupersedenceOracle.ts";

const mayDeploy = (p: Patch, supplied: ReadonlySet<string>): boolean => {
  if (p.isDeprecated || p.isFeatureUpdate) return false;
  if (p.download._tag === "Automatic" || p.download._tag === "Repository") return true;
  return p.platform === "Windows" && p.download._tag === "AcquireFromVendor" && supplied.has(p.id);
};

/** The CVEs that are to be fixed, of numbers too. */
export const cvesOf = (inputs: PatchNowInputs): readonly string[] => [
  ...new Set([...inputs.cves, ...inputs.qids.flatMap((q) => inputs.vulnerabilities.get(q)?.cves ?? [])]),
];

/** By asset: the patches to deploy, as a set; only assets that get something. */
export const patchesByAsset = (inputs: PatchNowInputs): ReadonlyMap<string, ReadonlySet<string>> => {
  const list = [...inputs.graph.patches.values()];
  const find = (id: string): Patch | undefined => list.find((p) => p.id === id);
  const brings = (a: MissingHere, b: MissingHere): boolean =>
    b.packages.length > 0 &&
    b.packages.every((p) =>
      a.packages.some((q) => q.name === p.name && q.arch === p.arch && RpmVersion.compare(q.fixed, p.fixed) >= 0),
    );
  const replaces = (a: MissingHere, b: MissingHere): boolean =>
    brings(a, b) || SupersedenceOracle.isReplaced(list, b.patchId, new Set([a.patchId]), null);
  const found = new Map<string, Set<string>>();
  for (const asset of inputs.assets) {
    const missing = inputs.missing.get(asset.id) ?? [];
    const able = missing.filter((m) => {
      const p = find(m.patchId);
      return p !== undefined && mayDeploy(p, inputs.supplied) && !inputs.held.has(p.id);
    });
    for (const cve of cvesOf(inputs)) {
      for (const fix of missing.filter((m) => find(m.patchId)?.cves.includes(cve))) {
        const same = able.filter((m) => m.patchId === fix.patchId || replaces(m, fix));
        const best = same.filter(
          (m) => !same.some((o) => o.patchId !== m.patchId && replaces(o, m) && !replaces(m, o)),
        );
        best.sort((a, b) => {
          const [p, q] = [find(a.patchId)?.publishedAt ?? 0, find(b.patchId)?.publishedAt ?? 0];
          return q - p || (a.patchId < b.patchId ? 1 : -1);
        });
        const first = best[0];
        if (first !== undefined) found.set(asset.id, (found.get(asset.id) ?? new Set()).add(first.patchId));
      }
    }
  }
  return found;
};

/** The held patches that would be deployed somewhere if nothing were held. */
export const heldOf = (inputs: PatchNowInputs): readonly string[] => {
  const free = patchesByAsset({ ...inputs, held: new Set() });
  return [...new Set([...free.values()].flatMap((ids) => [...ids].filter((id) => inputs.held.has(id))))].sort();
};
