/**
 * Base scores of CVSS 3.0 and 3.1 vectors, by the formula that FIRST publishes. Temporal and environmental metrics are
 * checked and not counted: they are of a moment and of a place. Pure.
 */

const weights: { readonly [metric: string]: { readonly [value: string]: number } } = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
};
const privilegesUnchanged: { readonly [value: string]: number } = { N: 0.85, L: 0.62, H: 0.27 };
const privilegesChanged: { readonly [value: string]: number } = { N: 0.85, L: 0.68, H: 0.5 };

const METRIC = [
  "AV:[NALP]|AC:[LH]|PR:[NLH]|UI:[NR]|S:[UC]|[CIA]:[NLH]",
  "E:[XUPFH]|RL:[XOTWU]|RC:[XURC]|[CIA]R:[XLMH]",
  "MAV:[XNALP]|MAC:[XLH]|MPR:[XNLH]|MUI:[XNR]|MS:[XUC]|M[CIA]:[XNLH]",
].join("|");
const VECTOR = new RegExp(`^CVSS:3\\.[01]((?:/(?:${METRIC})){8,22})$`);
const baseMetrics = ["AV", "AC", "PR", "UI", "S", "C", "I", "A"];

/** The base score, 0.0 to 10.0; null when the text is no vector of version 3.0 or 3.1. */
export const baseScore = (vector: string): number | null => {
  const match = VECTOR.exec(vector);
  if (match === null) return null;
  const [, rest = ""] = match;
  const pairs = rest.slice(1).split("/");
  const metrics = new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf(":")), pair.slice(pair.indexOf(":") + 1)]));
  const isWhole = metrics.size === pairs.length && baseMetrics.every((metric) => metrics.has(metric));
  return isWhole ? scoreOf(metrics) : null;
};

const scoreOf = (metrics: ReadonlyMap<string, string>): number => {
  const weight = (metric: string): number => weights[metric]?.[metrics.get(metric) ?? ""] ?? 0;
  const isChanged = metrics.get("S") === "C";
  const privileges = (isChanged ? privilegesChanged : privilegesUnchanged)[metrics.get("PR") ?? ""] ?? 0;
  const lost = 1 - (1 - weight("C")) * (1 - weight("I")) * (1 - weight("A"));
  const impact = isChanged ? 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 : 6.42 * lost;
  if (impact <= 0) return 0;
  const exploitability = 8.22 * weight("AV") * weight("AC") * privileges * weight("UI");
  const sum = isChanged ? 1.08 * (impact + exploitability) : impact + exploitability;
  return roundUp(Math.min(sum, 10));
};

// Up to one decimal, by whole numbers, so that an error of floating point makes no step.
const roundUp = (score: number): number => {
  const scaled = Math.round(score * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
};
