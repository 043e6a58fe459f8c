/** Time and chance of the control plane, injected so that a simulation repeats exactly. */
import * as Context from "effect/Context";

export class Environment extends Context.Service<
  Environment,
  {
    /** Epoch milliseconds. */
    readonly now: () => number;
    readonly uuid: () => string;
    /** A secret of 256 random bits, base64url. */
    readonly secret: () => string;
    readonly tzdata: () => string;
  }
>()("fettle/core/Environment") {}
