// Makes docs/reference/qql.md from the grammar, the catalogues and the cases of packages/qql, and from the package's own
// tables: `npx tsx tools/generate/qql-reference.ts`, with `--check` to compare only.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Catalog, CatalogJson, inspect, Limits, Moment } from "../../packages/qql/src/index.ts";
import { runAsCommand } from "../setup/Failure.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = "docs/reference/qql.md";
const CASES = "packages/qql/conformance";

/** What stands between the generated parts. */
const HEAD = `# QQL, for looking things up

Made by \`npx tsx tools/generate/qql-reference.ts\` from the package itself; a test fails when the page is old. To learn the
language, read [the guide](../guides/qql.md).

Contents: [What can be said](#what-can-be-said) · [Types](#types) · [Limits](#limits) · [Diagnostics](#diagnostics) ·
[Tokens](#tokens) · [Grammar](#grammar)
`;

const FORMS: readonly (readonly [form: string, meaning: string])[] = [
  ["`token: value`, `token = value`", "the token's value is, or holds, the value (see [types](#types))"],
  ["`token: [a, b]`", "any of the values"],
  ["`token < v`, `<=`, `>`, `>=`", "before, up to, after, from"],
  ["`token: [a .. b]`", "between the two, both included; `...` says the same"],
  ["`token: (a .. b)`", "between the two, both left out"],
  ["`token is null`, `token is not null`, `token: *`", "there is no value; there is one"],
  ["`group: (…)`", "one element of the group fulfils all of it; names inside are the group's"],
  ["`group.token: value`", "some element does, whichever"],
  [
    "`NOT x`, `x AND y`, `x OR y`, `( … )`",
    "NOT binds tightest, OR loosest; letter case is free; AND is never left out",
  ],
  ["`words`", "in any token that takes part in a search without a token"],
  ["`some words`", "all words, in any order; the last may be a beginning"],
  [
    "`\"some words\"`, `'some words'`",
    "side by side, in this order; the last may be a beginning; `\\` escapes a quote",
  ],
  ["`` `some words` ``", "the whole value"],
  ["`win*`, `*win`, `*win*`", "the whole value begins with it, ends with it, holds it"],
  [
    "`2017`, `2017-05`, `2017-05-01`, `2017-05-01T12:30Z`",
    "all of the year, month, day, minute; UTC unless an offset is written",
  ],
  ["`now`, `now-7d`, `now+2h`", "from now: s, m (minute), h, d, w, M (month), y"],
];

/** The page. */
export function render(): string {
  return [
    HEAD,
    "## What can be said\n",
    table(["written", "means"], FORMS),
    "Letter case never changes what a query means.\n",
    "## Types\n",
    types(),
    "## Limits\n",
    limits(),
    "## Diagnostics\n",
    diagnostics(),
    "## Tokens\n",
    "Of the catalogues in [conformance/catalogs](../../packages/qql/conformance/catalogs), which are those of a\npatch-management product; your own catalogue may have any other. A mark behind a type: `[]` several values, `!` always\nthere.\n",
    ...["patch", "asset", "job", "agent"].flatMap(tokens),
    "## Grammar\n",
    `\`\`\`ebnf\n${read("packages/qql/grammar.ebnf").trimEnd()}\n\`\`\`\n`,
  ].join("\n");
}

const VALUES: { readonly [T in Catalog.Type]: string } = {
  text: 'words: `remote code`, `"remote code"`, `` `Remote Code` ``',
  keyword: "the whole value: `KB5034441`; several words may stand without quotes",
  enum: "one of the listed values",
  number: "`5`, `-0.5`, `1e6`; whole numbers up to 2^53 - 1",
  size: "bytes, or with B, KB, MB, GB, TB, PB in steps of 1,024: `10 MB`",
  date: "see above",
  boolean: "`true`, `false`",
  version: "`2.1.7`, or a beginning: `2.1*`",
  ip: "`10.1.2.3`, `fe80::1`, `10.1.0.0/16`, `10.1.*`",
  uuid: "all of it, or its beginning",
};

function types(): string {
  const operators: readonly (readonly [Catalog.Operator, string])[] = [
    ["list", "`[a, b]`"],
    ["order", "`<` `>`"],
    ["range", "`[a .. b]`"],
    ["wildcard", "`*`"],
  ];
  const rows = Object.entries(Catalog.OPERATORS).map(([type, allowed]) => [
    `\`${type}\``,
    VALUES[type as Catalog.Type],
    ...operators.map(([operator]) => (allowed.includes(operator) ? "yes" : "")),
  ]);
  return table(["type", "values", ...operators.map(([, sign]) => sign)], rows);
}

const LIMITS: { readonly [L in keyof Limits.Limits]: string } = {
  length: "characters of a query (UTF-16 code units)",
  nesting: "levels of parentheses and NOT",
  conditions: "conditions of a query; a list is one",
  listMembers: "values of a list",
  diagnostics: "diagnostics told of one query",
};

function limits(): string {
  const rows = Object.entries(Limits.defaults).map(([name, max]) => [
    `\`${name}\``,
    max.toLocaleString("en-US"),
    LIMITS[name as keyof Limits.Limits],
  ]);
  const amount = Moment.AMOUNT_MAX.toLocaleString("en-US");
  return `${table(["limit", "at most", "of what"], rows)}
Give other ones to \`compile\`, \`inspect\` or \`Parser.parse\`: \`{ ...Limits.defaults, length: 20_000 }\`; \`Limits.lifted\`
lifts them all, but for nesting, which ends at ${Limits.NESTING_MAX}. A relative date counts up to ${amount} of its unit.
`;
}

