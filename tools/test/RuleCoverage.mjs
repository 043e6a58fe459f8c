// Which rules of docs/reference/rules.md does a passed test name? A title proves a rule when it begins with the rule's
// id, or with several: "SCH-05: …", "SCH-05, SCH-06: …".

const RULE_ID = "[A-Z]{2,5}-\\d{2,3}(?![\\w-])";
const RULE_LINE = new RegExp(`^\\s*- (${RULE_ID})`, "gm");
const TITLE_START = new RegExp(`^${RULE_ID}(?:(?:\\s*[,+&/]\\s*|\\s+and\\s+|\\s+)${RULE_ID})*`);

/**
 * The ids a rules page defines, in its order.
 *
 * @param {string} page
 */
export function rulesIn(page) {
  return [...page.matchAll(RULE_LINE)].map((match) => match[1] ?? "");
}

/**
 * The ids at the start of a test's title.
 *
 * @param {string} title
 * @returns {string[]}
 */
export function rulesNamedBy(title) {
  const start = TITLE_START.exec(title)?.[0] ?? "";
  return start.match(new RegExp(RULE_ID, "g")) ?? [];
}

/**
 * The ids in a list with one a line; what follows a # is a remark.
 *
 * @param {string} text
 */
export function claimsIn(text) {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*$/, "").trim())
    .filter((line) => line !== "");
}

/**
 * @param {{ readonly rules: readonly string[], readonly claims: readonly string[], readonly passedTitles: readonly string[] }} inputs
 * @returns {{ readonly named: readonly string[], readonly unproven: readonly string[], readonly unknown: readonly string[] }}
 * the rules some passed test names; the claims none does; what is claimed and no rule, and what is named as one of a known
 * family and is none (a title may well begin with "SHA-256")
 */
export function coverageOf({ rules, claims, passedTitles }) {
  const mentioned = new Set(passedTitles.flatMap(rulesNamedBy));
  const known = new Set(rules);
  const families = new Set(rules.map(familyOf));
  const misnamed = [...mentioned].filter((rule) => families.has(familyOf(rule)));
  return {
    named: rules.filter((rule) => mentioned.has(rule)),
    unproven: claims.filter((rule) => known.has(rule) && !mentioned.has(rule)),
    unknown: [...new Set([...claims, ...misnamed])].filter((rule) => !known.has(rule)).sort(),
  };
}

/** @param {string} rule */
function familyOf(rule) {
  return rule.split("-", 1)[0];
}
