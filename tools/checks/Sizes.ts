/**
 * Files of at most 500 lines, functions of at most 70: what is longer is read by nobody. Tests and migrations are free of
 * this, and lines of plain data (literals that hold no function) count neither for a file nor for a function.
 */
import { type Finding, isCode, lineAt, type Source } from "./Source.ts";
import { isNode, nodesIn, type SyntaxNode, treeOf, walk } from "./Syntax.ts";

export const FILE_LINES_MAX = 500;
export const FUNCTION_LINES_MAX = 70;

const EXEMPT = /(^|\/)(test|migrations)\/|\.test\.ts$/;

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

const TABLES = new Set(["ArrayExpression", "ObjectExpression", "TemplateLiteral"]);

/** What a table may hold and still be plain data; anything else makes it code. */
const DATA = new Set([
  ...TABLES,
  "Property",
  "Literal",
  "Identifier",
  "MemberExpression",
  "SpreadElement",
  "TemplateElement",
  "UnaryExpression",
  "BinaryExpression",
  "CallExpression",
  "NewExpression",
]);

/** How the services of Effect name a function: `const enable = Effect.fn("Jobs.enable")(function* () {…})`. */
const EFFECT_FUNCTION = /^Effect\.fn(Untraced)?\b/;

export function checkSizes(sources: readonly Source[]): readonly Finding[] {
  return sources.filter((source) => isCode(source) && !EXEMPT.test(source.path)).flatMap(findingsOf);
}

function findingsOf(source: Source): readonly Finding[] {
  const tree = treeOf(source);
  const lines = lineAt(source.text, source.text.trimEnd().length) - linesWithin(source, dataTablesIn(tree));
  const file =
    lines > FILE_LINES_MAX ? [{ path: source.path, problem: tooLong("the file", lines, FILE_LINES_MAX) }] : [];
  return [...file, ...longFunctions(source, tree)];
}

function longFunctions(source: Source, tree: SyntaxNode): readonly Finding[] {
  const found: Finding[] = [];
  walk(tree, (node, parents) => {
    if (!FUNCTIONS.has(node.type)) return;
    const lines = heightOf(source, node) - linesWithin(source, notOwn(source, node));
    if (lines <= FUNCTION_LINES_MAX) return;
    const name = `the function ${nameOf(node, parents)}`;
    found.push({
      path: source.path,
      line: lineAt(source.text, node.start),
      problem: tooLong(name, lines, FUNCTION_LINES_MAX),
    });
  });
  return found;
}

function tooLong(what: string, lines: number, max: number): string {
  return `${what} has ${lines} lines, ${max} are the limit; split it by what it does`;
}

/**
 * What inside a function is not its own: data tables, and functions with a name. A function that only puts named ones
 * together, such as one that makes a service, is read like a file.
 */
function notOwn(source: Source, node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const descend = (current: SyntaxNode): void => {
    for (const child of Object.values(current).flatMap(nodesIn)) {
      if (isNamedFunction(source, child) || isData(child)) found.push(child);
      else descend(child);
    }
  };
  descend(node);
  return found;
}

function isNamedFunction(source: Source, node: SyntaxNode): boolean {
  if (node.type === "FunctionDeclaration") return true;
  const value = node.type === "VariableDeclarator" ? node.init : node.type === "Property" ? node.value : undefined;
  if (!isNode(value)) return false;
  if (FUNCTIONS.has(value.type)) return true;
  return value.type === "CallExpression" && EFFECT_FUNCTION.test(source.text.slice(value.start, value.end));
}

function dataTablesIn(tree: SyntaxNode): readonly SyntaxNode[] {
  return nodesIn(tree.body)
    .flatMap((statement) => nodesIn(statement.declaration ?? statement))
    .flatMap((declaration) => nodesIn(declaration.declarations))
    .flatMap((declarator) => nodesIn(declarator.init))
    .map(withoutTypes)
    .filter(isData);
}

function isData(node: SyntaxNode): boolean {
  const value = withoutTypes(node);
  let isPlain = TABLES.has(value.type);
  walk(value, (inner) => {
    isPlain &&= DATA.has(inner.type);
  });
  return isPlain;
}

/** `x as const` and `x satisfies T` are the data of `x`. */
function withoutTypes(node: SyntaxNode): SyntaxNode {
  const inner = node.expression;
  return (node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression") && isNode(inner)
    ? withoutTypes(inner)
    : node;
}

function heightOf(source: Source, node: SyntaxNode): number {
  return lineAt(source.text, node.end) - lineAt(source.text, node.start) + 1;
}

/** The lines that nodes take up beyond the one each begins on. */
function linesWithin(source: Source, nodes: readonly SyntaxNode[]): number {
  return nodes.reduce((sum, node) => sum + heightOf(source, node) - 1, 0);
}

function nameOf(node: SyntaxNode, parents: readonly SyntaxNode[]): string {
  for (const owner of [node, ...[...parents].reverse()]) {
    const name = owner.id ?? owner.key;
    if (isNode(name) && typeof name.name === "string") return name.name;
  }
  return "without a name";
}
