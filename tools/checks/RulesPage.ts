/**
 * docs/reference/rules.md can be read by machine: each rule has an id of its own, stands under the heading of its family
 * and says where it comes from. claimed-rules.txt names only rules that exist, each once.
 */
import { claimsIn } from "../test/RuleCoverage.mjs";
import type { Finding, Source } from "./Source.ts";

export const PAGE = "docs/reference/rules.md";
export const CLAIMS = "docs/reference/claimed-rules.txt";

const FAMILY = /^##+\s+([A-Z]{2,5}(?:\s*[/,]\s*[A-Z]{2,5})*)\s+—\s+\S/;
const RULE = /^\s*- ([A-Z]{2,5}-\d+)\s+(.*)$/;
/** A source in brackets somewhere in the rule: [S0], [F], [S0, S1], [ties: F], [newer vendor docs]. */
const SOURCE = /\[[^\]]*\b(S[0-3]|F|vendor docs)\b[^\]]*\]/;

interface Rule {
  readonly id: string;
  readonly line: number;
  readonly text: string;
  readonly families: readonly string[];
}

export function checkRules(sources: readonly Source[]): readonly Finding[] {
  const page = sources.find((source) => source.path === PAGE);
  if (page === undefined) return [{ path: PAGE, problem: "does not exist" }];
  const rules = rulesIn(page.text);
  if (rules.length === 0) return [{ path: PAGE, problem: "has no rule" }];
  const claims = sources.find((source) => source.path === CLAIMS);
  return [
    ...rules.flatMap((rule, at) =>
      problemsOf(rule, rules.slice(0, at)).map((problem) => ({ path: PAGE, line: rule.line, problem })),
    ),
    ...(claims === undefined ? [] : claimFindings(claims, new Set(rules.map((rule) => rule.id)))),
  ];
}

function problemsOf(rule: Rule, before: readonly Rule[]): readonly string[] {
  const family = rule.id.split("-")[0] ?? "";
  const earlier = before.find((other) => other.id === rule.id);
  return [
    ...(/-\d{2}$/.test(rule.id) ? [] : [`${rule.id}: an id ends in two digits`]),
    ...(earlier === undefined ? [] : [`${rule.id} stands already in line ${earlier.line}`]),
    ...(rule.families.includes(family) ? [] : [`${rule.id} does not stand under the heading of ${family}`]),
    ...(SOURCE.test(rule.text) ? [] : [`${rule.id} does not say its source, such as [S0] or [F]`]),
  ];
}

function claimFindings(claims: Source, rules: ReadonlySet<string>): readonly Finding[] {
  return claimsIn(claims.text).flatMap((id, at, all) => [
    ...(rules.has(id) ? [] : [{ path: CLAIMS, problem: `claims ${id}, which is no rule` }]),
    ...(all.indexOf(id) === at ? [] : [{ path: CLAIMS, problem: `claims ${id} twice` }]),
  ]);
}

/** Rules with the text of the lines that continue them. */
function rulesIn(text: string): readonly Rule[] {
  const rules: Rule[] = [];
  let families: readonly string[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    const heading = FAMILY.exec(line)?.[1];
    const [, id, rest] = RULE.exec(line) ?? [];
    const last = rules.at(-1);
    if (line.startsWith("#")) families = heading?.split(/\s*[/,]\s*/) ?? [];
    else if (id !== undefined) rules.push({ id, line: at + 1, text: rest ?? "", families });
    else if (last !== undefined && /^\s+\S/.test(line))
      rules[rules.length - 1] = { ...last, text: `${last.text}\n${line}` };
  }
  return rules;
}
