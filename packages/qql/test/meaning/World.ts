/**
 * The world that the tests of this folder speak about: a catalogue with every type and shape, and generated documents and
 * queries whose values are drawn from the same few, so that they meet often.
 */
import fc from "fast-check";
import { Catalog, type Checked, inspect, Limits } from "../../src/index.ts";

/** Runs of a property: the given number, scaled by the one knob of the workspace, moved by its seed. */
export const runs = (count: number): { numRuns: number; seed: number } => ({
  numRuns: Math.ceil(count * Number(process.env.FETTLE_RUNS ?? 1)),
  seed: Number(process.env.FETTLE_SEED ?? 20_240_229),
});

const STATUSES = ["Ready", "Not Ready", "and", "Straße", "n/a", "Null"] as const;
const MODULES = ["PM", "VM", "Policy Compliance"] as const;

export const assets = Catalog.define({
  name: { type: "text", required: true, description: "Name of the asset", example: "web server" },
  notes: {
    type: "text",
    repeated: true,
    aliases: ["remarks"],
    description: "What people wrote",
    example: '"remote code"',
  },
  serial: { type: "keyword", aliases: ["sn"], description: "Serial number", example: "KB2893294" },
  labels: { type: "keyword", repeated: true, description: "Labels", example: "CVE-2013-3900" },
  status: { type: "enum", values: STATUSES, description: "State of the agent", example: '"Not Ready"' },
  modules: { type: "enum", values: MODULES, repeated: true, description: "Active modules", example: "PM" },
  cpuCount: { type: "number", description: "Processors", example: "4" },
  scores: { type: "number", repeated: true, description: "Scores", example: "7.5" },
  memory: { type: "size", description: "Memory", example: "16 GB" },
  lastSeen: { type: "date", description: "Last check-in", example: "2024-02-29" },
  boots: { type: "date", repeated: true, description: "Starts", example: "now-7d" },
  licensed: { type: "boolean", description: "Holds a licence", example: "true" },
  agentVersion: { type: "version", description: "Version of the agent", example: "2.1*" },
  address: { type: "ip", description: "Address", example: "10.1.0.0/16" },
  id: { type: "uuid", description: "Identity", example: "0b1d7a52-6c0e" },
  host: {
    type: "group",
    description: "The machine",
    tokens: {
      model: { type: "text", description: "Model", example: "latitude" },
      ram: { type: "number", description: "Memory banks", example: "2" },
      bios: {
        type: "group",
        description: "Its firmware",
        tokens: { version: { type: "version", description: "Version", example: "1.0" } },
      },
    },
  },
  interfaces: {
    type: "group",
    repeated: true,
    description: "Network interfaces",
    tokens: {
      address: { type: "ip", description: "Address", example: "10.1.2.3" },
      label: { type: "keyword", description: "Name", example: "eth0" },
      isUp: { type: "boolean", description: "Whether it is connected", example: "true" },
      ports: {
        type: "group",
        repeated: true,
        description: "Open ports",
        tokens: {
          port: { type: "number", required: true, description: "Its number", example: "443" },
          service: { type: "text", description: "What listens", example: "https" },
        },
      },
    },
  },
  oldName: { type: "keyword", deprecated: "Use name.", description: "Former name", example: "web" },
});

export type Asset = Catalog.DocumentOf<typeof assets.definitions>;

/** A sound query as it was checked; throws if it is refused, so that a test stops there. */
export function checkedOf(text: string, catalog: Catalog.Catalog = assets, limits = Limits.lifted): Checked.Checked {
  const { checked, diagnostics } = inspect(catalog, text, limits);
  if (checked === null)
    throw new Error(`${text}\n${diagnostics.map(({ code, message }) => `${code}: ${message}`).join("\n")}`);
  return checked;
}

// ---- Documents.

