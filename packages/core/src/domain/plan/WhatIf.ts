/**
 * The plan of a job as it would be after a change that nobody saved: everything that a plan depends on is worked out anew from
 * what the change touches, and compiled as any plan is. Pure. Without a change there is no difference.
 */
import type { Asset } from "../asset/Asset.ts";
import type { Job } from "../job/Job.ts";
import * as Licence from "../license/Licence.ts";
import type * as Subscription from "../license/Subscription.ts";
import type * as ChangeFreeze from "../maintenance/ChangeFreeze.ts";
import * as ConfigurationProfile from "../profile/ConfigurationProfile.ts";
import type * as Rejection from "../shared/Rejection.ts";
import type { Result } from "../shared/Result.ts";
import * as Circumstances from "./Circumstances.ts";
import type { Plan } from "./Plan.ts";
import * as PlanDifference from "./PlanDifference.ts";
import type { PlanInputs } from "./PlanInputs.ts";
import * as PlanTiming from "./PlanTiming.ts";

/** What a plan's inputs come from, as far as a change may touch it. As of one moment. */
export interface Ground {
  readonly inputs: PlanInputs;
  readonly subscription: Subscription.Subscription;
  readonly profiles: readonly ConfigurationProfile.ConfigurationProfile[];
  readonly freezes: readonly ChangeFreeze.ChangeFreeze[];
}

/** What is to be otherwise; what is left out stays. */
export interface Otherwise extends Partial<Omit<Ground, "inputs">> {
  readonly job?: Job;
  /** All assets, those that changed with the tags that they would bear. */
  readonly assets?: readonly Asset[];
  /** The instant by which seats are given; of what expires by then. */
  readonly seatsAt?: number;
}

/** The inputs as they would be. */
export const changed = (ground: Ground, otherwise: Otherwise): PlanInputs => {
  const { inputs } = ground;
  const { job, assets, seatsAt } = { job: inputs.job, assets: inputs.assets, seatsAt: inputs.now, ...otherwise };
  const { subscription, profiles, freezes } = { ...ground, ...otherwise };
  const { tree } = inputs;
  return {
    ...inputs,
    job,
    assets,
    seats: Licence.assignSeats(subscription, tree, assets, seatsAt),
    turnedOff: ConfigurationProfile.turningOff(profiles, tree, assets),
    limits: subscription.limits,
    occasion: {
      ...(inputs.occasion ?? PlanTiming.noOccasion(inputs.now)),
      zones: PlanTiming.zonesOf(job, inputs, assets),
      ...Circumstances.of({ subscription, profiles, freezes, tree }, assets),
    },
  };
};

/** What a plan came to, or why there is none. */
export type Outcome = Result<Plan, Rejection.Rejection>;

export interface Comparison {
  /** Null where one of the two couldn't be planned. */
  readonly difference: PlanDifference.PlanDifference | null;
  /** What would be otherwise, one sentence each; none: nothing. */
  readonly words: readonly string[];
}

/** What would be otherwise. */
export const compare = (before: Outcome, after: Outcome): Comparison => {
  if (before.ok && after.ok) {
    const difference = PlanDifference.compare(before.value, after.value);
    return { difference, words: difference.words };
  }
  if (before.ok) return { difference: null, words: [`it could be planned no more: ${refusal(after)}`] };
  if (after.ok) return { difference: null, words: [`it could be planned again; now it can't: ${refusal(before)}`] };
  const [was, is] = [refusal(before), refusal(after)];
  const isSame = was === is;
  return { difference: null, words: isSame ? [] : [`it couldn't be planned for another reason: ${is}`] };
};

const refusal = (outcome: Outcome): string =>
  outcome.ok ? "" : `${outcome.error.rule === null ? "" : `${outcome.error.rule}, `}${outcome.error.message}`;
