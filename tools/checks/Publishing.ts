/**
 * What can be said of the packages' manifests without building: what is developed against is what will be published, and
 * all five agree on the versions of what they share.
 */
import type { Finding, Source } from "./Source.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: unknown;
  readonly engines?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly access?: string; readonly exports?: Readonly<Record<string, unknown>> };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const NODE_RANGE = ">=20.19";

export function checkManifests(sources: readonly Source[]): readonly Finding[] {
  const manifests = sources
    .filter(({ path }) => /^packages\/[^/]+\/package\.json$/.test(path))
    .map(({ path, text }) => ({ path, manifest: JSON.parse(text) as Manifest }));
  return manifests.flatMap(({ path, manifest }) =>
    [
      ...headProblems(manifest),
      ...exportProblems(manifest),
      ...dependencyProblems(
        manifest,
        manifests.map((other) => other.manifest),
      ),
    ].map((problem) => ({ path, problem })),
  );
}

function headProblems(manifest: Manifest): readonly string[] {
  return [
    ...(manifest.private === true ? ["is private, so it cannot be published"] : []),
    ...(manifest.type === "module" ? [] : [`must say "type": "module"`]),
    ...(manifest.sideEffects === false ? [] : [`must say "sideEffects": false`]),
    ...(manifest.license === "Apache-2.0" ? [] : [`must say "license": "Apache-2.0"`]),
    ...(manifest.engines?.node === NODE_RANGE ? [] : [`must say "engines": { "node": "${NODE_RANGE}" }`]),
    ...(manifest.publishConfig?.access === "public" ? [] : [`must say "access": "public" in publishConfig`]),
    ...["dist", "src"].filter((one) => !manifest.files?.includes(one)).map((one) => `must list ${one} in "files"`),
  ];
}

/** `./src/x/index.ts` here is `./dist/x/index.js` with its declarations there, and nothing is on one side only. */
function exportProblems(manifest: Manifest): readonly string[] {
  const here = manifest.exports ?? {};
  const there = manifest.publishConfig?.exports ?? {};
  const subpaths = [...new Set([...Object.keys(here), ...Object.keys(there)])];
  return subpaths.flatMap((subpath) => {
    const expected = publishedAs(here[subpath]);
    return JSON.stringify(there[subpath]) === JSON.stringify(expected)
      ? []
      : [`publishConfig.exports["${subpath}"] must be ${JSON.stringify(expected) ?? "absent"}`];
  });
}

function publishedAs(source: string | undefined): unknown {
  const [, name] = /^\.\/src\/(.+)\.ts$/.exec(source ?? "") ?? [];
  return name === undefined ? source : { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
}

function dependencyProblems(manifest: Manifest, all: readonly Manifest[]): readonly string[] {
  const own = new Set(all.map((other) => other.name));
  const published = { ...manifest.dependencies, ...manifest.peerDependencies };
  const pinned = Object.entries(published).filter(([name]) => !own.has(name));
  return [
    ...Object.entries(published)
      .filter(([name, version]) => own.has(name) && version !== "workspace:*")
      .map(([name]) => `must depend on ${name} as "workspace:*"`),
    ...pinned.flatMap(([name, version]) => {
      const other = all.find(
        (one) => (one.dependencies?.[name] ?? one.peerDependencies?.[name] ?? version) !== version,
      );
      return other === undefined ? [] : [`wants ${name} ${version}, but ${other.name} wants another version`];
    }),
    ...Object.keys(manifest.peerDependencies ?? {})
      .filter((name) => manifest.peerDependenciesMeta?.[name]?.optional !== true)
      .map((name) => `must make the peer ${name} optional`),
    ...all
      .filter((other) => other.version !== manifest.version)
      .map((other) => `has another version than ${other.name}`),
  ];
}
