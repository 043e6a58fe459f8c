import * as Effect from "effect/Effect";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JournalRecord } from "../../src/agent/index.ts";
import { type Facts, Json, Messages, wireLimits } from "../../src/index.ts";
import { runs, times } from "../Runs.ts";
import { factOf, HOUR, manifest, NOW, patchFact } from "../Samples.ts";
import * as Machine from "./Machine.ts";
import { packages, patches, statusesTold } from "./Orders.ts";

const recorded = (fact: Facts.Fact): JournalRecord => ({ _tag: "FactRecorded", fact });
const status = (sequence: number): Facts.Fact =>
  factOf(sequence, { _tag: "Status", runId: manifest.runId, status: "Patching", reason: null });

/** A member with facts in its journal that nobody was told yet. */
const withFacts = (facts: readonly Facts.Fact[], options: Partial<Machine.MachineOptions> = {}) => {
  const machine = Machine.make({ packages: [], ...options });
  machine.cycle();
  machine.kill();
  Effect.runSync(machine.journal.append(facts.map(recorded)));
  return machine;
};
const reports = (machine: Machine.Machine): readonly (readonly number[])[] =>
  machine.plane.heard.flatMap((h) =>
    h.route === "facts" ? [Messages.FactsRequest.parse(h.body).facts.map((f) => f.sequence)] : [],
  );

describe("Reporting.flush", () => {
  it("T16: sends a hundred facts a report at most, oldest first, until all are acknowledged", () => {
    const machine = withFacts(times(201, (n) => status(n + 1)));
    machine.cycle();
    expect(reports(machine).map((r) => [r[0], r.length])).toEqual([
      [1, wireLimits.factsPerReport],
      [101, wireLimits.factsPerReport],
      [201, 1],
    ]);
    expect(machine.state()).toMatchObject({ facts: [], factsAcknowledged: 201 });
  });

  it("T16: sends no report above its size, and fills each as far as it goes", () => {
    const output = "x".repeat(wireLimits.outputTailCharacters);
    const names = times(60, (n) => ({ name: `package-${n}`, arch: "noarch", before: ["1-1"], after: ["2-1"] }));
    const body = { ...(patchFact.body as Facts.PatchFact), outputTail: output, packages: [...names] };
    const sizes: number[] = [];
    const machine = withFacts(
      times(90, (n) => factOf(n + 1, body)),
      {
        network: (request, deliver) => {
          if (request.path === "/v0/facts") sizes.push(request.body.length);
          return deliver(request);
        },
      },
    );
    machine.cycle();
    expect(machine.state().facts).toEqual([]);
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(wireLimits.factsBytes);
    const one = (sizes[0] ?? 0) / (reports(machine)[0]?.length ?? 1);
    for (const size of sizes.slice(0, -1)) expect(size + one).toBeGreaterThan(wireLimits.factsBytes - 200);
  });

  it("T16: a report that would be a little too large is split", () => {
    const names = times(12, (n) => ({ name: `package-${n}`, arch: "noarch", before: ["1-1"], after: ["2-1"] }));
    const sized = (sequence: number, bytes: number): Facts.Fact => {
      const body = { ...(patchFact.body as Facts.PatchFact), outputTail: "", packages: [...names] };
      const missing = bytes - Json.canonicalBytes(factOf(sequence, body)).length;
      return factOf(sequence, { ...body, outputTail: "x".repeat(missing) });
    };
    // A hundred facts of this size, their commas and what is around them are 167 bytes above the limit.
    const facts = times(100, (n) => sized(n + 1, 2_622));
    expect(Json.canonicalBytes({ facts }).length).toBe(wireLimits.factsBytes + 167);
    const machine = withFacts(facts);
    machine.cycle();
    expect(reports(machine).map((r) => r.length)).toEqual([99, 1]);
  });

  it("I19: an acknowledgement beyond what was sent drops nothing that was not sent", () => {
    const machine = withFacts(times(150, (n) => status(n + 1)));
    machine.plane.amend((reply, route) =>
      route === "facts" ? { ...reply, acknowledgedThrough: Number.MAX_SAFE_INTEGER } : reply,
    );
    machine.cycle();
    expect(machine.plane.facts.size).toBe(150);
    const acknowledged = machine.journal.dump().flatMap((r) => (r._tag === "FactsAcknowledged" ? [r.through] : []));
    expect(acknowledged).toEqual([100, 150]);
  });

  it.each([
    ["nothing", 0, [], 150],
    ["less than was sent", 40, [40], 110],
  ])("I19: an acknowledgement of %s drops no more than that", (_, through, expected, left) => {
    const machine = withFacts(times(150, (n) => status(n + 1)));
    machine.plane.amend((reply, route) => (route === "facts" ? { ...reply, acknowledgedThrough: through } : reply));
    machine.cycle();
    expect(machine.journal.dump().flatMap((r) => (r._tag === "FactsAcknowledged" ? [r.through] : []))).toEqual(
      expected,
    );
    expect(machine.state().facts).toHaveLength(left);
    expect(machine.state().facts[0]?.sequence).toBe(through + 1);
  });

  it("I19: an acknowledgement that goes back is no progress, and ends the report", () => {
    const machine = withFacts(times(150, (n) => status(n + 1)));
    let answers = 0;
    machine.plane.amend((reply, route) => {
      if (route !== "facts") return reply;
      answers += 1;
      return { ...reply, acknowledgedThrough: answers === 1 ? 100 : 50 };
    });
    machine.cycle();
    expect(answers).toBe(2);
    expect(machine.state()).toMatchObject({ factsAcknowledged: 100 });
    expect(machine.state().facts).toHaveLength(50);
  });

  it("I20: whatever is lost on the way, each fact arrives once, in one wording, without a gap", () => {
    const fate = fc.constantFrom("arrives", "arrives", "request lost", "reply lost", "arrives twice");
    fc.assert(
      fc.property(fc.array(fate, { minLength: 10, maxLength: 40 }), (fates) => {
        let n = 0;
        const machine = Machine.make({
          packages,
          network: (request, deliver) => {
            const what = n < fates.length ? fates[n] : "arrives";
            n += 1;
            if (what === "request lost") return null;
            const reply = deliver(request);
            if (what === "arrives twice") deliver(request);
            return what === "reply lost" ? null : reply;
          },
        });
        machine.plane.order(patches, { notAfter: NOW + 10 * HOUR });
        machine.finish();
        expect(machine.plane.conflicts).toEqual([]);
        expect([...machine.plane.facts.keys()].sort((a, b) => a - b)).toEqual(
          times(machine.plane.facts.size, (i) => i + 1),
        );
        expect(statusesTold(machine)).toEqual(["Downloaded", "JobStarted", "Patching", "Completed"]);
        expect(machine.state().factsAcknowledged).toBe(machine.plane.facts.size);
      }),
      runs(40),
    );
  });

  it("goes on working while nobody listens, and tells everything later", () => {
    let isDown = false;
    const machine = Machine.make({ packages, network: (request, deliver) => (isDown ? null : deliver(request)) });
    machine.plane.order(patches, { notBefore: NOW + HOUR, notAfter: NOW + 2 * HOUR });
    machine.cycle();
    isDown = true;
    machine.clock.now = NOW + HOUR;
    machine.cycle();
    expect(machine.status()).toBe("Completed");
    expect(machine.plane.facts.size).toBe(0);
    isDown = false;
    machine.finish();
    expect(statusesTold(machine)).toEqual(["Downloaded", "JobStarted", "Patching", "Completed"]);
  });
});
