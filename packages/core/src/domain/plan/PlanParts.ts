/**
 * A large plan in parts. A plan of 100,000 assets is too much for one write, for one reading, and for one look: it is kept and made
 * into a run part by part, each by itself. Pure; the same plan always comes in the same parts, and they make the same plan again.
 */
import type { Plan, PlanExclusion, PlanGroup } from "./Plan.ts";

/** Assets of one part, those that get nothing among them. */
export const PART_ASSETS_MAX = 500;

/** What the assets of one part are to get together, in patches and packages: each asset run holds its own list. */
export const PART_PIECES_MAX = 10_000;

/** Some of a plan's assets. */
export interface PlanPart {
  /** Whether the first group is the rest of the last one of the part before. */
  readonly isContinued: boolean;
  readonly groups: readonly PlanGroup[];
  readonly excluded: readonly PlanExclusion[];
}

/** A plan as it is kept: whole, or without its assets, which stand in parts. */
export interface PlanHead extends Plan {
  /** How many; left out: it is whole. */
  readonly parts?: number;
}

/** The parts, in order; at least one. */
export function* cut(plan: Pick<Plan, "groups" | "excluded">): Generator<PlanPart, void, undefined> {
  let part = empty(false);
  let isAny = false;
  for (const group of plan.groups) {
    const pieces = piecesOf(group);
    for (let from = 0; from < group.assets.length; ) {
      const room = Math.min(PART_ASSETS_MAX - part.assets, Math.floor((PART_PIECES_MAX - part.pieces) / pieces));
      if (room < 1 && part.assets > 0) {
        yield partOf(part);
        isAny = true;
        part = empty(from > 0);
        continue;
      }
      // However much it gets, one asset makes a part.
      const assets = group.assets.slice(from, from + Math.max(1, room));
      part.groups.push({ ...group, assets });
      part.assets += assets.length;
      part.pieces += assets.length * pieces;
      from += assets.length;
    }
  }
  for (let from = 0; from < plan.excluded.length; ) {
    if (part.assets >= PART_ASSETS_MAX) {
      yield partOf(part);
      isAny = true;
      part = empty(false);
    }
    const some = plan.excluded.slice(from, from + PART_ASSETS_MAX - part.assets);
    part.excluded.push(...some);
    part.assets += some.length;
    from += some.length;
  }
  if (part.assets > 0 || !isAny) yield partOf(part);
}

/** Whether a plan is kept as it is. */
export const isSmall = (plan: Pick<Plan, "groups" | "excluded">): boolean => {
  const parts = cut(plan);
  parts.next();
  return parts.next().done === true;
};

/** A plan without its assets. */
export const headOf = (plan: Plan, parts: number): PlanHead => ({ ...plan, groups: [], excluded: [], parts });

/** Puts a plan together again; told one part after the other. */
export const joining = (kept: PlanHead) => {
  const { parts, ...head } = kept;
  const groups: (Omit<PlanGroup, "assets"> & { readonly assets: string[] })[] = [];
  const excluded: PlanExclusion[] = [];
  return {
    add: (part: PlanPart): void => {
      const [first, ...others] = part.groups;
      const last = groups.at(-1);
      if (first !== undefined && part.isContinued && last !== undefined) last.assets.push(...first.assets);
      else if (first !== undefined) groups.push({ ...first, assets: [...first.assets] });
      for (const group of others) groups.push({ ...group, assets: [...group.assets] });
      excluded.push(...part.excluded);
    },
    /** How many parts it has. */
    parts,
    plan: (): Plan => ({ ...head, groups, excluded }),
  };
};

const piecesOf = ({ patches }: PlanGroup): number => patches.reduce((sum, p) => sum + 1 + p.packages.length, 1);

interface Filling {
  readonly isContinued: boolean;
  readonly groups: PlanGroup[];
  readonly excluded: PlanExclusion[];
  assets: number;
  pieces: number;
}

const empty = (isContinued: boolean): Filling => ({ isContinued, groups: [], excluded: [], assets: 0, pieces: 0 });

const partOf = ({ isContinued, groups, excluded }: Filling): PlanPart => ({ isContinued, groups, excluded });