const TEXTS = [
  "Security Update",
  "Remote Code Execution 10.1",
  "qualys.corp.com",
  "10,125 assets",
  "Straße 5",
  "STRASSE",
  "Cafe\u0301",
  "日本語",
  "KB-12_34 (x64)",
  "don't; stop",
  "",
];
const KEYWORDS = ["KB2893294", "kb28", "CVE-2013-3900", "a b", "", "*", 'q"\\', "and", "Ke\u0301y", "groß", "Null"];
const NUMBERS = [-1, -0, 0, 0.5, 3, 4, 7.5, 1e-7, Number.MAX_SAFE_INTEGER];
const SIZES = [0, 1, 1_023, 1_024, 1_536, 1_048_576, 17_179_869_184];
const INSTANTS = [
  "2023-12-31T23:59:59.999Z",
  "2024-01-01T00:00:00.000Z",
  "2024-01-01T12:30:30.000Z",
  "2024-01-02T00:00:00.000Z",
  "2024-02-29T12:00:00.000Z",
  "2024-03-31T10:00:00.000Z",
].map((text) => Date.parse(text));
const VERSIONS = ["2.1", "2.1.0", "2.0.9", "2.10", "2.1-rc1", "2.1~rc1", "v2.1", "3", "", "rc", "rcx", "1.0"];
const ADDRESSES = [
  "10.1.2.3",
  "10.1.255.0",
  "10.2.0.1",
  "::ffff:10.1.2.3",
  "fe80::1",
  "FE80:0::1",
  "none",
  "10.1.2.3.4",
];
const UUIDS = [
  "0b1d7a52-6c0e-4c1b-9d56-0242ac130003",
  "0B1D7A52-6C0E-4C1B-9D56-0242AC130004",
  "ffffffff-0000-4000-8000-000000000000",
];

/** Instants that clocks show in the tests. */
export const instants: fc.Arbitrary<number> = fc.constantFrom(...INSTANTS.map((at) => at + 1_000));

const maybe = <A>(value: fc.Arbitrary<A>): fc.Arbitrary<A | null | undefined> =>
  fc.oneof({ weight: 6, arbitrary: value }, fc.constant(null), fc.constant(undefined));
const several = <A>(value: fc.Arbitrary<A>): fc.Arbitrary<A[] | null | undefined> =>
  maybe(fc.array(value, { maxLength: 3 }));
const from = <A>(values: readonly A[]): fc.Arbitrary<A> => fc.constantFrom(...values);

const ports = fc.record({
  port: from([22, 80, 443]),
  service: maybe(from(["https", "ssh remote", "Security Update"])),
});
const interfaces = fc.record({
  address: maybe(from(ADDRESSES)),
  label: maybe(from(["eth0", "ETH1", "KB2893294"])),
  isUp: maybe(fc.boolean()),
  ports: several(ports),
});
const host = fc.record({
  model: maybe(from([...TEXTS, "Latitude 5400"])),
  ram: maybe(from([0, 1, 2])),
  bios: maybe(fc.record({ version: maybe(from(VERSIONS)) })),
});

/** Documents of every shape that the catalogue allows. */
export const documents: fc.Arbitrary<Asset> = fc.record({
  name: from(TEXTS),
  notes: several(from(TEXTS)),
  serial: maybe(from(KEYWORDS)),
  labels: several(from(KEYWORDS)),
  status: maybe(from(STATUSES)),
  modules: several(from(MODULES)),
  cpuCount: maybe(from(NUMBERS)),
  scores: several(from(NUMBERS)),
  memory: maybe(from(SIZES)),
  lastSeen: maybe(from(INSTANTS)),
  boots: several(from(INSTANTS)),
  licensed: maybe(fc.boolean()),
  agentVersion: maybe(from(VERSIONS)),
  address: maybe(from(ADDRESSES)),
  id: maybe(from(UUIDS)),
  host: maybe(host),
  interfaces: several(interfaces),
  oldName: maybe(from(KEYWORDS)),
});

// ---- Queries, as texts.

