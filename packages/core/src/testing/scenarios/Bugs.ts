/**
 * Bugs that the simulator must see, each planted at a seam between the code under test and what it stands on. That one is found shows
 * that the invariant behind it looks; none of them can be switched on in what is shipped, for there is no switch.
 */
import type { Bug } from "./bugs/Bug.ts";
import { ofAgent } from "./bugs/OfAgent.ts";
import { ofPlatform } from "./bugs/OfPlatform.ts";
import { ofReboots } from "./bugs/OfReboots.ts";

export type { Bug } from "./bugs/Bug.ts";

/** The list, in no order. */
export const bugs: readonly Bug[] = [...ofAgent, ...ofPlatform, ...ofReboots];

/** A bug that was planted, and whether and where it was seen. */
export interface Sighting {
  readonly bug: string;
  readonly plays: number;
  /** The invariant; null: not seen. A play that can't go on is seen as `crash`, one without an end as `endless`. */
  readonly seenBy: string | null;
}
