/** Where a text stops being JSON: the engine's own messages say it in other words on every version, or not at all. Pure. */

/** What is looked for next. */
type Expected = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end";

interface Scan {
  readonly text: string;
  at: number;
  expected: Expected;
  /** The closing bracket of each open object and array, outermost first. */
  readonly open: string[];
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;

/** The position of the first character that can't stand where it does; the text's length when it ends too early. */
export const positionOf = (text: string): number => {
  const scan: Scan = { text, at: 0, expected: "value", open: [] };
  for (;;) {
    scan.at = endOf(SPACE, scan) ?? scan.at;
    const isWhole = scan.expected === "comma or end" && scan.open.length === 0;
    if (isWhole || scan.at >= text.length || !step(scan, text.charAt(scan.at))) return scan.at;
  }
};

const endOf = (pattern: RegExp, { text, at }: Scan): number | null => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
};

// Takes one token; false when it can't stand here, and then the scan is at the fault.
const step = (scan: Scan, first: string): boolean => {
  const { expected, open } = scan;
  if (expected.endsWith("or end") && first === open.at(-1)) return close(scan);
  if (expected === "colon") return first === ":" && advance(scan, "value");
  if (expected === "comma or end") return first === "," && advance(scan, open.at(-1) === "}" ? "key" : "value");
  if (first === '"') return string(scan) && advance(scan, expected.startsWith("key") ? "colon" : "comma or end", 0);
  if (expected.startsWith("key")) return false;
  if (first === "{" || first === "[") {
    open.push(first === "{" ? "}" : "]");
    return advance(scan, first === "{" ? "key or end" : "value or end");
  }
  const end = endOf(NUMBER, scan) ?? endOf(WORD, scan);
  return end !== null && advance(scan, "comma or end", end - scan.at);
};

const advance = (scan: Scan, expected: Expected, characters = 1): boolean => {
  scan.at += characters;
  scan.expected = expected;
  return true;
};

const close = (scan: Scan): boolean => {
  scan.open.pop();
  return advance(scan, "comma or end");
};

// Moves behind the closing quote, or to what can't stand in a string.
const string = (scan: Scan): boolean => {
  scan.at += 1;
  for (; scan.at < scan.text.length; ) {
    const code = scan.text.charCodeAt(scan.at);
    if (code === 0x22) {
      scan.at += 1;
      return true;
    }
    const end = code === 0x5c ? endOf(ESCAPE, scan) : code < 0x20 ? null : scan.at + 1;
    if (end === null) return false;
    scan.at = end;
  }
  return false;
};