const TEXT = [
  "security", "update sec", "rem", "10.1", '"remote code"', "'code exec'", "`security update`", "sec*", "*ion", "*corp*",
  "strasse", "STRASSE 5", '"straße"', "`Straße 5`", "日", "Caf\u00e9", '"12_"', "x64", "qualys.corp", "10", '"10,1"', "don't",
]; // biome-ignore format: a table
const KEYWORD = [
  "kb2893294",
  "KB28*",
  "*3900",
  "*-2013-*",
  '"a b"',
  "a b",
  '""',
  '"*"',
  '"q\\"\\\\"',
  "`and`",
  "K\u00e9y",
  "GROSS",
  "null",
];
const STATUS = ["ready", '"not ready"', "Not*", "'and'", "STRASSE", "`N/A`", '"null"', "*a*"];
const MODULE = ["pm", "vm", "policy compliance", "p*"];
const NUMBER = ["-1", "0", "0.5", "3", "4", '"7.5"', "1e-7", "9007199254740991", "100"];
const SIZE = ["0", "1", "1 KB", "1.5kb", "1024", "1 MB", "16 GB", "1023 bytes"];
const DATE = [
  "2023", "2024", "2024-01", "2024-02", "2024-01-01", '"2024-01-01T12:30"', "2024-01-01T12:30:30Z", "2024-01-02T01:00+02:00",
  "now", "now-1d", "now-7d", "now-1M", "now+1y", "now-3h", "2024-02-29T12:00:00.000Z",
]; // biome-ignore format: a table
const VERSION = ["2.1", "2.1.0", "2.1*", "2", "2.*", "2.1~rc1", "2.1-rc1", "rc*", '"2.10"', "v2.1", "3"];
const ADDRESS = [
  "10.1.2.3",
  "10.1.0.0/16",
  "10.1.*",
  "fe80::1",
  "fe80::/10",
  "::ffff:10.1.2.3",
  '"10.2.0.1"',
  "0.0.0.0/0",
];
const UUID = ["0b1d7a52", "0B1D7A52-6C0E*", "0b1d7a52-6c0e-4c1b-9d56-0242ac130003", "f"];
const BOOLEAN = ["true", "FALSE"];

const joined = (...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc.tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part))).map((each) => each.join(""));

const listOf = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(value, { minLength: 1, maxLength: 3 }).map((values) => `[${values.join(", ")}]`);

const plain = (name: fc.Arbitrary<string>, values: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: joined(name, from([": ", "=", ":"]), from(values)) },
    { weight: 2, arbitrary: joined(name, ": ", listOf(from(values))) },
    { weight: 1, arbitrary: joined(name, from([" is null", " is not null", ": *"])) },
  );

const ordered = (name: fc.Arbitrary<string>, values: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 2, arbitrary: plain(name, values) },
    { weight: 2, arbitrary: joined(name, from(["<", " <= ", " > ", ">="]), from(values)) },
    { weight: 1, arbitrary: joined(name, ": [", from(values), " .. ", from(values), "]") },
    { weight: 1, arbitrary: joined(name, ": (", from(values), " .. ", from(values), ")") },
  );

const SEARCH = [
  "security",
  '"remote code"',
  "kb2893294",
  "`and`",
  "`security update`",
  "ready",
  "0b1d7a52",
  "eth0",
  "zzz",
  '"policy com"',
];

/** Conditions on what a group holds, by names inside it, or on all of it where the prefix is its path. */
const portConditions = (prefix: string): fc.Arbitrary<string> =>
  fc.oneof(
    ordered(from([`${prefix}port`]), ["22", "80", "443"]),
    plain(from([`${prefix}service`]), ["https", "ssh", '"security up"', "*remote"]),
  );

const interfaceConditions = (prefix: string): fc.Arbitrary<string> =>
  fc.oneof(
    ordered(from([`${prefix}address`]), ADDRESS),
    plain(from([`${prefix}label`]), ["eth0", "eth*", "*1", "KB2893294"]),
    plain(from([`${prefix}isUp`]), BOOLEAN),
    portConditions(`${prefix}ports.`),
    joined(`${prefix}ports`, from([" is null", " is not null"])),
  );

