/** A patch whose package takes the place of another: real dnf, a real agent, and a control plane in memory. */
import { Crypto } from "@fettle/agent-protocol";
import {
  Agent,
  AgentEnvironment,
  AgentKeys,
  Host,
  Installer,
  Inventory,
  Journal,
  noDetails,
  Transport,
} from "@fettle/agent-protocol/agent";
import { Actor, Fettle, Patch } from "@fettle/core";
import { MemoryJournal, Sandbox } from "@fettle/core/testing";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RpmInventory } from "../../../src/installer/dnf/index.ts";
import * as Laboratory from "./Laboratory.ts";
import { gist, patch, run } from "./Laboratory.ts";

const TENANT = "acme";
const mara = Actor.user(TENANT, "mara");
const STARTS_AT = Date.UTC(2026, 2, 1);
const ADVISORY = "FTSA-2026:0908";
const retired = { name: "retired-lab", arch: "noarch", evr: "1.0-1.el9" };
const successor = { name: "successor-lab", arch: "noarch", evr: "1.0-2.el9" };
const instruction = { patchId: ADVISORY, advisory: ADVISORY, packages: [{ ...successor, replaces: [retired] }] };

/** The advisory as a feed that knows the packages' own metadata tells it. */
const bulletin = Patch.make({
  id: ADVISORY,
  title: "retired-lab is replaced by successor-lab",
  platform: "Linux",
  vendor: "Lab",
  category: "security",
  vendorSeverity: "Important",
  publishedAt: Date.UTC(2026, 0, 10),
  packages: [{ ...successor, obsoletes: [{ name: "retired-lab", before: "2" }] }],
});

/** A control plane, and an agent of it on a bench's asset. */
const openPlane = async (bench: Laboratory.Bench) => {
  const sandbox = Sandbox.make({
    tenantId: TENANT,
    users: [{ id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } }],
    startsAt: STARTS_AT,
  });
  const whole = Fettle.make(sandbox.ports);
  const fettle = Fettle.promises(whole);
  await fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 5 } } });
  const { key, secret, tenantKeyFingerprint } = await fettle.keys.create(mara, { title: "lab" });
  const keys = Crypto.generateKeyPair();
  let nonces = 0;
  const ports = Context.make(Journal, MemoryJournal.make()).pipe(
    Context.add(AgentKeys, { loadOrCreate: () => Effect.succeed(keys) }),
    Context.add(AgentEnvironment, {
      now: () => STARTS_AT,
      uuid: () => crypto.randomUUID(),
      nonce: () => {
        nonces += 1;
        return Buffer.from(String(nonces).padStart(16, "0")).toString("base64url");
      },
      random: () => 0.5,
      tzdata: () => "lab",
    }),
    Context.add(Transport, { send: whole.gateway.handle }),
    Context.add(Host, {
      bootId: () => Effect.succeed("00000000-0000-4000-8000-000000000001"),
      details: () => Effect.succeed(noDetails),
      facts: () =>
        Effect.succeed({
          name: bench.asset.name,
          platform: "Linux",
          osFamily: "Lab",
          osName: "Lab Linux 9",
          arch: "x86_64",
          timeZone: "Etc/UTC",
        }),
    }),
    Context.add(Inventory, RpmInventory.make({ installRoot: bench.asset.installRoot })),
    Context.add(Installer, bench.installer),
  );
  const activation = {
    tenantId: TENANT,
    activationKeyId: key.id,
    activationSecret: secret,
    tenantKeyFingerprint,
  };
  const agent = await Effect.runPromise(
    Effect.provideContext(Agent.make({ activation, agentVersion: "0.0.0", provisionRetrySeconds: 60 }), ports),
  );
  const cycle = async () => {
    const report = await Effect.runPromise(Effect.provideContext(agent.cycle(), ports));
    expect(report.failures).toEqual([]);
  };
  return { fettle, cycle };
};

