import { describe, expect, it } from "vitest";
import { times } from "../Runs.ts";
import * as Machine from "./Machine.ts";
import { outcomesTold, packages, patch, patches, standing, statusesTold, tagsOf } from "./Orders.ts";

const routes = (machine: Machine.Machine): readonly string[] => machine.plane.heard.map((h) => h.route);
const isGone = (end: Machine.CycleEnd): boolean => end._tag === "Ended" && end.report.isUninstalled;

/** Says at every check-in from now on that the agent is to leave. */
const dismiss = (machine: Machine.Machine): void =>
  machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, uninstall: true } : reply));

describe("an agent that is to leave", () => {
  it("AGT-07: says farewell at its next check-in, and nothing more ever after", () => {
    const machine = Machine.make({ packages });
    machine.cycle();
    const before = routes(machine).length;
    dismiss(machine);
    expect(isGone(machine.cycle())).toBe(true);
    expect(routes(machine).slice(before)).toEqual(["checkIn", "leave"]);
    expect(tagsOf(machine).slice(-2)).toEqual(["UninstallOrdered", "Left"]);
    for (const life of ["the same", "the next"]) {
      if (life === "the next") machine.kill();
      expect(isGone(machine.cycle())).toBe(true);
    }
    expect(routes(machine)).toHaveLength(before + 2);
  });

  it("AGT-07: begins no job that it hears of at the same time", () => {
    const machine = Machine.make({ packages });
    machine.cycle();
    machine.plane.order(patches);
    dismiss(machine);
    expect(isGone(machine.cycle())).toBe(true);
    expect(statusesTold(machine)).toEqual([]);
    expect(standing(machine)).toEqual({ a: "1-1", b: "1-1", c: "1-1" });
  });

  it("AGT-07: finishes and reports what it has begun first", () => {
    let hasDied = false;
    const dies: NonNullable<Machine.MachineOptions["dies"]> = (moment) => {
      if (hasDied || !moment.records.some((r) => r._tag === "InstallIntended")) return false;
      hasDied = true;
      return true;
    };
    const machine = Machine.make({ packages, dies });
    machine.plane.order([patch("a")]);
    while (machine.cycle()._tag !== "Died");
    dismiss(machine);
    expect(isGone(machine.cycle())).toBe(true);
    expect(outcomesTold(machine)).toEqual({ A: "Installed" });
    expect(routes(machine).at(-1)).toBe("leave");
    expect(machine.state().facts).toEqual([]);
  });

  it("AGT-07: whose farewell was lost says it again", () => {
    let isLost = true;
    const machine = Machine.make({
      packages,
      network: (request, deliver) => {
        if (request.path !== "/v0/leave" || !isLost) return deliver(request);
        isLost = false;
        deliver(request);
        return null;
      },
    });
    machine.cycle();
    dismiss(machine);
    expect(isGone(machine.cycle())).toBe(false);
    expect(isGone(machine.cycle())).toBe(true);
    expect(routes(machine).filter((r) => r === "leave")).toHaveLength(2);
  });

  it("AGT-07: leaves in the end, at whatever moment it dies on the way", () => {
    const whole = Machine.make({ packages });
    whole.cycle();
    dismiss(whole);
    whole.cycle();
    times(whole.moments.length, (n) => {
      const machine = Machine.make({ packages, dies: (moment) => moment.n === n });
      dismiss(machine);
      const ends = times(6, () => machine.cycle());
      expect(ends.filter((end) => end._tag === "Died").length).toBeLessThanOrEqual(1);
      expect(isGone(ends.at(-1) as Machine.CycleEnd)).toBe(true);
      return n;
    });
  });

  it("is not sent away by a reply that the tenant did not sign", () => {
    const machine = Machine.make({
      packages,
      network: (request, deliver) => {
        const reply = deliver(request);
        if (request.path !== "/v0/check-in") return reply;
        const text = Buffer.from(reply.body).toString("utf8");
        const { payload, ...rest } = JSON.parse(text) as { readonly payload: string };
        const told = { ...JSON.parse(Buffer.from(payload, "base64").toString("utf8")), uninstall: true };
        const forged = Buffer.from(JSON.stringify(told)).toString("base64");
        return { ...reply, body: Buffer.from(JSON.stringify({ ...rest, payload: forged })) };
      },
    });
    machine.cycle();
    expect(isGone(machine.cycle())).toBe(false);
    expect(machine.state().farewell).toBe("none");
  });
});
