/** The port that reads what is installed. The agent only collects; what is missing is the platform's answer (SYN-03). */
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import type { Effect } from "effect/Effect";
import type { Package } from "../vocabulary/Package.ts";

/** The inventory could not be read. Never answered as "no packages". */
export class InventoryError extends Data.TaggedError("InventoryError")<{
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

export interface InventoryShape {
  /** Every installed package, sorted by name, architecture and EVR text. */
  readonly packages: () => Effect<readonly Package[], InventoryError>;
}

export class Inventory extends Context.Service<Inventory, InventoryShape>()("fettle/agent/Inventory") {}
