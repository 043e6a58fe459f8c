/**
 * Who may import whom: the table, as data. A file belongs to the first zone whose pattern it matches; a zone lists the
 * zones of its own package and the outside packages it may import. Its own zone it may always import.
 *
 * To let a layer see more, change this table, and say why in ARCHITECTURE.md.
 */

export interface Zone {
  readonly name: string;
  readonly files: RegExp;
  /** Zones reachable by relative path. A trailing `*` stands for any ending. */
  readonly zones: readonly string[];
  /** Packages by specifier. A trailing `/*` stands for the subpaths, without the package itself. */
  readonly packages: readonly string[];
  /** More packages, of which only types may be imported. */
  readonly typesOf?: readonly string[];
}

/** Folders of the domain, each of which may import the earlier ones. */
export const DOMAIN_ORDER: readonly string[] = [
  "shared",
  "tag",
  "asset",
  "patch",
  "assessment",
  "access",
  "license",
  "profile",
  "key",
  "maintenance",
  "rollout",
  "job",
  "plan",
  "run",
  "purge",
  "retention",
  "gate",
  "compliance",
  "export",
  "dashboard",
  "audit",
  "event",
];

const VOCABULARY = "@fettle/agent-protocol/vocabulary";
const BELOW_DOMAIN = ["@fettle/qql", "@fettle/scheduler", "@fettle/scheduler/preview", VOCABULARY];
const ENTRY_POINTS = ["@fettle/*", "@fettle/*/*"];
/** Whatever the package.json of the file's own package declares. */
export const DECLARED = "(declared)";
export const ANY = "*";
export const NODE = "node:*";

export const ZONES: readonly Zone[] = [
  // A command is a shell around its package: nothing of the package knows it.
  { name: "qql/cli", files: /^packages\/qql\/src\/cli\//, zones: ["qql"], packages: [NODE] },
  { name: "qql", files: /^packages\/qql\/src\//, zones: [], packages: [] },
  { name: "scheduler/cli", files: /^packages\/scheduler\/src\/cli\//, zones: ["scheduler"], packages: [NODE] },
  { name: "scheduler", files: /^packages\/scheduler\/src\//, zones: [], packages: [] },

  ...agentProtocol(),
  ...core(),

  {
    name: "adapters/storage/sql",
    files: /^packages\/adapters\/src\/storage\/sql\//,
    zones: [],
    packages: [...ENTRY_POINTS, DECLARED, NODE],
  },
  // What feeds are read with: limits, decompression, records of JSON, the grammars of what an advisory says.
  {
    name: "adapters/feed/reading",
    files: /^packages\/adapters\/src\/feed\/reading\//,
    zones: [],
    packages: [...ENTRY_POINTS, DECLARED, NODE],
  },
  {
    name: "adapters/feed/$1",
    files: /^packages\/adapters\/src\/feed\/([^/]+)\//,
    zones: ["adapters/feed/reading"],
    packages: [...ENTRY_POINTS, DECLARED, NODE],
  },
  {
    name: "adapters/$1",
    files: /^packages\/adapters\/src\/([^/]+\/[^/]+)\//,
    zones: ["adapters/storage/sql", "adapters/storage/search"],
    packages: [...ENTRY_POINTS, DECLARED, NODE],
  },
  { name: "adapters", files: /^packages\/adapters\/src\//, zones: [], packages: [] },

  {
    name: "build of $1",
    files: /^packages\/([^/]+)\/([^/]+\.config\.ts$|migrations\/)/,
    zones: ["$1/*"],
    packages: [ANY],
  },
  // The story's world of real packages is what the installers are tried on as well.
  {
    name: "tests of $1",
    files: /^packages\/([^/]+)\/test\//,
    zones: ["$1", "$1/*", "examples/story"],
    packages: [ANY],
  },
  { name: "examples/$1", files: /^examples\/([^/]+)\//, zones: [], packages: [ANY] },
  { name: "tools", files: /^(tools|bench|vitest\.config)/, zones: [ANY], packages: [ANY] },
];

function agentProtocol(): readonly Zone[] {
  const zone = (name: string, zones: readonly string[], packages: readonly string[], files = `${name}/`): Zone => ({
    name: `agent-protocol/${name}`,
    files: new RegExp(`^packages/agent-protocol/src/${files}`),
    zones: ["result", ...zones].map((other) => `agent-protocol/${other}`),
    packages,
  });
  return [
    zone("vocabulary", [], []),
    zone("crypto", ["wire", "vocabulary"], ["zod", "node:crypto"], "wire/Crypto\\.ts$"),
    zone("wire", ["crypto", "vocabulary"], ["zod"]),
    zone("session", ["wire", "crypto", "vocabulary"], ["zod"]),
    zone("agent", ["session", "wire", "crypto", "vocabulary"], ["zod", "effect/*", "@fettle/scheduler"]),
    zone("entry", ["session", "wire", "crypto", "vocabulary"], [], "index\\.ts$"),
    zone("result", [], [], "Result\\.ts$"),
  ];
}

function core(): readonly Zone[] {
  const zone = (name: string, zones: readonly string[], packages: readonly string[], files = `${name}/`): Zone => ({
    name: `core/${name}`,
    files: new RegExp(`^packages/core/src/${files}`),
    zones: zones.map((other) => `core/${other}`),
    packages,
  });
  const aboveDomain = [...BELOW_DOMAIN, "@fettle/agent-protocol"];
  const everything = ["domain/*", "domain", "schema", "ports", "engine", "facade"];
  return [
    ...DOMAIN_ORDER.map((folder, at) => zone(`domain/${folder}`, earlier(at), BELOW_DOMAIN)),
    // Files beside the folders: the union of all events, the domain's own index.
    zone("domain", ["domain/*"], BELOW_DOMAIN, "domain/[^/]+\\.ts$"),
    zone("schema", ["domain/*", "domain"], [...aboveDomain, "zod"]),
    { ...zone("ports", ["domain/*", "domain"], ["effect/*"]), typesOf: aboveDomain },
    { ...zone("engine", ["domain/*", "domain", "schema", "ports"], [...aboveDomain, "effect/*"]), typesOf: ["zod"] },
    zone("testing", everything, [...aboveDomain, "@fettle/agent-protocol/agent", "effect/*", "zod", "fast-check"]),
    zone("facade", everything, [...aboveDomain, "effect/*"], "(facade/|[^/]+\\.ts$)"),
  ];
}

function earlier(at: number): readonly string[] {
  return DOMAIN_ORDER.slice(0, at).map((folder) => `domain/${folder}`);
}
