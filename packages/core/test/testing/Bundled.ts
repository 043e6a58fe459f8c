/**
 * The simulator as whoever embeds it gets it: in one file. Played module by module, each name of another module is asked of that
 * module every time, and a sweep takes a fifth longer.
 */
import { fileURLToPath } from "node:url";
import { withBundle } from "../../../../tools/sim/Bundle.mjs";

/** What `@fettle/core/testing` exports. */
export type Testing = typeof import("../../src/testing/index.ts");

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

let bundle: Promise<Testing> | null = null;

/** Made once for all files that share a process. */
export const load = (): Promise<Testing> => {
  bundle ??= withBundle({ root: ROOT, source: "packages/core/src/testing/index.ts" }, (testing) => testing);
  return bundle;
};
