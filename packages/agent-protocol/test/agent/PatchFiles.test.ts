import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import { type FileInstaller, InstallerError } from "../../src/agent/index.ts";
import { Crypto, Messages } from "../../src/index.ts";
import * as Machine from "./Machine.ts";
import { outcomesTold, packages, patch, patchesTold, standing, truthOf } from "./Orders.ts";

const bytes = new TextEncoder().encode("an installer");
const digest = Crypto.digest(bytes);
const handedOut = { url: null, digest, sizeBytes: bytes.length, signer: null };
const fromVendor = { ...handedOut, url: "https://download.lab.example/a.msi" };
const isFile = (path: string): boolean => Messages.documentDigest(path) === digest;

/** Keeps what it is given, and answers `served` for any url. */
const keeping = (served: Effect.Effect<Uint8Array, InstallerError> = Effect.succeed(bytes)) => {
  const kept: string[] = [];
  const dropped: string[] = [];
  const files: FileInstaller = {
    holds: (file) => Effect.sync(() => kept.includes(file.digest)),
    fetch: () => served,
    keep: (file, held) => Effect.sync(() => void kept.push(file.digest, new TextDecoder().decode(held))),
    drop: (file) => Effect.sync(() => void dropped.push(file.digest)),
  };
  return { kept, dropped, files };
};
const ran = (
  files: FileInstaller | null,
  file: typeof handedOut | typeof fromVendor,
  over: Partial<Machine.MachineOptions> = {},
) => {
  const machine = Machine.make({
    packages,
    // The simulated installer would look for files of its own.
    installer: (simulated) =>
      files === null
        ? simulated
        : { ...simulated, files, install: ({ files: _files, ...alone }) => simulated.install(alone) },
    ...over,
  });
  machine.plane.keep(bytes);
  machine.plane.order([{ ...patch("a"), files: [file] }, patch("b")]);
  machine.finish();
  return machine;
};

describe("an agent that is told files", () => {
  it("PAT-04: fetches them by their digest from the control plane, verifies them, and only then hands them on", () => {
    const { kept, files } = keeping();
    const machine = ran(files, handedOut);
    expect(kept).toEqual([digest, "an installer"]);
    expect(outcomesTold(machine)).toEqual({ A: "Installed", B: "Installed" });
    expect(machine.plane.fetches(digest)).toBe(1);
  });

  it("CFG-06: has them dropped when their run is over, done or failed, and holds nothing up when that fails", () => {
    const { dropped, files } = keeping();
    ran(files, handedOut);
    expect(dropped).toEqual([digest]);
    const failing = keeping();
    const broken = new InstallerError({ reason: "Unreadable", message: "no disk", isRetryable: false });
    const failed = ran({ ...failing.files, keep: () => Effect.fail(broken) }, handedOut);
    expect([failing.dropped, outcomesTold(failed).A]).toEqual([[digest], "Failed 5"]);
    const stuck = ran({ ...keeping().files, drop: () => Effect.fail(broken) }, handedOut);
    expect(outcomesTold(stuck)).toEqual({ A: "Installed", B: "Installed" });
  });

  it("CFG-06: keeps those that another run still needs, and drops them with the last", () => {
    const { dropped, files } = keeping();
    const machine = Machine.make({
      packages,
      installer: (s) => ({ ...s, files, install: ({ files: _files, ...alone }) => s.install(alone) }),
    });
    machine.plane.keep(bytes);
    for (const [i, name] of (["a", "b"] as const).entries()) {
      const runId = `00000000-0000-4000-8000-0000000000a${i}`;
      machine.plane.order([{ ...patch(name), files: [handedOut] }], { runId, manifestVersion: 7 + i });
    }
    machine.finish();
    expect(outcomesTold(machine)).toEqual({ A: "Installed", B: "Installed" });
    expect(dropped).toEqual([digest]);
  });

  it("fetches none that its installer holds, nor any for a patch that is there already", () => {
    const { kept, files } = keeping();
    kept.push(digest);
    expect(ran(files, handedOut).plane.fetches(digest)).toBe(0);
    const fresh = keeping();
    const installed = packages.map((p) => ({ ...p, evr: "2-1" }));
    const machine = ran(fresh.files, handedOut, { packages: installed });
    expect([machine.plane.fetches(digest), fresh.kept, outcomesTold(machine).A]).toEqual([0, [], "AlreadyInstalled"]);
  });

  it.each([
    ["other bytes of the same size", "an INSTALLER", "Failed 12"],
    ["one byte more", "an installer!", "Failed 7"],
    ["one byte less", "an installe", "Failed 7"],
    ["nothing", "", "Failed 7"],
  ])(
    "T15: hands nothing on of %s, from the control plane or from a vendor; the other patches go on",
    (_, served, outcome) => {
      const wrong = new TextEncoder().encode(served);
      const own = keeping();
      const onTheWay = ran(own.files, handedOut, {
        network: (request, deliver) => {
          const reply = deliver(request);
          return isFile(request.path) ? { ...reply, body: wrong } : reply;
        },
      });
      const theirs = keeping(Effect.succeed(wrong));
      for (const [machine, { kept }] of [
        [onTheWay, own],
        [ran(theirs.files, fromVendor), theirs],
      ] as const) {
        expect(kept).toEqual([]);
        expect(outcomesTold(machine)).toEqual({ A: outcome, B: "Installed" });
        expect(truthOf(machine)).toEqual(["begin B", "effect B"]);
      }
    },
  );

  it("waits for a network that is down, and tries again", () => {
    const { kept, files } = keeping();
    let lost = 0;
    const machine = ran(files, handedOut, {
      network: (request, deliver) => {
        if (!isFile(request.path) || lost >= 3) return deliver(request);
        lost += 1;
        return null;
      },
    });
    expect([lost, kept.length, outcomesTold(machine).A]).toEqual([3, 2, "Installed"]);
  });

  it("RUN-04: 4 for a file that the control plane doesn't hand out, or that its vendor took away", () => {
    const other = { ...handedOut, digest: Crypto.digest(new Uint8Array([1])) };
    const gone = Effect.fail(new InstallerError({ reason: "Unreadable", message: "404", isRetryable: false }));
    expect(outcomesTold(ran(keeping().files, other))).toEqual({ A: "Failed 4", B: "Installed" });
    expect(outcomesTold(ran(keeping(gone).files, fromVendor))).toEqual({ A: "Failed 4", B: "Installed" });
  });

  it("RUN-04: 5, and says so, where its installer works from none", () => {
    const machine = ran(null, handedOut);
    expect(outcomesTold(machine)).toEqual({ A: "Failed 5", B: "Installed" });
    expect(patchesTold(machine).A?.outputTail).toContain("installs nothing from files");
    expect(machine.plane.fetches(digest)).toBe(0);
    expect(standing(machine).a).toBe("1-1");
  });
});
