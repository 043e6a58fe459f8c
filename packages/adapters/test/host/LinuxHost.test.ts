import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as Effect from "effect/Effect";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LinuxHost } from "../../src/host/linux/index.ts";
import * as OsRelease from "../../src/host/linux/OsRelease.ts";

let root: string;
const write = async (file: string, text: string): Promise<void> => {
  await fs.mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await fs.writeFile(path.join(root, file), text);
};
const facts = (options: LinuxHost.LinuxHostOptions = {}) =>
  Effect.runPromise(LinuxHost.make({ name: "web-01", installRoot: root, ...options }).facts());
const refusal = (options: LinuxHost.LinuxHostOptions) =>
  Effect.runPromise(Effect.flip(LinuxHost.make({ installRoot: root, ...options }).facts()));

beforeEach(async () => {
  root = await fs.mkdtemp(path.join(tmpdir(), "fettle-host-"));
  await write(
    "etc/os-release",
    'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\nPRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"\n',
  );
});
afterEach(() => fs.rm(root, { recursive: true }));

describe("a Linux host", () => {
  it("AST-02: says what it is", async () => {
    const found = await facts({ timeZone: "Asia/Kolkata" });
    expect(found).toMatchObject({
      name: "web-01",
      platform: "Linux",
      osFamily: "Red Hat",
      osName: "Rocky Linux 9.4 (Blue Onyx)",
      timeZone: "Asia/Kolkata",
    });
    expect(found.arch).toMatch(/^[a-z0-9_]+$/);
  });

  it("SCH-02: takes its zone from the link, then from Debian's file, then UTC", async () => {
    expect((await facts()).timeZone).toBe("UTC");
    await write("etc/timezone", "Europe/Berlin\n");
    expect((await facts()).timeZone).toBe("Europe/Berlin");
    await fs.symlink("../usr/share/zoneinfo/America/Argentina/Ushuaia", path.join(root, "etc/localtime"));
    expect((await facts()).timeZone).toBe("America/Argentina/Ushuaia");
  });

  it("refuses a zone that is none, or can't be told", async () => {
    expect((await refusal({ timeZone: "Mars/Olympus" })).message).toContain("Mars/Olympus");
    await write("etc/localtime", "TZif2");
    expect((await refusal({})).message).toContain("tell the adapter");
  });

  it("finds os-release in its second place, and says so when there is none", async () => {
    await write("usr/lib/os-release", "ID=alpine\nNAME='Alpine Linux'\n");
    await fs.rm(path.join(root, "etc/os-release"));
    expect(await facts()).toMatchObject({ osFamily: "Alpine Linux", osName: "Alpine Linux" });
    await fs.rm(path.join(root, "usr"), { recursive: true });
    expect(await refusal({})).toMatchObject({ _tag: "HostError", isRetryable: false });
  });

  it("reads its boot's id, and nothing else as one", async () => {
    const bootIdFile = path.join(root, "boot-id");
    const bootId = () => LinuxHost.make({ bootIdFile }).bootId();
    await write("boot-id", "0D9B6C1E-3F8A-4B0E-9C5D-1A2B3C4D5E6F\n");
    expect(await Effect.runPromise(bootId())).toBe("0d9b6c1e-3f8a-4b0e-9c5d-1a2b3c4d5e6f");
    for (const text of ["", "\n", "42", "0d9b6c1e-3f8a-4b0e-9c5d-1a2b3c4d5e6f x"]) {
      await write("boot-id", text);
      expect(await Effect.runPromise(Effect.flip(bootId()))).toMatchObject({ _tag: "HostError" });
    }
  });

  it("reads the id of this machine's own boot", async () => {
    const id = await Effect.runPromise(LinuxHost.make().bootId());
    expect(id).toBe((await fs.readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim());
  });
});

describe("os-release", () => {
  it.each([
    ['ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"', "Debian", "Debian GNU/Linux 12 (bookworm)"],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\nNAME=Mint', "Debian", "Mint"],
    ['ID="sles"\nNAME="SLES"', "SUSE", "SLES"],
    ['ID=fedora\nNAME=\'Fedora Linux\'\n# ID=debian\nPRETTY_NAME="A \\"quoted\\" name"', "Red Hat", 'A "quoted" name'],
    ["", "Linux", "Linux"],
    ["garbage\n===\nID", "Linux", "Linux"],
  ])("%j is of family %s", (text, family, name) => {
    expect(OsRelease.parse(text)).toMatchObject({ family, name });
  });
});
