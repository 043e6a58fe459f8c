/** Generated queries over the patch catalogue, as trees and as texts of any spelling, and documents they can hit. */
import fc from "fast-check";
import type { Ast } from "../src/index.ts";
import { Ast as Make } from "../src/index.ts";
import type { Patch } from "./Fixtures.ts";

const nowhere = { start: 0, end: 0 };

const WORDS = [
  "security",
  "Remote",
  "code",
  "win",
  "windows",
  "10,125",
  "10.134",
  "2.1",
  "qualys.corp",
  "Qualys",
  "é",
  "x",
];
const KEYWORDS = ["KB2893294", "KB28", "kb28", "CVE-2013-3900", "CVE-2024-3094", "a b", "", "*", 'q"\\', "and"];
const SEVERITIES = ["Critical", "Important", "Moderate", "Low", "None"] as const;
const ARCHITECTURES = ["X64", "X86", "Arm 64", "and"] as const;
const NUMBERS = [-1, 0, 0.5, 3, 7.5, 1e-7, 9_007_199_254_740_991];
const DAYS = ["2023-12-31", "2024-01-01", "2024-02-29"];
const TIMES = ["2024-01-01T00:00Z", "2024-01-01T23:59:59.999", "2024-01-01T10:30:00+02:00", "2024-02-29T12:00:00-0530"];
const INSTANTS = [
  "2024-01-01T00:00:00.000Z",
  "2024-01-01T08:30:00.000Z",
  "2024-01-01T23:59:59.999Z",
  "2024-01-02T00:00:00.000Z",
];

const literal = (tag: Ast.Literal["_tag"]) => (text: string) => Make.literal(tag, text, nowhere);
const bare = literal("Bare");
const recased = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...texts), fc.constantFrom("same", "upper", "lower"))
    .map(([text, how]) => (how === "same" ? text : how === "upper" ? text.toUpperCase() : text.toLowerCase()));

const isBare = (text: string): boolean => /^[\w.-]+( [\w.-]+)*$/.test(text) && !/\b(and|or|not|null)\b/i.test(text);
const words = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }).map((each) => each.join(" "));
const starred = (texts: fc.Arbitrary<string>) => texts.filter(isBare).map((text) => bare(`${text}*`));

const text = fc.oneof(
  words.map(bare),
  starred(words),
  words.map(literal("Phrase")),
  words.map((each) => literal("Phrase")(each.replaceAll(" ", " - "))),
  words.map(literal("Exact")),
);
const keyword = fc.oneof(
  fc.constantFrom(...KEYWORDS.filter(isBare)).map(bare),
  starred(fc.constantFrom(...KEYWORDS)),
  fc.constantFrom(...KEYWORDS).map(literal("Phrase")),
  fc.constantFrom(...KEYWORDS).map(literal("Exact")),
);
const oneOf = (values: readonly string[]) =>
  fc.oneof(
    recased(values).filter(isBare).map(bare),
    recased(values).map(literal("Phrase")),
    recased(values).map(literal("Exact")),
    starred(recased(values).map((value) => value.slice(0, 1))),
  );
const quotable = (texts: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...texts), fc.constantFrom(bare, literal("Phrase"), literal("Exact")))
    .map(([each, make]) => make(each));
const number = quotable(NUMBERS.map(String));
const date = quotable([...DAYS, ...TIMES]);
const boolean = recased(["true", "false"]).map(bare);

/** Literals by the names a query may use for the token. */
const TOKENS: readonly (readonly [readonly string[], fc.Arbitrary<Ast.Literal>, "ordered" | "unordered"])[] = [
  [["title", "category", "product", "tags.name"], text, "unordered"],
  [["kb", "article", "cve"], keyword, "unordered"],
  [["vendorSeverity", "severity"], oneOf(SEVERITIES), "unordered"],
  [["architecture"], oneOf(ARCHITECTURES), "unordered"],
  [["missingCount", "score"], number, "ordered"],
  [["publishedDate", "seen"], date, "ordered"],
  [["isSecurity"], boolean, "unordered"],
];

const leafOf = ([names, value, order]: (typeof TOKENS)[number]): fc.Arbitrary<Ast.Expr> => {
  const name = recased(names).map((each) => ({ text: each, span: nowhere }));
  const member = value.filter((each) => each._tag !== "Bare" || !each.text.includes(","));
  const unordered: fc.Arbitrary<Ast.Expr>[] = [
    fc.tuple(name, value).map(([n, v]) => Make.match(n, v, nowhere)),
    fc.tuple(name, fc.array(member, { minLength: 1, maxLength: 3 })).map(([n, v]) => Make.anyOf(n, v, nowhere)),
    fc.tuple(name, fc.boolean()).map(([n, negated]) => Make.isNull(n, negated, nowhere)),
  ];
  const ordering = fc.constantFrom<Ast.Ordering[]>("<", "<=", ">", ">=");
  const compare = fc.tuple(name, ordering, value).map(([n, o, v]) => Make.compare(n, o, v, nowhere));
  return fc.oneof(...unordered, ...(order === "ordered" ? [compare, compare] : []));
};

