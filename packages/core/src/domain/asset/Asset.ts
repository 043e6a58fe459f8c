/**
 * An asset: a machine known by its agent's host id (AST-01), never by its name or address, which may change freely.
 * Times are epoch milliseconds.
 */
export interface Asset {
  /** The host id, a UUID that the agent made. */
  readonly id: string;
  readonly name: string;
  readonly platform: "Windows" | "Linux" | "Mac";
  readonly osFamily: string;
  readonly osName: string;
  readonly arch: string;
  /** An IANA zone name as the agent tells it. */
  readonly timeZone: string;
  readonly tags: readonly string[];
  /** Modules active on it; patching needs `PM`. */
  readonly modules: readonly string[];
  readonly provisionedAt: number;
  /** When PM was activated: the order in which seats are given (LIC-05). */
  readonly activatedAt: number;
  readonly activationKey: string;
}

/** Whether the patch module is active (AST-11). */
export const isPatchManaged = (asset: Asset): boolean => asset.modules.includes("PM");
