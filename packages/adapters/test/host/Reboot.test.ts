import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import { LinuxHost, type Ran } from "../../src/host/linux/index.ts";

// Nothing here runs a tool: the machine that tests this must not go down.
const hostOf = (answers: { readonly [tool: string]: Ran }) => {
  const lines: (readonly string[])[] = [];
  const host = LinuxHost.make({
    reboot: {
      run: async (tool, args) => {
        lines.push([tool, ...args]);
        return answers[tool] ?? { _tag: "Missing" };
      },
      noRebootUntil: (now) => (now < 100 ? 100 : null),
    },
  });
  return { host, lines };
};
const order = (
  host: LinuxHost.LinuxHostOptions["reboot"] extends unknown ? ReturnType<typeof LinuxHost.make> : never,
) => Effect.runPromise(Effect.result(host.reboot?.({ reason: "patches; rm -rf /" }) ?? Effect.die("it can't")));
const ended = (exitCode: number | null, stderr = ""): Ran => ({ _tag: "Ended", exitCode, stderr });

describe("a Linux host that may reboot", () => {
  it("orders systemd to, by a line that no reason gets into", async () => {
    const { host, lines } = hostOf({ systemctl: ended(0) });
    expect((await order(host))._tag).toBe("Success");
    expect(lines).toEqual([["systemctl", "--no-ask-password", "reboot"]]);
  });

  it("takes shutdown where there is no systemd, and fails where there is neither", async () => {
    const old = hostOf({ shutdown: ended(0) });
    expect((await order(old.host))._tag).toBe("Success");
    expect(old.lines[1]).toEqual(["shutdown", "-r", "now"]);
    expect(await order(hostOf({}).host)).toMatchObject({ _tag: "Failure", failure: { _tag: "HostError" } });
  });

  it("says why an order was refused", async () => {
    const { host, lines } = hostOf({ systemctl: ended(1, "Operation inhibited by ...") });
    const answer = await order(host);
    expect(answer).toMatchObject({ _tag: "Failure", failure: { isRetryable: true } });
    expect(JSON.stringify(answer)).toContain("inhibited");
    expect(lines).toHaveLength(1);
  });

  it("I24 tells its own hours", async () => {
    const { host } = hostOf({});
    const held = (now: number) => Effect.runPromise(host.noRebootUntil?.(now) ?? Effect.die("it can't"));
    expect([await held(99), await held(100)]).toEqual([100, null]);
  });

  it("can't unless it is let", () => {
    expect(LinuxHost.make({}).reboot).toBeUndefined();
  });
});
