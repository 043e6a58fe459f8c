/**
 * The syntax tree of a TypeScript file, by the parser that vite brings (and vite comes with vitest): it is a real parser,
 * where a scan for braces or for the word "import" is misled by strings, templates and comments.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Source } from "./Source.ts";

/** A node of the ESTree with TypeScript's additions; only the shape that every node has. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** One module request of a file. */
export interface Import {
  readonly specifier: string;
  readonly start: number;
  /** True when the request is gone once types are stripped. */
  readonly isTypeOnly: boolean;
  /** `import * as x`: the form without named parts. */
  readonly isNamespace: boolean;
}

interface Parsed {
  readonly program: SyntaxNode;
  readonly errors: readonly { readonly message: string }[];
}

type Parse = (path: string, text: string) => Parsed;

const parse = await loadParser();

const trees = new WeakMap<Source, SyntaxNode>();

/** Throws on a file that does not parse: no check can say anything about it. */
export function treeOf(source: Source): SyntaxNode {
  const cached = trees.get(source);
  if (cached !== undefined) return cached;
  const { program, errors } = parse(source.path, source.text);
  if (errors[0] !== undefined) throw new Error(`${source.path} does not parse: ${errors[0].message}`);
  trees.set(source, program);
  return program;
}

/** Calls `visit` for every node, parents before children, with the chain of its parents. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode, parents: readonly SyntaxNode[]) => void): void {
  const descend = (current: SyntaxNode, parents: readonly SyntaxNode[]): void => {
    visit(current, parents);
    const below = [...parents, current];
    for (const child of childrenOf(current)) descend(child, below);
  };
  descend(node, []);
}

/** Static imports, re-exports, dynamic imports and import types, in the order of the text. */
export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = [];
  walk(treeOf(source), (node) => {
    const specifier = literalOf(node.source);
    if (specifier === undefined) return;
    found.push({ specifier, start: node.start, isTypeOnly: isTypeOnly(node), isNamespace: isNamespace(node) });
  });
  return found;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** The nodes in a field that holds one, several or none. */
export function nodesIn(value: unknown): readonly SyntaxNode[] {
  if (Array.isArray(value)) return value.filter(isNode);
  return isNode(value) ? [value] : [];
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.entries(node).flatMap(([field, value]) => (field === "parent" ? [] : nodesIn(value)));
}

function literalOf(value: unknown): string | undefined {
  return isNode(value) && value.type === "Literal" && typeof value.value === "string" ? value.value : undefined;
}

function isTypeOnly(node: SyntaxNode): boolean {
  if (node.type === "TSImportType") return true;
  if (node.importKind === "type" || node.exportKind === "type") return true;
  const specifiers = nodesIn(node.specifiers);
  return specifiers.length > 0 && specifiers.every((one) => one.importKind === "type" || one.exportKind === "type");
}

function isNamespace(node: SyntaxNode): boolean {
  return nodesIn(node.specifiers).some((one) => one.type === "ImportNamespaceSpecifier");
}

async function loadParser(): Promise<Parse> {
  const fromHere = createRequire(import.meta.url);
  const fromVitest = createRequire(fromHere.resolve("vitest/package.json"));
  const vite: unknown = await import(pathToFileURL(fromVitest.resolve("vite")).href);
  const { parseSync } = vite as { parseSync?: Parse };
  if (parseSync === undefined) throw new Error("vite no longer exports parseSync; see tools/checks/Syntax.ts");
  return parseSync;
}
