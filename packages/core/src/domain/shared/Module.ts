/**
 * The modules of an agent (AGT-06). Each is activated and licensed apart (LIC-09). `AI`, the inventory, is always active;
 * activating `VM` brings `CM` and `TP`; an agent has `PC` or `SCA`, not both.
 */
import * as Rejection from "./Rejection.ts";
import { fail, ok, type Result } from "./Result.ts";

export const modules = ["AI", "VM", "PC", "SCA", "FIM", "EDR", "PM", "CM", "TP"] as const;
export type Module = (typeof modules)[number];

/** Those that seats are bought for; `AI` needs none, `CM` and `TP` come with `VM`. */
export const licensed = ["VM", "PC", "SCA", "FIM", "EDR", "PM"] as const;
export type LicensedModule = (typeof licensed)[number];

const brought: { readonly [M in Module]?: readonly Module[] } = { VM: ["CM", "TP"] };

/** Whether a word is a module. */
export const isModule = (word: string): word is Module => (modules as readonly string[]).includes(word);

/** These modules and those that they bring, in the order of {@link modules}. */
export const withBrought = (wanted: readonly Module[]): readonly Module[] => {
  const all = new Set(wanted.flatMap((m) => [m, ...(brought[m] ?? [])]));
  return modules.filter((m) => all.has(m));
};

/** The modules, when one agent may have them all. */
export const compatible = (wanted: readonly Module[]): Result<readonly Module[], Rejection.Rejection> => {
  if (!wanted.includes("PC") || !wanted.includes("SCA")) return ok(wanted);
  const message = "PC and SCA exclude each other on an agent; activate one of them";
  return fail(Rejection.make("AGT-06", "conflict", message, "modules"));
};
