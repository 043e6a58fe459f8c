/** The process of one entry: is told which, measures it, answers, ends. */
import type { Order, Report } from "./Alone.ts";
import { runOne } from "./Bench.ts";
import type { Entry } from "./Entry.ts";

const measured = async ({ module, ...measuring }: Order): Promise<Report> => {
  try {
    const { default: entry }: { readonly default: Entry } = await import(module);
    const clock = { now: () => performance.now(), collectGarbage: () => globalThis.gc?.() };
    return { _tag: "Measured", outcome: await runOne(entry, measuring, clock) };
  } catch (error) {
    return { _tag: "Broken", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

const answer = async (order: Order): Promise<void> => {
  const report = await measured(order);
  // An entry that broke may have left a server open.
  process.send?.(report, () => process.exit());
};

process.once("message", (order: Order) => void answer(order));

// Nobody waits for the figure any more.
process.once("disconnect", () => process.exit());
