/** A process that asks for keys at each go, beside others. Arguments: a directory and how often. */
import * as Effect from "effect/Effect";
import { FileKeys } from "../../src/keys/file/index.ts";
import { print, waitForGo } from "../storage/ChildProcess.ts";

const [, , directory = "", rounds = "0"] = process.argv;

print("ready");
for (let i = 0; i < Number(rounds); i += 1) {
  waitForGo();
  const agent = Effect.runSync(FileKeys.agentKeys({ directory: `${directory}/${i}` }).loadOrCreate());
  const tenant = Effect.runSync(FileKeys.tenantKeys({ directory: `${directory}/${i}` }).keyPair("acme"));
  print(JSON.stringify([agent, tenant]));
}
