/** The inventory port over rpm's database. */
import { Inventory, InventoryError, type InventoryShape } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as DnfOptions from "./DnfOptions.ts";
import * as RpmDatabase from "./RpmDatabase.ts";

/** What {@link layer} needs: the system's root, and rpm if it isn't on the usual path. */
export type RpmInventoryOptions = Pick<DnfOptions.DnfOptions, "installRoot" | "tools" | "limits">;

/** The inventory of one system. */
export const layer = (options: RpmInventoryOptions = {}): Layer.Layer<Inventory> =>
  Layer.sync(Inventory, () => make(options));

/** The same, as a plain value. Throws a RangeError for a root that isn't absolute. */
export const make = (options: RpmInventoryOptions = {}): InventoryShape => {
  // Reading needs no folder of its own.
  const settings = DnfOptions.complete({ ...options, stateDirectory: "/" });
  return {
    packages: () =>
      Effect.flatMap(
        Effect.promise(() => RpmDatabase.packages(settings)),
        (answer) =>
          answer.ok
            ? Effect.succeed(answer.value)
            : Effect.fail(
                new InventoryError({
                  message: answer.error.message,
                  isRetryable: answer.error.reason === "Unreadable",
                }),
              ),
      ),
  };
};
