/**
 * Which modules are active on an agent after a change, or why the change can't be (AGT-06): `AI` is always active; an agent
 * has PC or SCA, not both; VM brings CM and TP and takes them along; FIM, EDR and PM need an agent.
 */
import * as Module from "../shared/Module.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as Asset from "./Asset.ts";

export interface ModuleChange {
  readonly activate: readonly Module.Module[];
  readonly deactivate: readonly Module.Module[];
}

/** Modules that come with another one, and never alone. */
const companions: { readonly [M in Module.Module]?: Module.Module } = { CM: "VM", TP: "VM" };

/** Those that work through an agent; the others know scanners too. */
const needAgent: ReadonlySet<Module.Module> = new Set<Module.Module>(["FIM", "EDR", "PM"]);

/** The change as words can say it; everything wrong with it whatever the agent. */
export const check = (change: {
  readonly activate: readonly string[];
  readonly deactivate: readonly string[];
}): Result<ModuleChange, readonly Rejection.Rejection[]> => {
  const named = [...change.activate, ...change.deactivate];
  const { activate, deactivate } = {
    activate: change.activate.filter(Module.isModule),
    deactivate: change.deactivate.filter(Module.isModule),
  };
  const refuse = (message: string, code: Rejection.RejectionCode = "invalid") =>
    Rejection.make("AGT-06", code, message, "modules");
  const compatible = Module.compatible(activate);
  const wrong = [
    ...(named.length === 0 ? [refuse("name one module at least")] : []),
    ...named
      .filter((m) => !Module.isModule(m))
      .map((m) => refuse(`${m} is no module; there are ${Module.modules.join(", ")}`)),
    ...(deactivate.includes("AI") ? [refuse("AI is always active", "conflict")] : []),
    ...[...activate, ...deactivate].flatMap((m) => {
      const leader = companions[m];
      const isAlone = leader !== undefined && !activate.includes(leader) && !deactivate.includes(leader);
      return isAlone ? [refuse(`${m} comes and goes with ${leader}; name that`, "conflict")] : [];
    }),
    ...(compatible.ok ? [] : [compatible.error]),
  ];
  return wrong.length === 0 ? ok({ activate, deactivate }) : fail(wrong);
};

/** The activations of an asset after a change; the same value when nothing changes. */
export const applied = (
  asset: Pick<Asset.Asset, "activations">,
  change: ModuleChange,
  { hasAgent, now }: { readonly hasAgent: boolean; readonly now: number },
): Result<Asset.Activations, Rejection.Rejection> => {
  const leaving = Asset.deactivate(asset.activations, change.deactivate);
  const before = isSame(leaving, asset.activations) ? asset.activations : leaving;
  const after = Asset.activate(before, change.activate, now);
  const compatible = Module.compatible(Module.modules.filter((m) => after[m] !== undefined));
  if (!compatible.ok) return compatible;
  const lacking = hasAgent
    ? []
    : Module.modules.filter((m) => needAgent.has(m) && before[m] === undefined && after[m] !== undefined);
  if (lacking.length === 0) return ok(after);
  const message = `${lacking.join(", ")} can be activated where there is an agent only`;
  return fail(Rejection.make("AGT-06", "conflict", message, "modules"));
};

/** What came and what went, in the modules' order. */
export const difference = (before: Asset.Activations, after: Asset.Activations): ModuleChange => ({
  activate: Module.modules.filter((m) => before[m] === undefined && after[m] !== undefined),
  deactivate: Module.modules.filter((m) => before[m] !== undefined && after[m] === undefined),
});

const isSame = (a: Asset.Activations, b: Asset.Activations): boolean => Module.modules.every((m) => a[m] === b[m]);
