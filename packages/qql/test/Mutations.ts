/** Texts next to a text: what typing, pasting, cutting and bad luck make of a query. All are made by picking. */
import { one, type Pick, rarely } from "./Picks.ts";

/** Characters and pieces that mean something somewhere, or should mean nothing anywhere. */
export const HOSTILE: readonly string[] = [
  ..."()[]:=<>,.`\"'“”„‘’\\*!&|+-/~{}%$#@?;_^",
  ..." \t\n\r\u00a0\u3000\ufeff\u2028",
  ..."xXaF019éßİſς中عa\u0301\u200d\u200f",
  ..."\0|\u0007|\u000b|\u007f|\u0085|\ud83d|\udc4d|👍|\uffff".split("|"),
  ..."..|...|::|<=|>=|!=|==|:=|&&|()|[]|\"\"|``|''|(((|)))|1:2|fe80::1|C:\\x|https://a|RHSA-2024:0001|1e999".split("|"),
  ..." and | or | not | AND NOT | is null| is not null|is |null|now-7d|a:|a: [|a: (|a: [1 .. |not not not ".split("|"),
];

/** Words, quoted texts, runs of blanks, and single signs. */
const TOKENS = /"[^"]*"|`[^`]*`|[\p{L}\p{N}_.-]+|\s+|./gsu;

/** A text a few steps away from one; `others` are what pieces are borrowed from. */
export function mutated(text: string, others: readonly string[], pick: Pick): string {
  let result = text;
  for (let steps = 1 + pick(3); steps > 0; steps--) {
    result = rarely(pick, 3) ? byToken(result, others, pick) : byCharacter(result, others, pick);
  }
  return result;
}

/** Steps over code units, halves of pairs among them. */
function byCharacter(text: string, others: readonly string[], pick: Pick): string {
  const at = pick(text.length + 1);
  const end = Math.min(text.length, at + pick(6));
  switch (pick(7)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, at) + text.slice(at, end) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(end).split("").reverse().join("");
    case 3: {
      const other = one(pick, others);
      return text.slice(0, at) + other.slice(pick(other.length + 1));
    }
    case 4:
      return text.slice(0, at) + String.fromCharCode(pick(rarely(pick, 4) ? 0x10000 : 0x80)) + text.slice(at);
    default:
      return text.slice(0, at) + one(pick, HOSTILE) + text.slice(rarely(pick, 2) ? end : at);
  }
}

function byToken(text: string, others: readonly string[], pick: Pick): string {
  const tokens = text.match(TOKENS) ?? [];
  if (tokens.length === 0) return one(pick, HOSTILE);
  const at = pick(tokens.length);
  switch (pick(6)) {
    case 0:
      tokens.splice(at, 1);
      break;
    case 1:
      tokens.splice(at, 0, one(pick, tokens));
      break;
    case 2:
      tokens.splice(at, 1, one(pick, one(pick, others).match(TOKENS) ?? HOSTILE));
      break;
    case 3: {
      const to = pick(tokens.length);
      [tokens[at], tokens[to]] = [tokens[to] ?? "", tokens[at] ?? ""];
      break;
    }
    case 4:
      tokens.splice(at, 0, one(pick, HOSTILE));
      break;
    default:
      tokens.splice(at, pick(4), `(${one(pick, others)})`);
  }
  return tokens.join("");
}
