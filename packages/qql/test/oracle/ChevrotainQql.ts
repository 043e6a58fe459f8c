/**
 * The language of grammar.ebnf once more, with chevrotain: what the parser is compared with, in tests for its answers and
 * in benchmarks for its speed. Written from grammar.ebnf and Ast alone.
 *
 * It says yes, with the tree and its spans, or no: diagnostics, recovery and limits are the parser's own. It doesn't look
 * at NEAR, which bounds the parser's work and says nothing of addresses that there are.
 */
import {
  createToken,
  EmbeddedActionsParser,
  type IMultiModeLexerDefinition,
  type IToken,
  Lexer,
  type TokenType,
} from "chevrotain";
import type { Ast } from "../../src/index.ts";

/** The tree of a query; null if the text is none. */
export function parse(text: string): Ast.Expr | null {
  const { tokens, errors } = lexer.tokenize(text);
  if (errors.length > 0) return null;
  parser.input = tokens;
  const ast = parser.query();
  return parser.errors.length > 0 || parser.isRefused ? null : ast;
}

// Characters and words, as regular expressions over UTF-16.
const SPACE = "\\t\\n\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
const CONTROL = "\\x00-\\x1f\\x7f-\\x9f";
const SIGNS = "()[\\]:=<>,.`\"“”„'‘";
const PAIR = "[\\ud800-\\udbff][\\udc00-\\udfff]";
const PLAIN = `[^${SPACE}${CONTROL}${SIGNS}\\ud800-\\udfff]|${PAIR}`;
const DOT = "\\.(?!\\.)";
const ANY = `[^${CONTROL}\\ud800-\\udfff]|[\\t\\n\\r]|${PAIR}`;

/** The words of a place: `comma` is one where a comma may stand in them. */
function wordsOf(comma: string): { readonly plain: string; readonly value: string } {
  const start = `(?:${PLAIN}|${DOT}${comma})`;
  const part = `(?:${PLAIN}|${DOT}${comma}|['‘])`;
  const piece = `(?:[0-9](?::[0-9])+|${part})`;
  const valuePart = `(?:${piece}|:[/\\\\])`;
  const hex = "[0-9A-Fa-f]+";
  const heads = `(?:::|${hex}::?)(?:${hex}::?)*`;
  const open = `(?:(?:${heads})?${hex})?::(?!${part})`;
  return {
    plain: `[0-9](?::?${part})*|${start}${part}*`,
    value: `[0-9](?:(?:::?)?${part})*(?:::)?|${open}|${heads}${piece}${valuePart}*|${start}${valuePart}*`,
  };
}

const WORDS = wordsOf("|,");
const MEMBERS = wordsOf("");

const quoted = (open: string, close: string): string =>
  `${open}(?:(?!${close}|\\\\)(?:${ANY})|\\\\(?:${ANY}))*${close}`;
const PHRASE = new RegExp([quoted('"', '"'), quoted("'", "'"), quoted("‘", "’"), quoted("[“”„]", "[“”„]")].join("|"));
const EXACT = new RegExp(`\`(?:(?!\`)(?:${ANY}))*\``);
const PHRASE_STARTS = [..."\"'‘“”„"];

/** Characters of one block, at most. */
const BLOCK = 0x40;

// Kinds of tokens that the parser asks for, whatever the mode they were read in.
const kind = (name: string): TokenType => createToken({ name, pattern: Lexer.NA });
const Word = kind("Word");
const FirstWord = kind("FirstWord");
const Phrase = kind("Phrase");
const Exact = kind("Exact");
const Dots = kind("Dots");

interface Options {
  readonly categories?: TokenType;
  readonly longer_alt?: TokenType;
  readonly push_mode?: string;
  readonly pop_mode?: boolean;
  readonly start_chars_hint?: (string | number)[];
}

const token = (name: string, pattern: string | RegExp, options: Options = {}): TokenType =>
  createToken({ name, pattern, line_breaks: true, ...options });

const Blank = createToken({
  name: "Blank",
  pattern: new RegExp(`[${SPACE}]+`),
  group: Lexer.SKIPPED,
  line_breaks: true,
});

/** The modes: where a condition begins, where a value begins, inside brackets. */
const [CONDITION, VALUE, BRACKETS] = ["condition", "value", "brackets"] as const;

/** What a word may begin with: above Latin 1 the lexer looks at blocks of characters only. */
const STARTS: number[] = Array.from({ length: 0x10000 }, (_, code) => code).filter((code) =>
  code > 0xff ? code % BLOCK === BLOCK - 1 : new RegExp(`^(?:${PLAIN}|[.,:])`).test(String.fromCharCode(code)),
);

