/**
 * What is missing, told as plainly as it can be: every patch is held against every package in nested loops. It shares no
 * code with what it is compared to, and knows only the versions that the generated fleets have: numbers, and what is no
 * version. Slow on purpose.
 */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import type { Traits } from "../../src/domain/assessment/Inventory.ts";
import type { Patch, PatchPackage } from "../../src/domain/patch/Patch.ts";

type Finding =
  | { readonly is: "missing"; readonly packages: readonly object[] }
  | { readonly is: "installed" | "nothing" }
  | { readonly is: "unknown"; readonly reason: string };

export interface Expected {
  readonly missing: readonly { readonly patchId: string; readonly packages: readonly object[] }[];
  readonly installed: readonly string[];
  readonly unknown: readonly { readonly patchId: string; readonly reason: string }[];
}

export const assess = (traits: Traits, packages: readonly Package.Package[], patches: readonly Patch[]): Expected => {
  const missing = [];
  const installed = [];
  const unknown = [];
  const ids = patches.map((p) => p.id).sort();
  for (const patchId of ids) {
    const patch = patches.find((p) => p.id === patchId);
    if (patch === undefined) continue;
    const found = finding(traits, packages, patch);
    if (found.is === "missing") missing.push({ patchId, packages: found.packages });
    if (found.is === "installed") installed.push(patchId);
    if (found.is === "unknown") unknown.push({ patchId, reason: found.reason });
  }
  return { missing, installed, unknown };
};

const finding = (traits: Traits, packages: readonly Package.Package[], patch: Patch): Finding => {
  if (patch.isDeprecated) return { is: "nothing" };
  if (patch.platform !== traits.platform) return { is: "nothing" };
  const formats = [traits.packageFormat, patch.packageFormat].filter((f) => f !== null);
  if (formats.length === 2 && formats[0] !== formats[1]) return { is: "nothing" };
  const release = releaseFinding(patch.releases, traits.release);
  if (release === "no") return { is: "nothing" };
  const all = patch.packages
    .flatMap((fix) => (fix.arch === "any" && !fix.isPresence ? onEach(traits, packages, fix) : [fix]))
    .map((fix) =>
      fix.isPresence
        ? presence(traits, packages, fix, patch.releases)
        : oneFix(traits, packages, fix, formats.length > 0),
    );
  const told = all.filter((f) => f.is !== "nothing");
  if (told.length === 0) return { is: "nothing" };
  if (release !== "yes") return { is: "unknown", reason: release };
  const behind = told.flatMap((f) => (f.is === "missing" ? f.packages : []));
  if (behind.length > 0) return { is: "missing", packages: behind };
  return told.find((f) => f.is === "unknown") ?? { is: "installed" };
};

// A fix that tells no architecture counts once for each that its package stands in, or for the machine's.
const onEach = (traits: Traits, packages: readonly Package.Package[], fix: PatchPackage): readonly PatchPackage[] => {
  const found = packages.filter((p) => p.name === fix.name).map((p) => p.arch);
  const archs = found.length === 0 ? [traits.arch] : found.filter((a, i) => found.indexOf(a) === i);
  archs.sort((a, b) => (a < b ? -1 : 1));
  return archs.map((arch) => ({ ...fix, arch }));
};

const releaseFinding = (wanted: readonly string[], actual: string | null): string => {
  if (wanted.length === 0) return "yes";
  if (actual === null) return "release-not-told";
  const parts = (text: string) => text.split(/[:.]/);
  const begins = (long: readonly string[], short: readonly string[]) =>
    short.length <= long.length && short.every((part, i) => part === long[i]);
  if (wanted.some((w) => begins(parts(actual), parts(w)))) return "yes";
  return wanted.some((w) => begins(parts(w), parts(actual))) ? "release-too-coarse" : "no";
};

