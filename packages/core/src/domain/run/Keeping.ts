/** What keeps an asset run from being sent now, by name and until when: a blackout, a freeze, an earlier run of its job. Pure. */

export type Keeping =
  | { readonly _tag: "Blackout"; readonly profile: string; readonly until: number | null }
  | { readonly _tag: "Freeze"; readonly name: string; readonly until: number | null }
  /** WIN-06. `until`: when the window of that one is over at the latest. */
  | { readonly _tag: "EarlierRun"; readonly runId: string; readonly until: number | null };

/** The rule by which it does. */
export const ruleOf = ({ _tag }: Keeping): string => RULES[_tag];

/** What it is, as reasons tell it, with its rule. */
export const words = (keeping: Keeping): string => {
  const { until } = keeping;
  return `${RULES[keeping._tag]}: ${nameOf(keeping)}${until === null ? "" : ` until ${new Date(until).toISOString()}`}`;
};

const RULES: { readonly [T in Keeping["_tag"]]: string } = {
  Blackout: "WIN-05",
  Freeze: "WIN-07",
  EarlierRun: "WIN-06",
};

const nameOf = (keeping: Keeping): string => {
  switch (keeping._tag) {
    case "Blackout":
      return `a blackout of the profile "${keeping.profile}" keeps it`;
    case "Freeze":
      return `the change freeze "${keeping.name}" keeps it`;
    case "EarlierRun":
      return `the earlier run ${keeping.runId} goes on there${keeping.until === null ? "" : ","}`;
  }
};
