/**
 * Queries over the catalogue of Fixtures, as trees that keep the invariants of Ast and as texts of any spelling, and
 * documents whose values are drawn from the same few, so that they meet often. All are made by picking.
 */
import { type Ast, Catalog } from "../src/index.ts";
import { type Asset, assets, MODULES, NOW, STATES } from "./Fixtures.ts";
import { one, type Pick, rarely, some } from "./Picks.ts";

const nowhere = { start: 0, end: 0 };

/** Values written side by side, bars between. */
const listed = (text: string): readonly string[] => text.split("|").map((each) => each.trim());

const WORDS = listed(`
  security | Remote | code | execution | win | windows | 10.134 | 2.1 | qualys.corp | QUALYS | x | é | É | naïve |
  straße | STRASSE | ΣΊΣΥΦΟΣ | ΣΊΣ | don't | безопасность | x1;y2 | remote-code | a/b | is | is-null`);
/** Words that a list doesn't hold without quotes. */
const COMMAS = ["10,125", "10,1"];
const KEYWORDS = listed("KB2893294 | KB28 | kb28 | CVE-2013-3900 | CVE-2024-3094 | RHSA-2024:0001 | a b | | * | or");
const NUMBERS = [-1, 0, 0.5, 3, 7.5, 80, 443, 1e-7, 9_007_199_254_740_991];
const SIZES = ["0", "512 b", "1KB", "1.5 kb", "2 MB", "1GiB", "1048576"];
const BYTES = [0, 512, 1_024, 1_536, 2 * 1_024 ** 2, 1_024 ** 3, 1_024 ** 2];
const DATES = listed(`
  2023 | 2024-01 | 2024-02 | 2023-12-31 | 2024-01-01 | 2024-02-29 | 2024-01-01T00:00Z | 2024-01-01T23:59:59.999 |
  2024-01-01T10:30:00+02:00 | 2024-02-29T12:00:00-0530 | 2024-02-29 12:00 | now | now-1d | now-1M | now-2w |
  now+1h | now-90m | now-30s | now-1y | NOW-1D`);
const INSTANTS = listed(`
  2023-12-31T23:59:59.999Z | 2024-01-01T00:00:00.000Z | 2024-01-01T08:30:00.000Z | 2024-01-01T23:59:59.999Z |
  2024-01-02T00:00:00.000Z | 2024-01-29T12:00:00.000Z | 2023-02-28T12:00:00.000Z | 2024-02-29T17:30:00.000Z`).map(
  (each) => Date.parse(each),
);
const [MINUTE, DAY] = [60_000, 86_400_000];
const OFFSETS = [0, -DAY, -14 * DAY, 60 * MINUTE, -90 * MINUTE, -MINUTE / 2];
const VERSIONS = listed("2 | 2.1 | 2.1.0 | 2.1.10 | 2.01 | 2.1~rc1 | 2.1rc2 | 2.1-rc | v2.2 | 10.0.17763 | 2.1.RC2");
const PREFIXES = ["2*", "2.1*", "2.1.*", "10.0*", "2.1rc*", "v2*"];
const ADDRESSES = ["10.1.2.3", "10.1.200.0", "10.2.0.1", "::ffff:10.1.2.3", "fe80::1", "FE80::0:1", "2001:db8::", "::"];
const BLOCKS = ["10.1.0.0/16", "10.0.0.0/8", "fe80::/10", "::/0", "10.1.2.3/32", "0.0.0.0/0"];
const BYTE_PREFIXES = ["10.*", "10.1.*", "10.1.2.*"];
const UUIDS = ["0b1d7a52-6c0e-4b3a-9d6e-1f2a3b4c5d6e", "0b1d7a52-7777-4b3a-9d6e-1f2a3b4c5d6e"];
const UUID_BEGINNINGS = ["0b1d7a52", "0b1d7a52-6", "0B1D7A52-6C0E-4B3A-9D6E-1F2A3B4C5D6E", "0*", "ff"];

const literal = (_tag: Ast.Literal["_tag"], text: string): Ast.Literal => ({ _tag, ...nowhere, text });

const recased = (pick: Pick, text: string): string => {
  const way = pick(3);
  return way === 0 ? text : way === 1 ? text.toUpperCase() : text.toLowerCase();
};

