/**
 * The packages that a record brings to each release of an operating system. Pure.
 *
 * Invariant: a release has all of its packages or none: one left out would read as "nothing missing".
 */
import type { Result } from "@fettle/agent-protocol";
import { DebVersion, RpmVersion } from "@fettle/agent-protocol";
import { Patch } from "@fettle/core";
import { one, type Problem } from "../reading/Checked.ts";
import * as Grammar from "../reading/Grammar.ts";
import * as PackageUrl from "../reading/PackageUrl.ts";
import type { ReleasePackages } from "../reading/ReleasePatches.ts";
import * as BinaryPackages from "./BinaryPackages.ts";
import * as Ecosystem from "./Ecosystem.ts";
import * as FixedVersion from "./FixedVersion.ts";
import { Affected } from "./OsvSchema.ts";

export interface AffectedReading {
  /** Packages are of any architecture unless the caller knows better: a record doesn't tell it. */
  readonly releases: readonly Omit<ReleasePackages, "cves">[];
  /** What was left out and why, each once. */
  readonly notes: readonly string[];
}

interface Context {
  /** The module streams that the record's title names. */
  readonly streams: ReadonlySet<string>;
  readonly binariesOf: BinaryPackages.BinariesOf | null;
}

interface Draft {
  readonly vendor: string;
  readonly format: "rpm" | "deb";
  readonly packages: Map<string, Patch.PatchPackage>;
  /** Why it can't be told whole; null when it can. */
  problem: string | null;
}

/** Reads the `affected` of a record. */
export const read = (
  values: readonly unknown[],
  record: { readonly summary: string; readonly binariesOf: BinaryPackages.BinariesOf | null },
): Result<AffectedReading, Problem> => {
  const title = record.summary.slice(0, SUMMARY_CHARACTERS_MAX);
  const streams = new Set([...title.matchAll(STREAMS)].map((match) => match[1] ?? ""));
  const context: Context = { streams, binariesOf: record.binariesOf };
  const drafts = new Map<string, Draft>();
  const notes = new Set<string>();
  for (const [i, value] of values.entries()) {
    const path = `affected[${i}]`;
    const affected = one(Affected, value, path);
    if (!affected.ok) return affected;
    const added = addAffected(affected.value, path, context, drafts, notes);
    if (!added.ok) return added;
  }
  for (const [release, draft] of drafts) if (draft.problem !== null) notes.add(`${release}: ${draft.problem}`);
  const whole = [...drafts].filter(([, draft]) => draft.problem === null && draft.packages.size > 0);
  const releases = whole.map(([release, { vendor, format, packages }]) => ({
    release,
    vendor,
    format,
    packages: [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, p]) => p),
  }));
  return {
    ok: true,
    value: { releases, notes: [...notes].map((note) => Grammar.shortened(note, NOTE_CHARACTERS_MAX)) },
  };
};

/** How much of a title is looked through for module streams. */
const SUMMARY_CHARACTERS_MAX = 4_096;
const NOTE_CHARACTERS_MAX = 240;

const done: Result<void, never> = { ok: true, value: undefined };

const addAffected = (
  affected: Affected,
  path: string,
  context: Context,
  drafts: Map<string, Draft>,
  notes: Set<string>,
): Result<void, Problem> => {
  const { package: named } = affected;
  if (named === undefined) {
    notes.add(`${path} names no package`);
    return done;
  }
  const ecosystem = Ecosystem.of(named.ecosystem);
  if (!ecosystem.ok) {
    notes.add(ecosystem.error);
    return done;
  }
  const { format, vendor, releases } = ecosystem.value;
  const fix = FixedVersion.of(affected.ranges ?? [], format, path);
  if (!fix.ok) return fix;
  const { version, isNeverAffected, note } = fix.value;
  if (version === null) {
    if (!isNeverAffected) notes.add(`${named.ecosystem}: no version of ${named.name} fixes it`);
    return done;
  }
  if (note !== null) notes.add(`${named.ecosystem}: ${named.name} ${note}`);
  for (const release of releases) {
    const draft = drafts.get(release) ?? { vendor, format, packages: new Map(), problem: null };
    drafts.set(release, draft);
    const names = BinaryPackages.meant(
      affected,
      { name: named.name, kind: ecosystem.value.names, release, format },
      context.binariesOf,
      path,
    );
    if (!names.ok) return names;
    if (names.value === null) draft.problem ??= `it names the source package ${named.name}, not what is built of it`;
    for (const told of names.value ?? []) {
      const added = addPackage(draft, { ...told, version: told.version ?? version }, named.purl, context.streams);
      if (!added.ok) return { ok: false, error: { path, reason: added.error } };
    }
  }
  return done;
};

const addPackage = (
  draft: Draft,
  told: { readonly name: string; readonly version: string; readonly arch: string | null },
  purl: string | undefined,
  streams: ReadonlySet<string>,
): Result<void, string> => {
  const { format } = draft;
  const read = Grammar.pkgAt({ ...told, arch: told.arch ?? Patch.ANY_ARCHITECTURE }, format);
  if (!read.ok) return read;
  const module = format === "rpm" ? moduleOf(read.value.evr, purl, streams) : null;
  if (module === UNKNOWN) {
    draft.problem ??= `${told.name} is of a module whose stream isn't told`;
    return done;
  }
  const key = `${read.value.name}\n${read.value.arch}\n${module ?? ""}`;
  const before = draft.packages.get(key);
  const compare = format === "rpm" ? RpmVersion.compare : DebVersion.compare;
  if (before !== undefined && compare(before.evr, read.value.evr) >= 0) return done;
  draft.packages.set(key, module === null ? read.value : { ...read.value, module });
  return done;
};

const UNKNOWN = Symbol("a module whose stream isn't told");
const STREAMS = /(?:^|[\s(])([A-Za-z0-9][A-Za-z0-9+._-]*:[A-Za-z0-9][A-Za-z0-9+._-]*)(?=[\s,;)]|$)/g;

// Builds for modules say so in their release; the stream stands in the record's title.
const moduleOf = (
  evr: string,
  purl: string | undefined,
  streams: ReadonlySet<string>,
): string | typeof UNKNOWN | null => {
  if (!Grammar.isModular(evr)) return null;
  const qualified = PackageUrl.parse(purl ?? "")?.qualifiers.get("rpmmod");
  const [only] = streams;
  const told = qualified === undefined ? (streams.size === 1 ? only : undefined) : PackageUrl.streamOf(qualified);
  return told ?? UNKNOWN;
};
