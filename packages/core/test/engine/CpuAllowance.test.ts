import { ConfigurationSettings, Documents } from "@fettle/agent-protocol";
import { describe, expect, it } from "vitest";
import * as Settings from "../../src/domain/profile/Settings.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import { codecs } from "../../src/schema/Stored.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import type * as WireAgent from "../scenario/WireAgent.ts";

const fleet = Values.select({ include: Values.any("fleet") });

/** What an agent is told to hold now, as it travels. */
const told = (agent: WireAgent.WireAgent | undefined): { readonly settings: object } => {
  if (agent === undefined) throw new Error("no agent");
  const { configuration } = agent.checkIn();
  const { payload } = JSON.parse(Buffer.from(agent.fetch(configuration ?? "sha256:").body).toString()) as {
    payload: string;
  };
  return JSON.parse(Buffer.from(payload, "base64").toString()) as { readonly settings: object };
};
const toldBy = (settings: Settings.Given) => {
  const { plane, manager, agents } = Scene.make();
  plane.call(plane.fettle.configurationProfiles.save(manager, { name: "p", targets: fleet, settings }));
  return told(agents[0]);
};

/** The settings as an agent of before the allowance reads them: another member is refused. */
const before = ConfigurationSettings.ConfigurationSettings.omit({ mayExceedCpuLimitInWindow: true });

describe("the allowance to exceed the CPU setting", () => {
  it("WIN-08: is off unless a profile gives it, and says why it is as it is", () => {
    const { plane, manager } = Scene.make({ agents: 0 });
    const { configurationProfiles: profiles } = plane.fettle;
    const silent = plane.call(profiles.save(manager, { name: "silent" }));
    const allowing = plane.call(
      profiles.save(manager, { name: "allowing", settings: { mayExceedCpuLimitInWindow: true } }),
    );
    const of = (id: string) => plane.call(profiles.get(manager, id)).settings.mayExceedCpuLimitInWindow;
    expect(of(silent.id)).toMatchObject({ value: false, reason: { _tag: "Default" } });
    expect(of(allowing.id)).toMatchObject({ value: true, reason: { _tag: "Profile" } });
  });

  it("CFG-02: is yes or no", () => {
    const wrong = (mayExceedCpuLimitInWindow: unknown) =>
      Settings.check({ mayExceedCpuLimitInWindow } as Settings.Given, Limits.defaults);
    for (const said of [true, false, undefined]) expect(wrong(said)).toEqual([]);
    for (const said of ["always", 1, null]) {
      expect(wrong(said)).toMatchObject([{ rule: "CFG-02", path: "settings.mayExceedCpuLimitInWindow" }]);
    }
  });

  it("WIN-08: reaches the agent where it is given; where it isn't, agents of before read what they are told", () => {
    const allowing = toldBy({ mayExceedCpuLimitInWindow: true });
    expect(Documents.Configuration.parse(allowing).settings?.mayExceedCpuLimitInWindow).toBe(true);
    for (const settings of [{}, { mayExceedCpuLimitInWindow: false }]) {
      const document = toldBy(settings);
      expect(before.safeParse(document.settings).success).toBe(true);
      expect(Documents.Configuration.parse(document).settings).not.toHaveProperty("mayExceedCpuLimitInWindow");
    }
  });

  it("WIN-08: isn't in what a platform of before tells, which reads as not given", () => {
    expect(Documents.Configuration.safeParse(toldBy({})).success).toBe(true);
    expect(ConfigurationSettings.unsaid.mayExceedCpuLimitInWindow).toBeUndefined();
  });

  it("WIN-08: isn't in a profile that was stored before, which reads as it is, and is kept where it is given", () => {
    const { plane, manager } = Scene.make({ agents: 0 });
    const save = (settings: Settings.Given) =>
      plane.call(plane.fettle.configurationProfiles.save(manager, { name: "p", settings }));
    for (const settings of [{ preset: "LOW" }, { preset: "LOW", mayExceedCpuLimitInWindow: true }] as const) {
      const stored: unknown = JSON.parse(JSON.stringify(save(settings)));
      expect(codecs.profile.parse(stored).settings).toEqual(settings);
    }
  });
});