const words = (pick: Pick, isListed: boolean): string =>
  some(pick, 1, 3, () => recased(pick, one(pick, isListed ? WORDS : [...WORDS, ...COMMAS]))).join(" ");

/** Words that are themselves without quotes. */
const isBare = (text: string): boolean =>
  /^[^\s()[\]:=<>,.`"'*]+( [^\s()[\]:=<>,.`"'*]+)*$/.test(text) && !/(^| )(and|or|not|null)( |$)/i.test(text);

const starred = (pick: Pick, text: string): Ast.Literal => {
  const part = text.slice(pick(3), text.length - pick(3)).trim();
  if (!isBare(part)) return literal("Exact", text);
  return literal("Bare", one(pick, [`${part}*`, `*${part}`, `*${part}*`]));
};

/** A text in whichever quotes, or in none where it can. */
const quotable = (pick: Pick, text: string): Ast.Literal =>
  literal(one(pick, isBare(text) ? ["Bare", "Phrase", "Exact"] : ["Phrase", "Exact"]), text);

function textLiteral(pick: Pick, isListed: boolean): Ast.Literal {
  const text = words(pick, isListed);
  switch (pick(6)) {
    case 0:
      return starred(pick, text);
    case 1:
      return literal("Phrase", text);
    case 2:
      return literal("Phrase", text.replaceAll(" ", " - "));
    case 3:
      return literal("Exact", text);
    default:
      return literal("Bare", text);
  }
}

function keywordLiteral(pick: Pick): Ast.Literal {
  const text = recased(pick, one(pick, KEYWORDS));
  return rarely(pick, 3) ? starred(pick, text) : quotable(pick, text);
}

function enumLiteral(pick: Pick, values: readonly string[]): Ast.Literal {
  const value = recased(pick, one(pick, values));
  if (!rarely(pick, 4)) return quotable(pick, value);
  return isBare(value.slice(0, 1)) ? literal("Bare", `${value.slice(0, 1)}*`) : quotable(pick, value);
}

function literalOf(pick: Pick, token: Catalog.Token, isListed: boolean): Ast.Literal {
  switch (token.type) {
    case "text":
      return textLiteral(pick, isListed);
    case "keyword":
      return keywordLiteral(pick);
    case "enum":
      return enumLiteral(pick, token.values);
    case "number":
      return plain(pick, String(one(pick, NUMBERS)));
    case "size":
      return plain(pick, one(pick, SIZES));
    case "date":
      return plain(pick, one(pick, DATES));
    case "boolean":
      return plain(pick, recased(pick, one(pick, ["true", "false"])));
    case "version":
      return rarely(pick, 3) ? literal("Bare", one(pick, PREFIXES)) : plain(pick, recased(pick, one(pick, VERSIONS)));
    case "ip":
      return rarely(pick, 4)
        ? literal("Bare", one(pick, BYTE_PREFIXES))
        : plain(pick, one(pick, [...ADDRESSES, ...BLOCKS]));
    case "uuid":
      return literal("Bare", one(pick, [...UUIDS, ...UUID_BEGINNINGS]));
  }
}

/** Values without letters that mean something: every one of these is itself without quotes, too. */
const plain = (pick: Pick, text: string): Ast.Literal => literal(one(pick, ["Bare", "Bare", "Phrase", "Exact"]), text);

const nameOf = (pick: Pick, entry: Catalog.Entry, within: Catalog.Group | null): Ast.Name => {
  const names = entry.type === "group" ? [entry.name] : [entry.name, ...entry.aliases];
  const name = one(pick, names).slice(within === null ? 0 : within.name.length + 1);
  return { ...nowhere, text: rarely(pick, 3) ? recased(pick, name) : name };
};

const ORDERINGS: readonly Ast.Ordering[] = ["<", "<=", ">", ">="];

function condition(pick: Pick, within: Catalog.Group | null): Ast.Condition {
  const token = one(pick, Catalog.tokensIn(assets, within));
  const name = nameOf(pick, token, within);
  const isOrdered = Catalog.isAllowed(token, "order");
  switch (pick(isOrdered ? 8 : 5)) {
    case 0:
    case 1:
      return { _tag: "Match", ...nowhere, name, value: literalOf(pick, token, false) };
    case 2:
      return { _tag: "AnyOf", ...nowhere, name, values: some(pick, 1, 3, () => literalOf(pick, token, true)) };
    case 3: {
      const group = one(pick, assets.groups);
      const isOfGroup = within === null && rarely(pick, 3);
      return {
        _tag: "IsNull",
        ...nowhere,
        name: isOfGroup ? nameOf(pick, group, null) : name,
        isNegated: rarely(pick, 2),
      };
    }
    case 4:
      return search(pick);
    case 5:
    case 6:
      return {
        _tag: "Compare",
        ...nowhere,
        name,
        operator: one(pick, ORDERINGS),
        value: literalOf(pick, token, false),
      };
    default: {
      const isInclusive = rarely(pick, 2);
      const [from, to] = [literalOf(pick, token, isInclusive), literalOf(pick, token, isInclusive)];
      return { _tag: "Range", ...nowhere, name, from, to, isInclusive };
    }
  }
}

function search(pick: Pick): Ast.Search {
  const text = rarely(pick, 3) ? recased(pick, one(pick, [...STATES, ...KEYWORDS])) : words(pick, false);
  const isPlain = isBare(text) && !/^\S+ is( |$)/i.test(text);
  const _tag = one(pick, isPlain ? (["Bare", "Bare", "Phrase", "Exact"] as const) : (["Phrase", "Exact"] as const));
  return { _tag: "Search", ...nowhere, value: literal(_tag, text) };
}

const DEPTH_MAX = 4;

/** A tree as the parser could give it, but for spans, whose names and values the catalogue has. */
export function expr(pick: Pick, within: Catalog.Group | null = null, depth = 0): Ast.Expr {
  switch (depth < DEPTH_MAX ? pick(8) : 0) {
    case 1:
    case 2:
      return joined(pick, "And", within, depth);
    case 3:
    case 4:
      return joined(pick, "Or", within, depth);
    case 5:
      return { _tag: "Not", ...nowhere, operand: expr(pick, within, depth + 1) };
    case 6: {
      const groups = assets.groups.filter(({ name }) => within === null || name.startsWith(`${within.name}.`));
      if (groups.length === 0) return condition(pick, within);
      const group = one(pick, groups);
      const operand = expr(pick, group, depth + 1);
      return { _tag: "Nested", ...nowhere, name: nameOf(pick, group, within), operand };
    }
    default:
      return condition(pick, within);
  }
}

/** And and Or have no operands of their own kind. */
function joined(pick: Pick, _tag: "And" | "Or", within: Catalog.Group | null, depth: number): Ast.Expr {
  const operands = some(pick, 2, 4, () => expr(pick, within, depth + 1));
  return { _tag, ...nowhere, operands: operands.flatMap((each) => (each._tag === _tag ? each.operands : [each])) };
}

/** A tree written by picks: letter case, blanks, needless parentheses, either quote, `=`, either dots. */
export function spell(ast: Ast.Expr, pick: Pick): string {
  const gap = (): string => one(pick, [" ", " ", "  ", "\n\t ", "\u00a0", "\u3000"]);
  const maybe = (): string => one(pick, ["", " ", gap()]);
  const word = (text: string): string => recased(pick, text);
  const phrase = (text: string): string => {
    const [open = "", close = ""] = one(pick, ['""', "''", "“”", "„“", "‘’"]);
    // Only what must be escaped, or all that may be.
    const marks = rarely(pick, 2) ? /["'\\]/g : open === '"' ? /["\\]/g : open === "'" ? /['\\]/g : /\\/g;
    return open + text.replaceAll(marks, "\\$&") + close;
  };
  const value = (each: Ast.Literal): string => {
    if (each._tag === "Bare") return each.text.replaceAll(" ", gap);
    return each._tag === "Exact" ? `\`${each.text}\`` : phrase(each.text);
  };
  const is = (): string => maybe() + one(pick, [":", ":", "="]) + maybe();
  const inner = (each: Ast.Expr): string => {
    switch (each._tag) {
      case "And":
        return each.operands.map((operand) => part(operand, 2)).join(gap() + word("and") + gap());
      case "Or":
        return each.operands.map((operand) => part(operand, 1)).join(gap() + word("or") + gap());
      case "Not":
        return word("not") + gap() + part(each.operand, 3);
      case "Nested":
        return `${each.name.text}${is()}(${maybe()}${part(each.operand, 0)}${maybe()})`;
      case "Match":
        return each.name.text + is() + value(each.value);
      case "AnyOf":
        return `${each.name.text}${is()}[${maybe()}${each.values.map(value).join(`${maybe()},${maybe()}`)}${maybe()}]`;
      case "Compare":
        return each.name.text + maybe() + each.operator + maybe() + value(each.value);
      case "Range": {
        const ends = value(each.from) + gap() + one(pick, ["..", "..."]) + gap() + value(each.to);
        const inside = maybe() + ends + maybe();
        return each.name.text + is() + (each.isInclusive ? `[${inside}]` : `(${inside})`);
      }
      case "IsNull":
        return [each.name.text, word("is"), ...(each.isNegated ? [word("not")] : []), word("null")].join(gap());
      case "Search":
        return value(each.value);
      case "Broken":
        throw new Error("nothing spells what is broken");
    }
  };
  const part = (each: Ast.Expr, binding: number): string => {
    const own = each._tag === "Or" ? 1 : each._tag === "And" ? 2 : 3;
    const needless = rarely(pick, 5);
    return own < binding || needless ? `(${maybe()}${inner(each)}${maybe()})` : inner(each);
  };
  return maybe() + part(ast, 0) + maybe();
}

type Made = () => unknown;

/** A value, or now and then none. */
const held = (pick: Pick, make: Made): unknown => {
  const way = pick(8);
  return way === 1 ? null : way === 2 ? undefined : make();
};
const many = (pick: Pick, make: Made): unknown => held(pick, () => some(pick, 0, 3, make));

const prose = (pick: Pick): string =>
  some(pick, 0, 5, () => [
    recased(pick, one(pick, [...WORDS, ...COMMAS, "securityx", "corp", "null"])),
    one(pick, [" ", " ", "-", ".", ", ", " / ", "; "]),
  ])
    .flat()
    .slice(0, -1)
    .join("");

/** What the dates of queries begin and end at, to the millisecond and one beside it. */
const instant = (pick: Pick): number =>
  (rarely(pick, 2) ? NOW + one(pick, OFFSETS) : one(pick, INSTANTS)) + one(pick, [0, 0, 1, -1]);

const enumValue = (pick: Pick, values: readonly string[]): string => one(pick, values);

/** A document of the catalogue. */
export function document(pick: Pick): Asset {
  const keyword = (): string => recased(pick, one(pick, KEYWORDS));
  const version = (): string => one(pick, VERSIONS);
  const address = (): string => one(pick, ADDRESSES);
  return {
    title: held(pick, () => prose(pick)),
    notes: many(pick, () => prose(pick)),
    kb: held(pick, keyword),
    cve: many(pick, keyword),
    state: held(pick, () => enumValue(pick, STATES)),
    modules: many(pick, () => enumValue(pick, MODULES)),
    missingCount: one(pick, NUMBERS),
    score: many(pick, () => one(pick, NUMBERS)),
    memory: held(pick, () => one(pick, BYTES)),
    seen: held(pick, () => instant(pick)),
    boots: many(pick, () => instant(pick)),
    isSecurity: held(pick, () => rarely(pick, 2)),
    agentVersion: held(pick, version),
    builds: many(pick, version),
    address: held(pick, address),
    routes: many(pick, address),
    id: held(pick, () => one(pick, UUIDS)),
    hardware: held(pick, () => ({
      model: held(pick, () => prose(pick)),
      bios: held(pick, () => ({ version: held(pick, version) })),
    })),
    interfaces: many(pick, () => ({
      name: held(pick, keyword),
      address: held(pick, address),
      isUp: held(pick, () => rarely(pick, 2)),
      ports: many(pick, () => ({
        port: held(pick, () => one(pick, NUMBERS)),
        service: held(pick, () => prose(pick)),
      })),
    })),
  } as Asset;
}