interface Case {
  readonly catalog?: string;
  readonly query: string | readonly Part[];
  readonly codes?: readonly { readonly code: string }[];
}

/** Of a query too long to be written out. */
type Part = string | { readonly repeat: string; readonly times: number; readonly between?: string };

interface Topic {
  readonly catalog: string;
  readonly cases: readonly Case[];
}

const SHOWN_CHARACTERS_MAX = 60;

/** Each code with the shortest query among the cases that is refused, or warned of, for it. */
function diagnostics(): string {
  const shortest = new Map<string, { readonly query: string; readonly catalog: string }>();
  for (const { catalog, query: written, codes } of cases()) {
    const query = textOf(written);
    for (const { code } of codes ?? []) {
      if (query.length < (shortest.get(code)?.query.length ?? Number.POSITIVE_INFINITY))
        shortest.set(code, { query, catalog });
    }
  }
  const rows = [...shortest].map(([code, { query, catalog }]) => {
    const told = inspect(catalogNamed(catalog), query).diagnostics.find((each) => each.code === code);
    if (told === undefined) throw new Error(`${query} has no ${code}`);
    const shown = query.length > SHOWN_CHARACTERS_MAX ? `${query.slice(0, 20)}…` : query;
    return [`\`${code}\``, told.severity, spelled(shown), told.message] as const;
  });
  const sorted = rows.sort(([a, as], [b, bs]) => (as + a < bs + b ? -1 : 1));
  return `Codes are stable: branch on them. Each comes with a span, a hint, and details for programs.

${table(["code", "severity", "for example", "is told"], sorted)}`;
}

const textOf = (query: Case["query"]): string =>
  typeof query === "string"
    ? query
    : query
        .map((part) =>
          typeof part === "string"
            ? part
            : Array<string>(part.times)
                .fill(part.repeat)
                .join(part.between ?? ""),
        )
        .join("");

function cases(): readonly (Case & { readonly catalog: string })[] {
  const files = readdirSync(join(ROOT, CASES)).filter((name) => name.endsWith(".json"));
  return files.sort().flatMap((name) => {
    const topic = JSON.parse(read(`${CASES}/${name}`)) as Topic;
    return topic.cases.map((each) => ({ ...each, catalog: each.catalog ?? topic.catalog }));
  });
}

function catalogNamed(name: string): Catalog.Catalog {
  const made = CatalogJson.read(JSON.parse(read(`${CASES}/catalogs/${name}.json`)));
  if (!made.ok) throw new Error(`${name} is no catalogue`);
  return made.value;
}

function tokens(name: string): readonly string[] {
  const catalog = catalogNamed(name);
  const entries = [...catalog.groups, ...catalog.tokens].sort((a, b) => placeOf(catalog, a) - placeOf(catalog, b));
  const rows = entries.map((entry) => {
    const aliases = entry.type === "group" ? [] : entry.aliases.map((alias) => `, \`${alias}\``);
    const example = entry.type === "group" ? "" : spelled(entry.example);
    return [`\`${entry.name}\`${aliases.join("")}`, typeOf(entry), description(entry), example];
  });
  return [
    `### Of ${name.startsWith("a") ? "an" : "a"} ${name}\n`,
    table(["token", "type", "what it is", "example"], rows),
  ];
}

/** Groups stand before their first token. */
function placeOf({ tokens: all }: Catalog.Catalog, entry: Catalog.Entry): number {
  const at = all.findIndex(({ name }) => name === entry.name || name.startsWith(`${entry.name}.`));
  return entry.type === "group" ? at - 1 / (entry.path.length + 1) : at;
}

function typeOf(entry: Catalog.Entry): string {
  const isRepeated = entry.path.at(-1)?.isRepeated === true;
  return `${entry.type}${isRepeated ? " `[]`" : ""}${entry.isRequired ? " `!`" : ""}`;
}

function description(entry: Catalog.Entry): string {
  if (entry.type === "group") return entry.description;
  const allowed = Catalog.OPERATORS[entry.type];
  const isLess = allowed.some((operator) => !entry.operators.includes(operator));
  return [
    entry.description,
    ...(entry.type === "enum" ? [`: ${entry.values.map((value) => `\`${value}\``).join(", ")}`] : []),
    ...(isLess ? [`; only ${entry.operators.join(", ")}`] : []),
    ...(entry.deprecated === null ? [] : [`. Deprecated: ${entry.deprecated}`]),
  ].join("");
}

const CONTROL_PICTURES = 0x2400;

/** Code in a table's cell: control characters as pictures; backticks inside ask for two around. */
function spelled(text: string): string {
  const shown =
    text === "" ? " " : text.replace(/\p{Cc}/gu, (c) => String.fromCharCode(CONTROL_PICTURES + c.charCodeAt(0)));
  return shown.includes("`") ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return `${[line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n")}\n`;
}

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Whether the page is what it should be. */
export const isCurrent = (): boolean => read(PAGE) === render();

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runAsCommand(async () => {
    if (!process.argv.includes("--check")) writeFileSync(join(ROOT, PAGE), render());
    if (isCurrent()) return 0;
    process.stderr.write(`${PAGE} isn't what the generator makes\n`);
    return 1;
  });
}
