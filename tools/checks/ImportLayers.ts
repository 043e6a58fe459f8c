/**
 * Checks every import of every file against the table in Layers.ts, and a few rules of how a package is imported:
 * Effect and date-fns by subpath, zod as a namespace, our own packages by an entry point they export, and in what is
 * published nothing that its package.json does not declare.
 */
import { builtinModules } from "node:module";
import { posix } from "node:path";
import { ANY, DECLARED, NODE, ZONES, type Zone } from "./Layers.ts";
import { type Finding, isCode, lineAt, type Source } from "./Source.ts";
import { type Import, importsOf } from "./Syntax.ts";

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Manifests by the folder they stand in. */
type Manifests = ReadonlyMap<string, Manifest>;

const BUILTINS = new Set(builtinModules);

export function checkImports(sources: readonly Source[]): readonly Finding[] {
  const manifests = manifestsIn(sources);
  return sources.filter(isCode).flatMap((source) => {
    const zone = zoneOf(source.path);
    if (zone === undefined) return [{ path: source.path, problem: "belongs to no layer; see tools/checks/Layers.ts" }];
    return importsOf(source).flatMap((one) =>
      problemsOf(source, zone, one, manifests).map((problem) => ({
        path: source.path,
        line: lineAt(source.text, one.start),
        problem,
      })),
    );
  });
}

function problemsOf(source: Source, zone: Zone, one: Import, manifests: Manifests): readonly string[] {
  if (one.specifier.startsWith(".")) return relativeProblems(source, zone, one.specifier);
  const specifier = BUILTINS.has(one.specifier) ? `node:${one.specifier}` : one.specifier;
  const manifest = manifests.get(source.path.split("/").slice(0, 2).join("/"));
  const isPublished = /^packages\/[^/]+\/src\//.test(source.path);
  return [
    ...layerProblems(zone, specifier, one, manifest),
    ...entryPointProblems(specifier, manifests),
    ...(isPublished ? [...formProblems(specifier, one), ...declarationProblems(specifier, manifest)] : []),
  ];
}

function relativeProblems(source: Source, zone: Zone, specifier: string): readonly string[] {
  const target = posix.join(posix.dirname(source.path), specifier);
  const other = zoneOf(target);
  if (other === undefined) return zone.zones.includes(ANY) ? [] : [`imports ${target}, which is in no layer`];
  if (other.name === zone.name || zone.zones.some((pattern) => matches(pattern, other.name))) return [];
  return [`${zone.name} may not import ${other.name} (${target})`];
}

function layerProblems(zone: Zone, specifier: string, one: Import, manifest: Manifest | undefined): readonly string[] {
  const isAllowed = (pattern: string): boolean =>
    pattern === DECLARED ? isDeclared(specifier, manifest) : matches(pattern, specifier);
  if (zone.packages.some(isAllowed)) return [];
  const types = zone.typesOf ?? [];
  if (!types.some(isAllowed)) return [`${zone.name} may not import ${specifier}`];
  return one.isTypeOnly ? [] : [`${zone.name} may import only types from ${specifier}`];
}

function entryPointProblems(specifier: string, manifests: Manifests): readonly string[] {
  const [, name, subpath] = /^(@fettle\/[^/]+)(\/.+)?$/.exec(specifier) ?? [];
  if (name === undefined) return [];
  const manifest = [...manifests.values()].find((candidate) => candidate.name === name);
  if (manifest === undefined) return [`imports ${name}, which is no package of this workspace`];
  return `.${subpath ?? ""}` in (manifest.exports ?? {})
    ? []
    : [`${specifier} is not an entry point that ${name} exports`];
}

function formProblems(specifier: string, one: Import): readonly string[] {
  if (specifier === "effect") return [`imports the barrel "effect"; import the module, as in "effect/Effect"`];
  if (specifier.startsWith("effect/unstable/")) return [`builds on ${specifier}, which may break in a minor release`];
  if (specifier === "zod" && !one.isNamespace) return [`imports parts of zod; write: import * as z from "zod"`];
  return [];
}

function declarationProblems(specifier: string, manifest: Manifest | undefined): readonly string[] {
  if (matches(NODE, specifier)) return [];
  const name = packageOf(specifier);
  if (name === manifest?.name) return [`imports its own package by name; use a relative path`];
  return isDeclared(specifier, manifest) ? [] : [`${name} is not among the dependencies in its package.json`];
}

function isDeclared(specifier: string, manifest: Manifest | undefined): boolean {
  return packageOf(specifier) in { ...manifest?.dependencies, ...manifest?.peerDependencies };
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The zone of a file, with what its pattern captured filled in for `$1`. */
function zoneOf(path: string): Zone | undefined {
  for (const zone of ZONES) {
    const match = zone.files.exec(path);
    if (match === null) continue;
    const fill = (text: string): string => text.replaceAll("$1", match[1] ?? "");
    return { ...zone, name: fill(zone.name), zones: zone.zones.map(fill) };
  }
  return undefined;
}

/** A `*` stands for one segment of the path, at the end for whatever follows. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replace(/\*$/, ".+")
    .replaceAll("*", "[^/]+");
  return new RegExp(`^${source}$`).test(text);
}

function manifestsIn(sources: readonly Source[]): Manifests {
  return new Map(
    sources
      .filter(({ path }) => /^[^/]+\/[^/]+\/package\.json$/.test(path))
      .map(({ path, text }) => [posix.dirname(path), JSON.parse(text) as Manifest]),
  );
}
