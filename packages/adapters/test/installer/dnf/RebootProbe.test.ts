import { describe, expect, it } from "vitest";
import { complete } from "../../../src/installer/dnf/DnfOptions.ts";
import * as RebootProbe from "../../../src/installer/dnf/RebootProbe.ts";
import { patch } from "./Laboratory.ts";

const kernel = patch("FTSA-2026:0001", "kernel 5.14.0-503.el9");
const curl = patch("FTSA-2026:0002", "curl-lab 7.76.1-2.el9");
const needed = `Core libraries or services have been updated since boot-up:
  * kernel
  * systemd

Reboot is required to fully utilize these updates.
More information: https://access.redhat.com/solutions/27943
`;
const notNeeded = `No core libraries or services have been updated since boot-up.
Reboot should not be necessary.
`;
const plugin = ["--setopt=plugins=True", "--disableplugin=*", "--enableplugin=needs_restarting"];
const judge = (exitCode: number | null, stdout: string, stderr = "", patches = [kernel, curl]) =>
  RebootProbe.judge({ exitCode, stdout, stderr }, patches);

describe("what dnf needs-restarting says", () => {
  it("RBT-01 RBT-06 is a need or none, of these patches: what other software waits for isn't theirs", () => {
    expect(judge(1, needed)).toEqual({ _tag: "Needed", reasons: ["kernel"] });
    expect(judge(1, needed, "", [curl])).toEqual({ _tag: "NotNeeded" });
    expect(judge(0, notNeeded)).toEqual({ _tag: "NotNeeded" });
  });

  it("RBT-01 is unknown, never yes, when it isn't said in these words", () => {
    const missing = judge(1, "", "No such command: needs-restarting. Please use /usr/bin/dnf --help");
    expect(missing).toMatchObject({ _tag: "Unknown" });
    expect(JSON.stringify(missing)).toContain("No such command");
    for (const [exitCode, stdout] of [
      [0, ""],
      [1, ""],
      [0, needed],
      [1, notNeeded],
      [null, needed],
      [1, "Reboot is required to fully utilize these updates."],
      [200, needed],
    ] as const) {
      expect(judge(exitCode, stdout)._tag).toBe("Unknown");
    }
  });

  it("is asked of the system in question, and of no repository", () => {
    const settings = complete({ stateDirectory: "/s", installRoot: "/r", config: "/c" });
    const asked = ["--disablerepo=*", ...plugin, "needs-restarting", "-r"];
    expect(RebootProbe.commandLine(settings)).toEqual(["-c", "/c", "--installroot=/r", ...asked]);
    expect(RebootProbe.commandLine(complete({ stateDirectory: "/s" }))).toEqual(asked);
  });
});