describe.runIf(Laboratory.runsForReal)("a package that takes the place of another, on real dnf", () => {
  let lab: Laboratory.Laboratory;
  beforeAll(async () => {
    lab = await Laboratory.open();
  });
  afterAll(() => lab.close());

  it("PAT-13: is brought, and what it replaces goes; without the job's word for it nothing goes", async () => {
    const { installer, evrs } = await lab.bench();
    const unsaid = await run(installer.install(patch(ADVISORY, "successor-lab 1.0-2.el9")));
    expect(unsaid).toMatchObject({ exitCode: null, reasonCode: null });
    expect([await evrs("retired-lab"), await evrs("successor-lab")]).toEqual([["1.0-1.el9"], []]);
    expect(gist(await run(installer.prefetch(instruction)))).toEqual({ exitCode: 0, reasonCode: null });
    expect(await evrs("successor-lab")).toEqual([]);
    expect(gist(await run(installer.install(instruction)))).toEqual({ exitCode: 0, reasonCode: null });
    expect([await evrs("retired-lab"), await evrs("successor-lab")]).toEqual([[], ["1.0-2.el9"]]);
    expect(await run(installer.detect(instruction))).toEqual([
      { name: "successor-lab", arch: "noarch", evrs: ["1.0-2.el9"], sideBySide: false },
      { name: "retired-lab", arch: "noarch", evrs: [], sideBySide: false },
    ]);
    expect(await run(installer.install(instruction))).toMatchObject({ exitCode: null, reasonCode: null });
  });

  it("RUN-04: 9 when more would go than the job says", async () => {
    const { installer, evrs } = await lab.bench();
    const wrong = { ...retired, name: "zlib-lab" };
    const other = { ...instruction, packages: [{ ...successor, replaces: [wrong] }] };
    const report = await run(installer.install(other));
    expect(report).toMatchObject({ reasonCode: 9, reason: expect.stringContaining("obsoleted retired-lab") });
    expect([await evrs("retired-lab"), await evrs("successor-lab")]).toEqual([["1.0-1.el9"], []]);
  });

  it("CMP-02: is missing, then deployed with the evidence of both, then assessed as installed; a rollback is refused", async () => {
    const bench = await lab.bench();
    const { fettle, cycle } = await openPlane(bench);
    await fettle.catalogue.ingest(mara, [bulletin]);
    await cycle();
    const [before] = await fettle.assets.missing(mara);
    expect(before?.packages).toEqual([
      { name: "successor-lab", arch: "noarch", installed: null, fixed: "1.0-2.el9", replaces: [retired] },
    ]);
    const job = await fettle.jobs.create(mara, draft("deployment", before?.asset.id ?? ""));
    const { hash, plan } = await fettle.jobs.plan(mara, job.id);
    expect(plan.groups[0]?.patches).toEqual([instruction]);
    await fettle.jobs.enable(mara, job.id, { planHash: hash });
    await fettle.tick();
    await cycle();
    const [ran] = await fettle.runs.ofJob(mara, job.id);
    const [row] = await fettle.runs.results(mara, ran?.id ?? "");
    expect(row).toMatchObject({ status: "Completed", isConfirmed: true, result: { outcome: "Installed" } });
    expect(row?.result?.packages).toEqual([
      { name: "successor-lab", arch: "noarch", before: [], after: ["1.0-2.el9"] },
      { name: "retired-lab", arch: "noarch", before: ["1.0-1.el9"], after: [] },
    ]);
    expect(await fettle.assets.missing(mara)).toEqual([]);
    const back = await fettle.jobs.create(mara, draft("rollback", before?.asset.id ?? ""));
    const reason = "it took the place of retired-lab, which no rollback brings back";
    expect((await fettle.jobs.plan(mara, back.id)).plan).toMatchObject({
      groups: [],
      excluded: [{ rule: "PAT-12", reason: `${ADVISORY}: ${reason}` }],
      leftOut: [{ patchId: ADVISORY, rule: "PAT-12", reason: `${reason} (on 1 asset)` }],
    });
  });
});

const draft = (kind: "deployment" | "rollback", assetId: string) => ({
  title: kind,
  kind,
  platform: "Linux" as const,
  patches: { _tag: "List" as const, patches: [ADVISORY] },
  targets: { assets: [assetId], include: nothing, exclude: nothing },
  schedule: { _tag: "OnDemand" as const },
  reboot: { _tag: "Suppress" as const },
  continueOnFailure: true,
});
const nothing = { mode: "any" as const, tags: [] };