const word = (name: string, pattern: string, categories: TokenType, options: Options = {}): TokenType =>
  token(name, new RegExp(pattern), { categories, start_chars_hint: STARTS, ...options });

const ConditionWord = word("ConditionWord", WORDS.plain, Word);
const ValueWord = word("ValueWord", WORDS.value, FirstWord, { pop_mode: true });
const MemberWord = word("MemberWord", MEMBERS.value, FirstWord);

const And = token("And", /and/i, { longer_alt: ConditionWord });
const Or = token("Or", /or/i, { longer_alt: ConditionWord });
const Not = token("Not", /not/i, { longer_alt: ConditionWord });
const Is = token("Is", /is/i, { longer_alt: ConditionWord, categories: Word });
const Null = token("Null", /null/i, { longer_alt: ConditionWord, categories: Word });
/** A boolean word where a value should stand: the parser asks for none. */
const ReservedValue = token("ReservedValue", /and|or|not/i, { longer_alt: ValueWord });
const ReservedMember = token("ReservedMember", /and|or|not/i, { longer_alt: MemberWord });

const quote = (mode: string, options: Options = {}): readonly TokenType[] => [
  token(`PhraseIn${mode}`, PHRASE, { categories: Phrase, start_chars_hint: PHRASE_STARTS, ...options }),
  token(`ExactIn${mode}`, EXACT, { categories: Exact, start_chars_hint: ["`"], ...options }),
];

const Equal = token("Equal", "=", { push_mode: VALUE });
const Colon = token("Colon", ":", { push_mode: VALUE });
const Ordering = token("Ordering", /<=?|>=?/, { push_mode: VALUE });
const Open = token("Open", "(");
const Close = token("Close", ")");
const OpenNested = token("OpenNested", "(", { pop_mode: true });
/** A parenthesis before one value and dots. */
const OpenRange = createToken({
  name: "OpenRange",
  pattern: (text, offset) => (text[offset] === "(" && isRange(text, offset + 1) ? ["("] : null),
  start_chars_hint: ["("],
  line_breaks: false,
});
const OpenBracket = token("OpenBracket", "[", { pop_mode: true, push_mode: BRACKETS });
const CloseBracket = token("CloseBracket", "]", { pop_mode: true });
const Comma = token("Comma", ",");
const RangeDots = token("RangeDots", /\.\.\.?/, { categories: Dots, push_mode: VALUE });
const BracketDots = token("BracketDots", /\.\.\.?/, { categories: Dots });

const RANGE_START = [
  new RegExp(`[${SPACE}]*`, "y"),
  new RegExp(`${PHRASE.source}|${EXACT.source}|(?:${WORDS.value})(?:[${SPACE}]+(?:${WORDS.plain}))?`, "y"),
  new RegExp(`[${SPACE}]*\\.\\.`, "y"),
];

function isRange(text: string, from: number): boolean {
  let at = from;
  return RANGE_START.every((step) => {
    step.lastIndex = at;
    at += step.exec(text)?.[0].length ?? Number.NaN;
    return !Number.isNaN(at);
  });
}

const definition: IMultiModeLexerDefinition = {
  defaultMode: CONDITION,
  modes: {
    [CONDITION]: [
      Word,
      FirstWord,
      Phrase,
      Exact,
      Dots,
      Blank,
      And,
      Or,
      Not,
      Is,
      Null,
      Open,
      Close,
      Colon,
      Equal,
      Ordering,
      RangeDots,
      ...quote("Condition"),
      ConditionWord,
    ],
    [VALUE]: [
      Blank,
      ReservedValue,
      ...quote("Value", { pop_mode: true }),
      OpenRange,
      OpenNested,
      OpenBracket,
      ValueWord,
    ],
    [BRACKETS]: [Blank, ReservedMember, ...quote("Brackets"), Comma, BracketDots, CloseBracket, MemberWord],
  },
};

const lexer = new Lexer(definition, { positionTracking: "onlyOffset", ensureOptimizations: true });

const endOf = ({ startOffset, image }: IToken): number => startOffset + image.length;

const nameOf = (at: IToken): Ast.Name => ({ start: at.startOffset, end: endOf(at), text: at.image });

const bare = (words: readonly IToken[]): Ast.Literal => {
  const [first, last] = [words[0] as IToken, words.at(-1) as IToken];
  return {
    _tag: "Bare",
    start: first.startOffset,
    end: endOf(last),
    text: words.length === 1 ? first.image : words.map(({ image }) => image).join(" "),
  };
};

