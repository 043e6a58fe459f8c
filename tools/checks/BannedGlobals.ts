/**
 * Time, chance, timers and the process come in as arguments or services, so that every decision can be replayed: the
 * globals behind them are used nowhere but in adapters, commands, examples, tools, benchmarks and tests.
 */
import { type Finding, isCode, lineAt, type Source } from "./Source.ts";
import { isNode, nodesIn, type SyntaxNode, treeOf, walk } from "./Syntax.ts";

const PURE = /^packages\/((qql|scheduler)\/src\/(?!cli\/)|(agent-protocol|core)\/src\/)/;

/** Banned wherever they are mentioned, with what to use instead. */
const GLOBALS: Readonly<Record<string, string>> = {
  console: "answer data, or log by Effect",
  process: "take it as an argument",
  setTimeout: "use Effect.sleep or a schedule",
  setInterval: "use Effect.repeat with a schedule",
  setImmediate: "use Effect.yieldNow",
  performance: "use the Clock service",
  fetch: "use a port",
};

/** These run in browsers, too. */
const EVERYWHERE = /^packages\/(qql|scheduler)\/src\//;

/** Banned where no Node may be. */
const NODE_GLOBALS: Readonly<Record<string, string>> = {
  Buffer: "use Uint8Array, as a browser has no Buffer",
};

/** Banned as members. */
const MEMBERS: Readonly<Record<string, string>> = {
  "Date.now": "take the instant as an argument, or use the Clock service",
  "Math.random": "take the randomness as an argument, or use the Random service",
  "crypto.randomUUID": "take ids as an argument, or from the environment port",
  "crypto.getRandomValues": "take the randomness as an argument",
};

export function checkGlobals(sources: readonly Source[]): readonly Finding[] {
  return sources.filter((source) => isCode(source) && PURE.test(source.path)).flatMap(findingsOf);
}

function findingsOf(source: Source): readonly Finding[] {
  const tree = treeOf(source);
  const own = namesDeclaredIn(tree);
  const globals = EVERYWHERE.test(source.path) ? { ...GLOBALS, ...NODE_GLOBALS } : GLOBALS;
  const found: Finding[] = [];
  walk(tree, (node, parents) => {
    const [name, instead] = bannedBy(node, parents.at(-1), own, globals) ?? [];
    if (name === undefined) return;
    found.push({ path: source.path, line: lineAt(source.text, node.start), problem: `uses ${name}; ${instead}` });
  });
  return found;
}

function bannedBy(
  node: SyntaxNode,
  parent: SyntaxNode | undefined,
  own: ReadonlySet<string>,
  globals: Readonly<Record<string, string>>,
): readonly [string, string] | undefined {
  if (node.type === "MemberExpression") return bannedIn(MEMBERS, memberName(node), own);
  if (node.type === "NewExpression" || node.type === "CallExpression") return bannedDate(node);
  if (node.type !== "Identifier" || isOnlyAName(node, parent)) return undefined;
  return bannedIn(globals, String(node.name), own);
}

/** `new Date()` is now; `Date(…)` always is. */
function bannedDate(node: SyntaxNode): readonly [string, string] | undefined {
  const callee = node.callee;
  if (!isNode(callee) || callee.name !== "Date") return undefined;
  if (node.type === "NewExpression" && nodesIn(node.arguments).length > 0) return undefined;
  return [node.type === "NewExpression" ? "new Date()" : "Date()", "take the instant as an argument"];
}

function bannedIn(
  table: Readonly<Record<string, string>>,
  name: string | undefined,
  own: ReadonlySet<string>,
): readonly [string, string] | undefined {
  if (name === undefined || own.has(name.split(".")[0] ?? name)) return undefined;
  const instead = Object.hasOwn(table, name) ? table[name] : undefined;
  return instead === undefined ? undefined : [name, instead];
}

/** `Date.now`, also as `globalThis.Date.now` and `Date["now"]`. */
function memberName(node: SyntaxNode): string | undefined {
  const [object, property] = [node.object, node.property];
  if (!isNode(object) || !isNode(property)) return undefined;
  const last = property.name ?? property.value;
  const first = object.type === "MemberExpression" ? memberName(object)?.replace("globalThis.", "") : object.name;
  return typeof first === "string" && typeof last === "string" ? `${first}.${last}` : undefined;
}

/** A key or the name of a member: `{ process: 1 }`, `run.process`; but not `globalThis.process`. */
function isOnlyAName(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (parent === undefined || parent.computed === true) return false;
  const object = parent.object;
  if (parent.property === node) return !(isNode(object) && object.name === "globalThis");
  return parent.key === node || parent.label === node || /^TS(Property|Method)Signature$/.test(parent.type);
}

/** Everything the file itself gives a meaning to, wherever: a parameter called `process` is no global. */
function namesDeclaredIn(tree: SyntaxNode): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (pattern: unknown): void => {
    for (const node of nodesIn(pattern)) {
      if (node.type === "Identifier") names.add(String(node.name));
      else for (const part of ["left", "argument", "elements", "properties", "value", "parameter"]) add(node[part]);
    }
  };
  walk(tree, (node) => {
    if (node.type === "VariableDeclarator" || /Function|Class/.test(node.type)) add(node.id);
    if (/^Import\w*Specifier$/.test(node.type)) add(node.local);
    add(node.params);
  });
  return names;
}
