/**
 * How a simulated machine boots: by its agent's order or by somebody's hand. Each boot has an id of its own and takes some time,
 * in which nothing runs there; what waited for it takes effect, or is undone by it.
 */

import type { Package } from "@fettle/agent-protocol";
import { HostError, type HostShape, InstallerError, type RebootNeed } from "@fettle/agent-protocol/agent";
import { Package as P } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";

export interface BootOptions {
  readonly bootId: string;
  readonly now: () => number;
  /** Names of packages whose versions take effect at the next boot only; left out: the machine can't tell of any need. */
  readonly rebootsFor?: readonly string[];
  /** Asked when the need for a reboot is looked up: true can't tell. */
  readonly probeFails?: () => boolean;
  /** Asked when a reboot is ordered: null carries it out; an order that is ignored looks like one that was taken. */
  readonly rebootFault?: () => "ignored" | "refused" | null;
  /** The id of a boot to come; made from the former one unless told. */
  readonly nextBootId?: (former: string) => string;
  /** How long a boot takes, in milliseconds. */
  readonly bootMs?: number;
  /** When the machine's own policy allows no reboot. */
  readonly noReboot?: readonly { readonly from: number; readonly until: number }[];
}

/** A machine is down for so long, unless told. */
export const BOOT_MS = 90_000;

/** What a boot does to the rest of the machine. */
export interface BootEffects {
  /** A package that waited for the boot: whether the boot undoes it, and what then. */
  readonly undo: (key: string, former: readonly string[]) => void;
  readonly isUndone: (name: string) => boolean;
  readonly booted: (by: "agent" | "hand", reason: string | null, waited: readonly string[]) => void;
  /** Ends whatever runs there. */
  readonly dies: () => never;
}

export interface SimulatedBoot {
  readonly bootId: () => string;
  /** Up again from then on; an instant that is past when it is up. */
  readonly downUntil: () => number;
  /** Packages, by key, that wait for a boot. */
  readonly pending: () => ReadonlySet<string>;
  readonly byHand: () => void;
  /** A package got another version; what stood there before. */
  readonly changed: (p: Package.Package, former: readonly string[]) => void;
  /** Somebody brought a package to a version by hand: where that is what runs still, nothing waits for a boot any more. */
  readonly broughtBack: (key: string, evr: string) => void;
  readonly host: Pick<HostShape, "bootId" | "reboot" | "noRebootUntil">;
  readonly rebootNeed: (patches: readonly Package.PatchInstruction[]) => Effect.Effect<RebootNeed, InstallerError>;
}

/** A machine that is up. */
export const make = (options: BootOptions, effects: BootEffects): SimulatedBoot => {
  const { now, noReboot = [] } = options;
  const waiting = new Map<string, { readonly name: string; readonly former: readonly string[] }>();
  let bootId = options.bootId;
  let downUntil = 0;
  const boot = (by: "agent" | "hand", reason: string | null): void => {
    bootId = (options.nextBootId ?? numberedNext)(bootId);
    downUntil = now() + (options.bootMs ?? BOOT_MS);
    const waited = [...waiting.keys()];
    for (const [key, { name, former }] of waiting) if (effects.isUndone(name)) effects.undo(key, former);
    waiting.clear();
    effects.booted(by, reason, waited);
  };
  return {
    bootId: () => bootId,
    downUntil: () => downUntil,
    pending: () => new Set(waiting.keys()),
    byHand: () => boot("hand", null),
    changed: (p, former) => {
      if (options.rebootsFor?.includes(p.name) === true) waiting.set(P.key(p), { name: p.name, former });
    },
    broughtBack: (key, evr) => {
      if (waiting.get(key)?.former.join() === evr) waiting.delete(key);
    },
    host: {
      bootId: () => Effect.sync(() => bootId),
      reboot: ({ reason }) =>
        Effect.suspend(() => {
          const fault = options.rebootFault?.() ?? null;
          if (fault === "refused") return Effect.fail(new HostError({ message: "no reboot", isRetryable: true }));
          if (fault === "ignored") return Effect.void;
          boot("agent", reason);
          return effects.dies();
        }),
      noRebootUntil: (at) =>
        Effect.sync(() => noReboot.find(({ from, until }) => from <= at && at < until)?.until ?? null),
    },
    rebootNeed: (patches) =>
      Effect.suspend((): Effect.Effect<RebootNeed, InstallerError> => {
        if (options.probeFails?.() === true) {
          return Effect.fail(new InstallerError({ reason: "Unreadable", message: "no probe", isRetryable: false }));
        }
        const named = new Set(patches.flatMap((patch) => patch.packages.map((p) => P.key(p))));
        const reasons = [...waiting.keys()].filter((key) => named.has(key));
        return Effect.succeed(reasons.length === 0 ? { _tag: "NotNeeded" } : { _tag: "Needed", reasons });
      }),
  };
};

// The last digits of a UUID, counted on.
const numberedNext = (former: string): string => {
  const next = (BigInt(`0x${former.slice(24)}`) + 1n) & 0xffff_ffff_ffffn;
  return `${former.slice(0, 24)}${next.toString(16).padStart(12, "0")}`;
};