/** What each mark, and a backslash, may stand behind a backslash for. */
const ESCAPES: { readonly [open: string]: RegExp } = {
  '"': /\\(["'\\])/g,
  "'": /\\(["'\\])/g,
  "‘": /\\(["'’\\])/g,
};
const TYPOGRAPHIC_ESCAPES = /\\(["'“”„\\])/g;

const phrase = (at: IToken): Ast.Literal => ({
  _tag: "Phrase",
  start: at.startOffset,
  end: endOf(at),
  text: at.image.slice(1, -1).replace(ESCAPES[at.image.charAt(0)] ?? TYPOGRAPHIC_ESCAPES, "$1"),
});

const exact = (at: IToken): Ast.Literal => ({
  _tag: "Exact",
  start: at.startOffset,
  end: endOf(at),
  text: at.image.slice(1, -1),
});

/** Operands side by side; those of the same kind in parentheses are operands of the whole. */
function joined(_tag: "And" | "Or", operands: readonly Ast.Expr[]): Ast.Expr {
  const [first, last] = [operands[0] as Ast.Expr, operands.at(-1) as Ast.Expr];
  if (operands.length === 1) return first;
  const flat = operands.flatMap((operand) => (operand._tag === _tag ? operand.operands : [operand]));
  return { _tag, start: first.start, end: last.end, operands: flat };
}

class QqlParser extends EmbeddedActionsParser {
  /** Set by what the grammar takes away again: exceptions. */
  isRefused = false;

  constructor() {
    super(definition, { maxLookahead: 2 });
    this.performSelfAnalysis();
  }

  override reset(): void {
    super.reset();
    this.isRefused = false;
  }

  readonly query = this.RULE("query", (): Ast.Expr => this.SUBRULE(this.disjunction));

  private readonly disjunction = this.RULE("disjunction", (): Ast.Expr => {
    const operands = [this.SUBRULE(this.conjunction)];
    this.MANY(() => {
      this.CONSUME(Or);
      operands.push(this.SUBRULE2(this.conjunction));
    });
    return this.ACTION(() => joined("Or", operands));
  });

  private readonly conjunction = this.RULE("conjunction", (): Ast.Expr => {
    const operands = [this.SUBRULE(this.negation)];
    this.MANY(() => {
      this.CONSUME(And);
      operands.push(this.SUBRULE2(this.negation));
    });
    return this.ACTION(() => joined("And", operands));
  });

  private readonly negation = this.RULE("negation", (): Ast.Expr => {
    const nots: IToken[] = [];
    this.MANY(() => nots.push(this.CONSUME(Not)));
    const primary = this.SUBRULE(this.primary);
    return this.ACTION(() =>
      nots.reduceRight<Ast.Expr>(
        (operand, { startOffset: start }) => ({ _tag: "Not", start, end: operand.end, operand }),
        primary,
      ),
    );
  });

  private readonly primary = this.RULE(
    "primary",
    (): Ast.Expr =>
      this.OR({
        DEF: [
          { ALT: () => this.SUBRULE(this.group) },
          { ALT: () => this.SUBRULE(this.named) },
          { ALT: () => this.SUBRULE(this.search) },
        ],
        // A word before "is" is a name: what comes first is meant.
        IGNORE_AMBIGUITIES: true,
      }),
  );

  private readonly group = this.RULE("group", (): Ast.Expr => {
    const { startOffset: start } = this.CONSUME(Open);
    const inner = this.SUBRULE(this.disjunction);
    const close = this.CONSUME(Close);
    return this.ACTION(() => ({ ...inner, start, end: endOf(close) }));
  });

  /** What begins with a name. */
  private readonly named = this.RULE("named", (): Ast.Expr => {
    const at = this.CONSUME(Word);
    const name = this.ACTION(() => nameOf(at));
    return this.OR<Ast.Expr>([
      {
        ALT: () => {
          this.CONSUME(Colon);
          return this.SUBRULE(this.said, { ARGS: [name] });
        },
      },
      {
        ALT: () => {
          this.CONSUME(Equal);
          this.ACTION(() => this.refuseIf(at.image.endsWith("!")));
          return this.SUBRULE2(this.said, { ARGS: [name] });
        },
      },
      {
        ALT: () => {
          const operator = this.CONSUME(Ordering).image as Ast.Ordering;
          const value = this.SUBRULE(this.value);
          return this.ACTION(() => ({ _tag: "Compare", start: name.start, end: value.end, name, operator, value }));
        },
      },
      { ALT: () => this.SUBRULE(this.nullCheck, { ARGS: [name] }) },
    ]);
  });

  private readonly nullCheck = this.RULE("nullCheck", (name: Ast.Name): Ast.Expr => {
    this.CONSUME(Is);
    const not = this.OPTION(() => this.CONSUME(Not));
    const last = this.CONSUME(Null);
    return this.ACTION(() => ({
      _tag: "IsNull",
      start: name.start,
      end: endOf(last),
      name,
      isNegated: not !== undefined,
    }));
  });

  /** What stands behind a name and a colon. */
  private readonly said = this.RULE(
    "said",
    (name: Ast.Name): Ast.Expr =>
      this.OR([
        {
          ALT: () => {
            const value = this.SUBRULE(this.value);
            return this.ACTION((): Ast.Expr => ({ _tag: "Match", start: name.start, end: value.end, name, value }));
          },
        },
        { ALT: () => this.SUBRULE(this.brackets, { ARGS: [name] }) },
        { ALT: () => this.SUBRULE(this.openRange, { ARGS: [name] }) },
        {
          ALT: () => {
            this.CONSUME(OpenNested);
            const operand = this.SUBRULE(this.disjunction);
            const close = this.CONSUME(Close);
            return this.ACTION(
              (): Ast.Expr => ({ _tag: "Nested", start: name.start, end: endOf(close), name, operand }),
            );
          },
        },
      ]),
  );

  private readonly brackets = this.RULE("brackets", (name: Ast.Name): Ast.Expr => {
    const values: Ast.Literal[] = [];
    this.CONSUME(OpenBracket);
    values.push(this.SUBRULE(this.member));
    const isRange = this.OR([
      {
        ALT: () => {
          this.CONSUME(BracketDots);
          values.push(this.SUBRULE2(this.member));
          return true;
        },
      },
      {
        ALT: () => {
          this.MANY(() => {
            this.CONSUME(Comma);
            values.push(this.SUBRULE3(this.member));
          });
          return false;
        },
      },
    ]);
    const close = this.CONSUME(CloseBracket);
    return this.ACTION(() => {
      const span = { start: name.start, end: endOf(close) };
      const [from, to] = values as [Ast.Literal, Ast.Literal];
      return isRange
        ? { _tag: "Range", ...span, name, from, to, isInclusive: true }
        : { _tag: "AnyOf", ...span, name, values };
    });
  });

  private readonly openRange = this.RULE("openRange", (name: Ast.Name): Ast.Expr => {
    this.CONSUME(OpenRange);
    const from = this.SUBRULE(this.value);
    this.CONSUME(RangeDots);
    const to = this.SUBRULE2(this.value);
    const close = this.CONSUME(Close);
    return this.ACTION(() => ({
      _tag: "Range",
      start: name.start,
      end: endOf(close),
      name,
      from,
      to,
      isInclusive: false,
    }));
  });

  private readonly search = this.RULE("search", (): Ast.Expr => {
    const value = this.OR([
      { ALT: () => this.SUBRULE(this.quoted) },
      { ALT: () => this.SUBRULE(this.words, { ARGS: [this.CONSUME(Word)] }) },
    ]);
    return this.ACTION(() => ({ _tag: "Search", start: value.start, end: value.end, value }));
  });

  private readonly value = this.RULE(
    "value",
    (): Ast.Literal =>
      this.OR([
        { ALT: () => this.SUBRULE(this.quoted) },
        { ALT: () => this.SUBRULE(this.words, { ARGS: [this.CONSUME(FirstWord)] }) },
      ]),
  );

  /** Further words behind a first one. */
  private readonly words = this.RULE("words", (first: IToken): Ast.Literal => {
    const words = [first];
    this.MANY(() => words.push(this.CONSUME(Word)));
    return this.ACTION(() => {
      this.refuseIf(words.length > 3 && words.at(-2)?.tokenType === Is && words.at(-1)?.tokenType === Null);
      return bare(words);
    });
  });

  private readonly member = this.RULE(
    "member",
    (): Ast.Literal =>
      this.OR([
        { ALT: () => this.SUBRULE(this.quoted) },
        {
          ALT: () => {
            const words: IToken[] = [];
            this.AT_LEAST_ONE(() => words.push(this.CONSUME(FirstWord)));
            return this.ACTION(() => {
              this.refuseIf(words.some(({ image }, i) => i > 0 && image.startsWith("::")));
              return bare(words);
            });
          },
        },
      ]),
  );

  private readonly quoted = this.RULE(
    "quoted",
    (): Ast.Literal =>
      this.OR([
        {
          ALT: () => {
            const at = this.CONSUME(Phrase);
            return this.ACTION(() => phrase(at));
          },
        },
        {
          ALT: () => {
            const at = this.CONSUME(Exact);
            return this.ACTION(() => exact(at));
          },
        },
      ]),
  );

  private refuseIf(isException: boolean): void {
    if (isException) this.isRefused = true;
  }
}

const parser = new QqlParser();
