/** What the tests of texts and trees share: a catalogue with every type and shape, the conformance queries, tree walks. */
import { readdirSync, readFileSync } from "node:fs";
import { type Ast, Catalog, Limits, type Span } from "../src/index.ts";

/** Runs of a property: the given number, scaled by the one knob of the workspace, moved by its seed. */
export const runs = (count: number): { numRuns: number; seed: number } => ({
  numRuns: Math.ceil(count * Number(process.env.FETTLE_RUNS ?? 1)),
  seed: SEED,
});

/** For tests of many runs: how long they may take where the machine has other things to do. */
export const PATIENT = { timeout: 300_000 };

/** Of whatever is drawn at random. */
export const SEED = Number(process.env.FETTLE_SEED ?? 20_260_101);

export const STATES = ["Missing", "Installed", "Not Applicable", "and", "Straße"] as const;
export const MODULES = ["PM", "VM", "Policy Compliance"] as const;

export const assets = Catalog.define({
  title: { type: "text", description: "Title", example: "Security Update" },
  notes: { type: "text", repeated: true, aliases: ["remarks"], description: "What people wrote", example: "urgent" },
  kb: { type: "keyword", aliases: ["article"], description: "Knowledge base article", example: "KB2893294" },
  cve: { type: "keyword", repeated: true, description: "Vulnerabilities", example: "CVE-2013-3900" },
  state: { type: "enum", values: STATES, aliases: ["status"], description: "State", example: "Missing" },
  modules: { type: "enum", values: MODULES, repeated: true, description: "Modules", example: "PM" },
  missingCount: { type: "number", required: true, description: "Missing patches", example: "3" },
  score: { type: "number", repeated: true, description: "Scores", example: "7.5" },
  memory: { type: "size", description: "Memory", example: "16 GB" },
  seen: { type: "date", description: "Last check-in", example: "2024-02-29" },
  boots: { type: "date", repeated: true, description: "Starts", example: "now-7d" },
  isSecurity: { type: "boolean", description: "Whether it fixes a vulnerability", example: "true" },
  agentVersion: { type: "version", description: "Version of the agent", example: "2.1*" },
  builds: { type: "version", repeated: true, description: "Builds", example: "10.0.17763" },
  address: { type: "ip", description: "Address", example: "10.1.0.0/16" },
  routes: { type: "ip", repeated: true, description: "Routes", example: "fe80::1" },
  id: { type: "uuid", description: "Identity", example: "0b1d7a52-6c0e" },
  hardware: {
    type: "group",
    description: "The machine",
    tokens: {
      model: { type: "text", description: "Model", example: "latitude" },
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
      name: { type: "keyword", aliases: ["label"], description: "Name", example: "eth0" },
      address: { type: "ip", description: "Address", example: "10.1.2.3" },
      isUp: { type: "boolean", description: "Whether it is connected", example: "true" },
      ports: {
        type: "group",
        repeated: true,
        description: "Open ports",
        tokens: {
          port: { type: "number", description: "Its number", example: "443" },
          service: { type: "text", description: "What listens", example: "https" },
        },
      },
    },
  },
});

export type Asset = Catalog.DocumentOf<typeof assets.definitions>;

/** What relative dates count from: the last day of a leap February, as months differ there. */
export const NOW = Date.UTC(2024, 1, 29, 12);

/** A tree without its spans, to compare what two texts say. */
export function withoutSpans(node: Ast.Expr): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, value: unknown) => (key === "start" || key === "end" ? undefined : value)),
  );
}

/** The spans that stand inside a node, in the order of the text. */
export function childrenOf(node: Ast.Expr): readonly (Ast.Expr | Ast.Name | Ast.Literal)[] {
  switch (node._tag) {
    case "And":
    case "Or":
      return node.operands;
    case "Not":
      return [node.operand];
    case "Nested":
      return [node.name, node.operand];
    case "Match":
    case "Compare":
      return [node.name, node.value];
    case "AnyOf":
      return [node.name, ...node.values];
    case "Range":
      return [node.name, node.from, node.to];
    case "IsNull":
      return [node.name];
    case "Search":
      return [node.value];
    case "Broken":
      return node.name === null ? [] : [node.name];
  }
}

/** A node and all nodes within. */
export const nodesOf = (ast: Ast.Expr): readonly Ast.Expr[] => [
  ast,
  ...childrenOf(ast).filter(isNode).flatMap(nodesOf),
];

/** The first span of a tree that lies outside of what it is part of, or before what stands before it; null for none. */
export function misplacedSpan(text: string, ast: Ast.Expr): Span.Span | null {
  if (!isWithin(ast, { start: 0, end: text.length })) return ast;
  let from = ast.start;
  for (const child of childrenOf(ast)) {
    if (!isWithin(child, { start: from, end: ast.end })) return child;
    const found = isNode(child) ? misplacedSpan(text, child) : null;
    if (found !== null) return found;
    from = child.end;
  }
  return null;
}

const isWithin = ({ start, end }: Span.Span, around: Span.Span): boolean =>
  around.start <= start && start <= end && end <= around.end;

/** True for a query or a part of it; false for a name and a value. */
export const isNode = (child: Ast.Expr | Ast.Name | Ast.Literal): child is Ast.Expr =>
  "_tag" in child && child._tag !== "Bare" && child._tag !== "Phrase" && child._tag !== "Exact";

/** The queries of all conformance cases, however long they are told. */
export function conformanceQueries(): readonly string[] {
  const folder = new URL("../conformance/", import.meta.url);
  const queries = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => casesOf(JSON.parse(readFileSync(new URL(file, folder), "utf8"))))
    .map(({ query }) => (typeof query === "string" ? query : query.map(spelledOut).join("")));
  return [...new Set(queries)];
}

interface Repeated {
  readonly repeat: string;
  readonly times: number;
  readonly between?: string;
}

interface Case {
  readonly query: string | readonly (string | Repeated)[];
}

const casesOf = ({ cases }: { readonly cases: readonly Case[] }): readonly Case[] => cases;

const spelledOut = (part: string | Repeated): string =>
  typeof part === "string"
    ? part
    : Array<string>(part.times)
        .fill(part.repeat)
        .join(part.between ?? "");

/** The longest of the conformance queries that are no test of a limit. */
export const isShort = (query: string): boolean => query.length < 1_000;

/** Every limit as it is, but for one. */
export const limitsWith = (limits: Partial<Limits.Limits>): Limits.Limits => ({ ...Limits.lifted, ...limits });