const hostConditions = (prefix: string): fc.Arbitrary<string> =>
  fc.oneof(
    plain(from([`${prefix}model`]), [...TEXT, "lat"]),
    ordered(from([`${prefix}ram`]), ["0", "1", "2"]),
    ordered(from([`${prefix}bios.version`]), VERSION),
    joined(`${prefix}bios`, from([" is null", ": *"])),
  );

const topConditions: fc.Arbitrary<string> = fc.oneof(
  plain(from(["name", "NAME", "notes", "remarks"]), TEXT),
  plain(from(["serial", "sn", "labels", "Labels"]), KEYWORD),
  plain(from(["status", "STATUS"]), STATUS),
  plain(from(["modules"]), MODULE),
  ordered(from(["cpuCount", "scores"]), NUMBER),
  ordered(from(["memory"]), SIZE),
  ordered(from(["lastSeen", "boots"]), DATE),
  plain(from(["licensed"]), BOOLEAN),
  ordered(from(["agentVersion"]), VERSION),
  ordered(from(["address"]), ADDRESS),
  plain(from(["id"]), UUID),
  from(SEARCH),
  hostConditions("host."),
  interfaceConditions("interfaces."),
  joined(from(["host", "interfaces"]), from([" is null", " is not null"])),
);

/** Expressions over conditions, with every operand in parentheses where another one could tear it apart. */
const expressions = (conditions: fc.Arbitrary<string>, maxDepth: number): fc.Arbitrary<string> =>
  fc.letrec<{ expression: string; operand: string }>((tie) => ({
    operand: tie("expression").map((text) => `(${text})`),
    expression: fc.oneof(
      { maxDepth, withCrossShrink: true },
      { weight: 3, arbitrary: conditions },
      {
        weight: 2,
        arbitrary: fc.array(tie("operand"), { minLength: 2, maxLength: 3 }).map((all) => all.join(" and ")),
      },
      { weight: 2, arbitrary: fc.array(tie("operand"), { minLength: 2, maxLength: 3 }).map((all) => all.join(" or ")) },
      { weight: 1, arbitrary: tie("operand").map((text) => `not ${text}`) },
    ),
  })).expression;

const portQueries = expressions(fc.oneof(portConditions(""), from(["security", "https"])), 1);
const nestedPorts = (name: string): fc.Arbitrary<string> => joined(`${name}: (`, portQueries, ")");
const interfaceQueries = expressions(fc.oneof(interfaceConditions(""), nestedPorts("ports"), from(["eth0"])), 1);
const hostQueries = expressions(
  fc.oneof(hostConditions(""), joined("bios: (", ordered(from(["version"]), VERSION), ")")),
  1,
);

const conditions: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: topConditions },
  { weight: 1, arbitrary: joined("interfaces: (", interfaceQueries, ")") },
  { weight: 1, arbitrary: nestedPorts("interfaces.ports") },
  { weight: 1, arbitrary: joined("host: (", hostQueries, ")") },
);

/** Sound queries of every form over the catalogue. */
export const queries: fc.Arbitrary<string> = expressions(conditions, 2);

/** Queries on few tokens, so that their conditions often have to do with each other. */
export const narrowQueries: fc.Arbitrary<string> = expressions(
  fc.oneof(
    ordered(from(["cpuCount", "scores"]), ["0", "3", "4"]),
    ordered(from(["lastSeen"]), ["2024", "2024-01", "2024-01-01", "now", "now-1d", "now-1M"]),
    plain(from(["status"]), ["ready", "n*", "null"]),
    plain(from(["modules"]), ["pm", "p*"]),
    plain(from(["serial"]), ["a*", "`a b`", "KB28*"]),
    plain(from(["licensed"]), BOOLEAN),
  ),
  3,
);
