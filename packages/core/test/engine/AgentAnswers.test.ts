import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Repository from "../../src/engine/Repository.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as FleetWorld from "../scenario/FleetWorld.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { pkg } = Values;
const { manager } = ControlPlane;

/** Three agents of two keys: of the first key with openssl, of a key for one agent with curl, of that key's no inventory yet. */
const world = (key: { readonly agentsMax?: number; readonly expiresAt?: number } = { agentsMax: 2 }) => {
  const scene = Scene.make({ agents: 0 });
  const { plane } = scene;
  const other = plane.call(plane.fettle.keys.create(manager, { title: "other", ...key }));
  const agents = [1, 2, 3].map((n) => WireAgent.make(plane, n));
  const [first, second, third] = agents;
  first?.provision(scene.issued);
  second?.provision(other);
  third?.provision(other);
  first?.snapshot([pkg("openssl", "3-1"), pkg("zlib", "1-1")]);
  second?.snapshot([pkg("curl", "8-1"), pkg("openssl-libs", "3-1")]);
  const found = (query: string) => {
    const { rows } = plane.call(plane.fettle.assets.agents(manager, { query }));
    return agents.flatMap((a, i) => (rows.some((r) => r.asset.id === a.id) ? [i + 1] : []));
  };
  return { ...scene, other, found };
};

describe("a query over agents", () => {
  it("AGT-14: finds them by the names of the packages in their last snapshot, and knows where none came in", () => {
    const { found } = world();
    expect(found("software.name: `openssl`")).toEqual([1]);
    expect(found('software:(name: "openssl")')).toEqual([1, 2]);
    expect(found("software.name: curl*")).toEqual([2]);
    expect(found("software.name is null")).toEqual([3]);
    expect(found("software.lifecycle.stage: EOL")).toEqual([]);
  });

  it("AGT-14: a word in the search box means agents, not the packages on them", () => {
    const { found } = world();
    expect(found("zlib")).toEqual([]);
    expect(found("machine")).toEqual([1, 2, 3]);
  });

  it("KEY-01, AGT-14: finds them by whether the key that activated them still admits agents", () => {
    const { found, plane, other, stored } = world({ agentsMax: 2 });
    expect(found("activationKeyStatus: Active")).toEqual([1]);
    expect(found("activationKeyStatus: Expired")).toEqual([2, 3]);
    const key = stored("activationKey").get(other.key.id);
    if (key === undefined) throw new Error("no key");
    FleetWorld.put(plane, [Repository.put("activationKey", key.id, { ...key, isEnabled: false })]);
    expect(found("activationKeyStatus: Disabled")).toEqual([2, 3]);
    const deletion = { _tag: "Delete", kind: "activationKey", id: key.id } as const;
    Effect.runSync(
      Repository.tryCommit(ControlPlane.TENANT, { writes: [deletion] }).pipe(Effect.provideContext(plane.ports)),
    );
    expect(found("activationKeyStatus is null")).toEqual([2, 3]);
  });

  it("KEY-01: a key past its date is expired from that instant on", () => {
    const { found, plane } = world({ expiresAt: Values.START + Values.HOUR_MS });
    expect(found("qualys.agent.activationKey.status: Active")).toEqual([1, 2, 3]);
    plane.clock.pass(Values.HOUR_MS);
    expect(found("qualys.agent.activationKey.status: Expired")).toEqual([2, 3]);
  });

  it("AGT-14: reads packages and keys only where it asks for them", () => {
    const { plane, found } = world();
    const read: string[] = [];
    const { list } = plane.storage;
    Object.assign(plane.storage, {
      list: (...args: Parameters<typeof list>) => {
        read.push(args[1]);
        return list(...args);
      },
    });
    expect(found("name: machine and lastCheckedIn < now-1d")).toEqual([]);
    expect(read).not.toContain("packageNames");
    expect(read).not.toContain("activationKey");
  });
});