/** Well-typed trees as the parser could give them, but for spans. */
export const asts: fc.Arbitrary<Ast.Expr> = fc.letrec<{ expr: Ast.Expr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(...TOKENS.map(leafOf)),
    fc.array(tie("expr"), { minLength: 2, maxLength: 4 }).map((operands) => Make.and(operands, nowhere)),
    fc.array(tie("expr"), { minLength: 2, maxLength: 4 }).map((operands) => Make.or(operands, nowhere)),
    tie("expr").map((operand) => Make.not(operand, nowhere)),
  ),
})).expr;

/** A tree written with the given source of whims: letter case, spaces, needless parentheses, either quote, `=`. */
export function spell(ast: Ast.Expr, whim: (choices: number) => number): string {
  const pick = (...choices: readonly string[]): string => choices[whim(choices.length)] ?? "";
  const gap = (): string => pick(" ", "  ", "\n\t ");
  const value = (each: Ast.Literal): string => {
    if (each._tag === "Bare") return each.text.replaceAll(" ", () => gap());
    if (each._tag === "Exact") return `\`${each.text}\``;
    const quote = pick('"', "'");
    return quote + each.text.replaceAll(/["'\\]/g, (found) => `\\${found}`) + quote;
  };
  const list = (each: Ast.AnyOf): string => each.values.map(value).join(pick(",", ", ", " ,\t"));
  const inner = (each: Ast.Expr): string => {
    switch (each._tag) {
      case "And":
        return each.operands.map((operand) => part(operand, 2)).join(gap() + pick("and", "AND", "And") + gap());
      case "Or":
        return each.operands.map((operand) => part(operand, 1)).join(gap() + pick("or", "OR", "oR") + gap());
      case "Not":
        return pick("not", "NOT", "noT") + gap() + part(each.operand, 3);
      case "Match":
        return each.name.text + pick("", " ") + pick(":", "=") + pick("", " ") + value(each.value);
      case "AnyOf":
        return `${each.name.text + pick("", " ") + pick(":", "=") + pick("", " ")}[${pick("", " ")}${list(each)}${pick("", " ")}]`;
      case "Compare":
        return each.name.text + pick("", " ") + each.operator + pick("", " ") + value(each.value);
      case "IsNull":
        return (
          each.name.text + gap() + pick("is", "IS") + gap() + (each.negated ? `Not${gap()}` : "") + pick("null", "NULL")
        );
    }
  };
  const part = (each: Ast.Expr, binding: number): string => {
    const own = each._tag === "Or" ? 1 : each._tag === "And" ? 2 : 3;
    const needless = whim(4) === 0;
    return own < binding || needless ? `(${pick("", " ")}${inner(each)}${pick("", " ")})` : inner(each);
  };
  return pick("", " ") + part(ast, 0) + pick("", "\r\n");
}

/** Where whims come from: a list of numbers read round and round. */
export const whims: fc.Arbitrary<(choices: number) => number> = fc
  .array(fc.nat(1000), { minLength: 1, maxLength: 40 })
  .map((numbers) => {
    let at = 0;
    return (choices) => (numbers[at++ % numbers.length] ?? 0) % choices;
  });

const maybe = <A>(value: fc.Arbitrary<A>): fc.Arbitrary<A | null | undefined> =>
  fc.oneof({ weight: 6, arbitrary: value }, fc.constant(null), fc.constant(undefined));
const some = <A>(value: fc.Arbitrary<A>): fc.Arbitrary<A[] | null | undefined> =>
  maybe(fc.array(value, { maxLength: 3 }));

const prose = fc
  .array(
    fc.tuple(fc.constantFrom(...WORDS, "WINDOWS", "securityx", "corp"), fc.constantFrom(" ", "-", ".", ", ", " / ")),
    { maxLength: 5 },
  )
  .map((parts) => parts.flat().slice(0, -1).join(""));
const instants = fc.oneof(
  fc.constantFrom(...INSTANTS).map((each) => Date.parse(each)),
  fc.constantFrom(...DAYS).map((each) => Date.parse(each) + 1),
);

/** Documents whose values are drawn from the same few words and numbers as the queries. */
export const documents: fc.Arbitrary<Patch> = fc.record({
  title: maybe(prose),
  category: maybe(prose),
  vendorSeverity: maybe(fc.constantFrom(...SEVERITIES)),
  kb: maybe(fc.constantFrom(...KEYWORDS)),
  cve: some(fc.constantFrom(...KEYWORDS)),
  product: some(prose),
  architecture: some(fc.constantFrom(...ARCHITECTURES)),
  missingCount: fc.constantFrom(...NUMBERS),
  score: some(fc.constantFrom(...NUMBERS)),
  publishedDate: maybe(instants),
  seen: some(instants),
  isSecurity: maybe(fc.boolean()),
  "tags.name": some(prose),
});
