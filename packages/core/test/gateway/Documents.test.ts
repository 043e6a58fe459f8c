import { Crypto } from "@fettle/agent-protocol";
import { describe, expect, it } from "vitest";
import * as Scene from "../scenario/Scene.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const ready = () => {
  const scene = Scene.make({ agents: 2 });
  const other = Scene.make({ plane: scene.plane, tenantId: "zeta" });
  scene.enabled();
  scene.plane.call(scene.plane.fettle.tick());
  const [one, two] = scene.agents;
  const [stranger] = other.agents;
  if (one === undefined || two === undefined || stranger === undefined) throw new Error("no agents");
  const answer = one.checkIn();
  const manifest = answer.manifests[0]?.digest ?? "sha256:";
  const { list } = one.manifest(manifest);
  return { scene, one, two, stranger, manifest, list, configuration: answer.configuration ?? "sha256:" };
};

describe("a signed document", () => {
  it("is handed out byte for byte under its digest", () => {
    const { one, manifest, list, configuration } = ready();
    for (const digest of [manifest, list, configuration] as const) {
      const reply = one.fetch(digest as Crypto.Digest);
      expect([reply.status, Crypto.digest(reply.body)]).toEqual([200, digest]);
    }
  });

  it("that was made for one agent is not found by another, just as one that isn't there", () => {
    const { scene, two, manifest } = ready();
    const before = scene.plane.storage.dump();
    const foreign = two.fetch(manifest);
    const absent = two.fetch(`sha256:${"0".repeat(64)}`);
    expect(WireAgent.problemOf(foreign)).toMatchObject({ status: 404, code: "not-found" });
    expect(Buffer.from(foreign.body).equals(absent.body)).toBe(true);
    expect(scene.plane.storage.dump()).toEqual(before);
  });

  it("that all agents of a tenant share is found by each of them, and by none of another tenant", () => {
    const { two, stranger, list, configuration, manifest } = ready();
    for (const digest of [list, configuration] as const) {
      expect(two.fetch(digest as Crypto.Digest).status).toBe(200);
      expect(WireAgent.problemOf(stranger.fetch(digest as Crypto.Digest))).toMatchObject({ code: "not-found" });
    }
    expect(WireAgent.problemOf(stranger.fetch(manifest))).toMatchObject({ code: "not-found" });
  });

  it("that a snapshot is none: bulk data can't be had by its digest", () => {
    const { scene, one } = ready();
    const digest = scene.stored("snapshot").get(one.id)?.digest ?? "sha256:";
    expect(WireAgent.problemOf(one.fetch(digest))).toMatchObject({ code: "not-found" });
  });

  it("whose bytes were damaged is not handed out", () => {
    const { scene, one, manifest } = ready();
    scene.plane.blobs.damage("acme", manifest);
    const reply = one.fetch(manifest);
    expect(WireAgent.problemOf(reply)).toMatchObject({ status: 500, code: "defect" });
  });

  it("named by less than a digest is not found", () => {
    const { one } = ready();
    for (const hex of ["0", "0".repeat(63)]) {
      const request = one.sign("document", new Uint8Array(), { path: `/v0/documents/${hex}` });
      expect(WireAgent.problemOf(one.send(request))).toMatchObject({ status: 404, code: "not-found" });
    }
  });
});
