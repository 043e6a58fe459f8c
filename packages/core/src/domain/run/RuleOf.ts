/** The rule that a reason names, as reasons are written: `WIN-02: …` first, or `… (LIC-05)` last. */
const ID = "[A-Z]{2,4}-\\d{2}";
const FIRST = new RegExp(`^(${ID}):`);
const LAST = new RegExp(`\\((${ID})\\)$`);

/** The rule, or null where the reason names none. */
export const reason = (text: string | null): string | null =>
  text === null ? null : (FIRST.exec(text)?.[1] ?? LAST.exec(text)?.[1] ?? null);
