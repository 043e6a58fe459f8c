/** Real agents on simulated machines: what a machine says of itself arrives, and changes with it. */
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Actor from "../../src/domain/shared/Actor.ts";
import * as Fettle from "../../src/Fettle.ts";
import * as Sandbox from "../../src/testing/Sandbox.ts";

const mara = Actor.user("acme", "mara");
const world = () => {
  const sandbox = Sandbox.make({
    tenantId: "acme",
    users: [{ id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } }],
  });
  const fettle = Fettle.make(sandbox.ports);
  const call = Effect.runSync;
  call(fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } } }));
  const activation = call(fettle.keys.create(mara, { title: "all" }));
  const packages = [{ name: "openssl", arch: "x86_64", evr: "1-1" }];
  sandbox.addMachine({
    name: "web-1",
    packages,
    activation,
    details: { release: "rocky:9.4", serialNumber: "S-1", loggedInUser: "alice" },
  });
  return { sandbox, find: (assetQuery: string) => call(fettle.assets.search(mara, { assetQuery })).rows };
};

describe("a machine with a real agent", () => {
  it("AST-02, AST-10: is found by what it told of itself at its first check-in", () => {
    const { sandbox, find } = world();
    sandbox.checkIn();
    const query =
      "osIdentifier: `rocky:9.4` and hardware.serialNumber: S-1 and lastLoggedOnUser: alice and packageFormat: rpm";
    expect(find(query)).toMatchObject([{ asset: { name: "web-1" }, missing: 0 }]);
  });
});
