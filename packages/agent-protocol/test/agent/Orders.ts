/** Packages and patches that the agent's tests order, and how a run of them is told in a few words. */
import type { Documents, Facts, Package } from "../../src/index.ts";
import type { Machine } from "./Machine.ts";

export const pkg = (name: string, evr: string): Package.Package => ({ name, arch: "noarch", evr });

/** A patch, named as its package in capitals, that brings the package to version 2. */
export const patch = (name: string, evr = "2-1"): Documents.PatchList["patches"][number] => ({
  patchId: name.toUpperCase(),
  advisory: null,
  packages: [pkg(name, evr)],
});

/** Three packages in version 1, and the patches that bring them to version 2. */
export const packages = [pkg("a", "1-1"), pkg("b", "1-1"), pkg("c", "1-1")];
export const patches = [patch("a"), patch("b"), patch("c")];

const factsOf = (machine: Machine): readonly Facts.Fact[] =>
  [...machine.plane.facts.values()].sort((x, y) => x.sequence - y.sequence);

/** The statuses that the control plane was told, in the order of their numbers. */
export const statusesTold = (machine: Machine): readonly string[] =>
  factsOf(machine).flatMap((f) => (f.body._tag === "Status" ? [f.body.status] : []));

/** The patch facts that the control plane was told, by patch. */
export const patchesTold = (machine: Machine): { readonly [patchId: string]: Facts.PatchFact } =>
  Object.fromEntries(factsOf(machine).flatMap((f) => (f.body._tag === "Patch" ? [[f.body.patchId, f.body]] : [])));

/** Outcomes by patch, with the reason's number where there is one. */
export const outcomesTold = (machine: Machine): { readonly [patchId: string]: string } =>
  Object.fromEntries(
    Object.values(patchesTold(machine)).map((p) => [
      p.patchId,
      p.reasonCode === null ? p.outcome : `${p.outcome} ${p.reasonCode}`,
    ]),
  );

/** What the machine truly did, in a few words: `begin A`, `effect A`, `repair`. */
export const truthOf = (machine: Machine): readonly string[] =>
  machine.os.truth.map((t) => ("patchId" in t ? `${t._tag.toLowerCase()} ${t.patchId}` : t._tag.toLowerCase()));

/** What stands on the machine, by package. */
export const standing = (machine: Machine): { readonly [name: string]: string } =>
  Object.fromEntries(
    [...machine.os.installed()].map(([key, evrs]) => [key.slice(0, key.lastIndexOf(".")), evrs.join(" and ")]),
  );

/** The records of a journal by their tags. */
export const tagsOf = (machine: Machine): readonly string[] => machine.journal.dump().map((r) => r._tag);