// There, or not there though the machine is of an architecture and the patch for releases that ask for it.
const presence = (
  traits: Traits,
  packages: readonly Package.Package[],
  fix: PatchPackage,
  releases: readonly string[],
): Finding => {
  if (packages.filter((p) => p.name === fix.name).length > 0) return { is: "installed" };
  const arch = fix.arch === "any" ? traits.arch : fix.arch;
  if (releases.length === 0 || (arch !== "noarch" && arch !== traits.arch)) return { is: "nothing" };
  return { is: "missing", packages: [{ name: fix.name, arch, installed: null, fixed: fix.evr, isPresence: true }] };
};

const oneFix = (
  traits: Traits,
  packages: readonly Package.Package[],
  fix: PatchPackage,
  isFormatKnown: boolean,
): Finding => {
  const isStreamKnown = fix.module === undefined || traits.modules !== null;
  if (fix.module !== undefined && traits.modules !== null && !traits.modules.includes(fix.module)) {
    return { is: "nothing" };
  }
  const own = packages.filter((p) => p.name === fix.name && concerns(fix.arch, p.arch, traits.arch));
  const replaced: Package.Package[] = [];
  const unsure: string[] = [];
  for (const p of packages) {
    for (const o of fix.obsoletes ?? []) {
      if (o.name !== p.name || o.name === fix.name || !concerns(fix.arch, p.arch, traits.arch)) continue;
      if (o.before === null) replaced.push(p);
      else if (!isFormatKnown) unsure.push("format-not-told");
      else if (number(o.before) === null || number(p.evr) === null) unsure.push("version-unreadable");
      else if ((number(p.evr) ?? 0) < (number(o.before) ?? 0)) replaced.push(p);
    }
  }
  const ownFinding = standing(own, fix, isFormatKnown);
  if (own.length === 0 && replaced.length === 0 && unsure.length === 0) return { is: "nothing" };
  if (!isStreamKnown) return { is: "unknown", reason: "modules-not-told" };
  if (replaced.length > 0 || ownFinding.is === "behind") {
    const line = { name: fix.name, arch: fix.arch, installed: ownFinding.evr, fixed: fix.evr };
    const texts = [...new Set(replaced)].map((p) => [p.name, p.arch, p.evr]);
    texts.sort((a, b) => (a.join("\0") < b.join("\0") ? -1 : 1));
    const replaces = texts.map(([name, arch, evr]) => ({ name, arch, evr }));
    return { is: "missing", packages: [replaces.length > 0 ? { ...line, replaces } : line] };
  }
  if (unsure[0] !== undefined) return { is: "unknown", reason: unsure[0] };
  return ownFinding.is === "installed" ? { is: "installed" } : { is: "unknown", reason: ownFinding.is };
};

// The one of several that decides, and what follows.
const standing = (
  own: readonly Package.Package[],
  fix: PatchPackage,
  isFormatKnown: boolean,
): { readonly is: string; readonly evr: string | null } => {
  if (!isFormatKnown) return { is: "format-not-told", evr: null };
  const target = number(fix.evr);
  const readable = own.filter((p) => number(p.evr) !== null);
  if (target === null || readable.length === 0) return { is: "version-unreadable", evr: null };
  const isKept = fix.isInstallOnly ?? (fix.name === "kernel" || fix.name === "kernel-core");
  const numbers = readable.map((p) => number(p.evr) ?? 0);
  const decisive = isKept ? Math.max(...numbers) : Math.min(...numbers);
  const spellings = readable.filter((p) => number(p.evr) === decisive).map((p) => p.evr);
  const evr = spellings.sort()[spellings.length - 1] ?? null;
  const isBehind = decisive < target;
  // With one version unread, a kept package may have a newer one, any other an older one.
  const isOpen = readable.length < own.length && (isKept ? isBehind : !isBehind);
  if (isOpen) return { is: "version-unreadable", evr: null };
  return { is: isBehind ? "behind" : "installed", evr };
};

const concerns = (fix: string, installed: string, machine: string): boolean =>
  fix === installed || fix === "noarch" || (installed === "noarch" && fix === machine);

const number = (evr: string): number | null => {
  const found = /^(?:0:)?0*(\d+)-0*1$/.exec(evr);
  return found === null ? null : Number(found[1]);
};
