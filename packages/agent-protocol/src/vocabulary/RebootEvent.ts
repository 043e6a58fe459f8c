/** What happened about an asset's reboot in a run: what was found, shown, answered and done (RBT-14). Times are epoch milliseconds. */
export type RebootEvent =
  /** After every patch was attempted (RBT-01), by what the machine itself says; `reasons` for people. */
  | { readonly _tag: "Needed"; readonly reasons: readonly string[] }
  /** Nobody could tell whether one is needed, which is no yes. */
  | { readonly _tag: "Unknown"; readonly message: string }
  | { readonly _tag: "Prompted"; readonly number: number; readonly deferralsLeft: number; readonly until: number }
  /** By the user, or because the prompt's time was over. */
  | { readonly _tag: "Deferred"; readonly number: number; readonly byUser: boolean }
  /** The user wants it now. */
  | { readonly _tag: "Accepted" }
  | { readonly _tag: "Countdown"; readonly minutes: number; readonly until: number }
  /** Due, and held back: by the host's own hours, because too many were caused lately, or because nobody could be warned (RBT-11). */
  | { readonly _tag: "HeldBack"; readonly because: "host" | "too-many" | "unseen"; readonly until: number }
  /** The agent is about to reboot the machine, out of this boot. Written before it does (intent before effect). */
  | { readonly _tag: "Ordered"; readonly by: "policy" | "user" }
  /** Ordered as often as may be, and the machine went on: it waits for a hand, as if suppressed. */
  | { readonly _tag: "GaveUp"; readonly message: string }
  /** The machine has booted since: by the agent's order, or by anybody else (RBT-05). */
  | { readonly _tag: "Rebooted"; readonly by: "agent" | "hand" }
  /** No longer needed, though nothing rebooted: what was left is dropped (RBT-06). */
  | { readonly _tag: "Dropped" };
