/** A hold on a patch (PLN-05): as long as it stands, the patch is left out of every plan, with the reason. */
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

/** Longest reason, in characters. */
export const REASON_CHARACTERS_MAX = 500;

export interface Hold {
  readonly patchId: string;
  /** What people are told wherever the patch is left out. */
  readonly reason: string;
  /** Who placed it, as `Actor.label` spells it. */
  readonly heldBy: string;
  readonly heldAt: number;
}

/** Places a hold; it needs a reason, for it has to explain itself. */
export const place = (
  patchId: string,
  reason: string,
  about: { readonly by: string; readonly now: number },
): Result<Hold, Rejection.Rejection> => {
  const given = typeof reason === "string" ? reason.trim() : "";
  if (given.length < 1 || given.length > REASON_CHARACTERS_MAX) {
    const message = `a hold has a reason of 1–${REASON_CHARACTERS_MAX} characters`;
    return fail(Rejection.make("PLN-05", "invalid", message, "reason"));
  }
  return ok({ patchId, reason: given, heldBy: about.by, heldAt: about.now });
};
