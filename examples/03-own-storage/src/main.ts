/** Runs the conformance cases against the storage on files, as one would while writing it. Ends with 1 when one fails. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StorageConformance } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import * as FileStorage from "./FileStorage.ts";

const directory = mkdtempSync(join(tmpdir(), "own-storage-"));
const storage = await Effect.runPromise(FileStorage.open(directory));
let failures = 0;
for (const { name, run } of StorageConformance.cases) {
  const problem = await Effect.runPromise(run({ storage, prefix: "t" })).then(
    () => null,
    (thrown: unknown) => String(thrown),
  );
  if (problem === null) continue;
  failures += 1;
  console.log(`✗ ${name}\n  ${problem}`);
}
rmSync(directory, { recursive: true });
console.log(`${StorageConformance.cases.length - failures} of ${StorageConformance.cases.length} cases hold`);
process.exitCode = failures === 0 ? 0 : 1;
