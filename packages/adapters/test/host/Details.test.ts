import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { HostReport } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as Details from "../../src/host/linux/Details.ts";
import { LinuxHost } from "../../src/host/linux/index.ts";
import * as Route from "../../src/host/linux/Route.ts";
import * as Utmp from "../../src/host/linux/Utmp.ts";

let root: string;
const write = async (file: string, content: string | Uint8Array): Promise<void> => {
  await fs.mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await fs.writeFile(path.join(root, file), content);
};
const nic = (address: string, over: object = {}) => ({
  address,
  netmask: "",
  family: "IPv4" as const,
  mac: "00:50:56:AB:CD:01",
  internal: false,
  cidr: null,
  ...over,
});
const read = (interfaces: Parameters<typeof Details.read>[0]["networkInterfaces"] = () => ({})) =>
  Details.read({ installRoot: root, kernelRoot: root, networkInterfaces: interfaces, location: null });

/** A login record as the C library writes it. */
const login = (user: string, seconds: number, type = 7) => {
  const record = Buffer.alloc(384);
  record.writeInt16LE(type, 0);
  record.write("pts/0", 8);
  record.write(user, 44);
  record.writeInt32LE(seconds, 340);
  return record;
};

beforeEach(async () => {
  root = await fs.mkdtemp(path.join(tmpdir(), "fettle-details-"));
});
afterEach(() => fs.rm(root, { recursive: true }));

const ROUTES = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	200	00000000	0	0	0
eth0	00000000	FE0200C0	0003	0	0	100	00000000	0	0	0
eth1	0000FEA9	00000000	0001	0	0	0	0000FFFF	0	0	0
`;

describe("what a Linux machine tells of itself", () => {
  it("AST-02, AST-10: release, hardware, network, user, boot and module streams, each from its file", async () => {
    await write("etc/os-release", 'NAME="Rocky Linux"\nID="rocky"\nVERSION_ID="9.4"\n');
    await write("sys/class/dmi/id/sys_vendor", "Dell Inc.\n");
    await write("sys/class/dmi/id/product_name", "PowerEdge R750\n");
    await write("sys/class/dmi/id/product_serial", "CZJ0420FKX\n");
    await write("proc/stat", "cpu 1 2 3\nbtime 1767225600\nprocesses 7\n");
    await write("proc/net/route", ROUTES);
    await write("run/utmp", Buffer.concat([login("root", 5), login("alice", 9), login("bob", 99, 8)]));
    await write("etc/dnf/modules.d/nodejs.module", "[nodejs]\nname=nodejs\nstream=18\nprofiles=\nstate=enabled\n");
    await write("etc/dnf/modules.d/php.module", "[php]\nname=php\nstream=8.1\nstate=disabled\n");
    const interfaces = () => ({
      lo: [nic("127.0.0.1", { internal: true, mac: "00:00:00:00:00:00" })],
      eth1: [nic("fe80::1%eth1", { mac: "00:00:00:00:00:00" })],
      eth0: [nic("192.0.2.7"), nic("2001:db8::7")],
    });
    expect(await read(interfaces)).toEqual({
      release: "rocky:9.4",
      osVersion: "9.4",
      modules: ["nodejs:18"],
      manufacturer: "Dell Inc.",
      model: "PowerEdge R750",
      serialNumber: "CZJ0420FKX",
      interfaces: [
        {
          name: "eth0",
          mac: "00:50:56:ab:cd:01",
          addresses: ["192.0.2.7", "2001:db8::7"],
          gateway: "192.0.2.254",
        },
        { name: "eth1", mac: null, addresses: ["fe80::1"], gateway: null },
      ],
      loggedInUser: "alice",
      bootedAt: Date.UTC(2026, 0, 1),
      location: null,
    });
  });

  it("AST-02: a source that is missing gives null, never a failure", async () => {
    expect(await read()).toEqual({
      release: null,
      osVersion: null,
      modules: null,
      manufacturer: null,
      model: null,
      serialNumber: null,
      interfaces: [],
      loggedInUser: null,
      bootedAt: null,
      location: null,
    });
  });

  it("AST-02: what a maker didn't fill in is unknown, and so is what makes no sense", async () => {
    await write("sys/class/dmi/id/sys_vendor", "To Be Filled By O.E.M.\n");
    await write("sys/class/dmi/id/product_name", "Default string\n");
    await write("sys/class/dmi/id/product_serial", "0000000000\n");
    await write("proc/stat", "btime soon\n");
    await write("etc/os-release", "ID=arch\n");
    expect(await read()).toMatchObject({ manufacturer: null, model: null, serialNumber: null, bootedAt: null });
    expect(await read()).toMatchObject({ release: null, osVersion: null });
  });

  it("AST-02: module streams are none where dnf enabled none, and unknown where one can't be read", async () => {
    await write("etc/dnf/dnf.conf", "[main]\n");
    expect((await read()).modules).toEqual([]);
    await fs.mkdir(path.join(root, "etc/dnf/modules.d/odd.module"), { recursive: true });
    expect((await read()).modules).toBeNull();
  });

  it("AST-02: this very machine's are read, and may travel as they are", async () => {
    const host = LinuxHost.make({ timeZone: "UTC", location: "rack 7" });
    const { name, osFamily, osName, arch } = await Effect.runPromise(host.facts());
    const details = await Effect.runPromise(host.details?.() ?? Effect.die("tells nothing"));
    const report = { name, osFamily, osName, arch, packageFormat: null, ...details };
    expect(HostReport.HostReport.safeParse(HostReport.fitted(report)).success).toBe(true);
    expect(details.location).toBe("rack 7");
    expect(details.bootedAt).toBeGreaterThan(Date.UTC(2020, 0, 1));
  });
});

describe("login records", () => {
  it("AST-02: the latest of those logged in counts; nobody, and a record cut short, are none", () => {
    expect(Utmp.lastLoggedIn(Buffer.concat([login("new", 9), login("old", 5)]))).toBe("new");
    expect(Utmp.lastLoggedIn(Buffer.alloc(0))).toBeNull();
    expect(Utmp.lastLoggedIn(login("gone", 9, 8))).toBeNull();
    expect(Utmp.lastLoggedIn(login("cut", 9).subarray(0, 383))).toBeNull();
    expect(Utmp.lastLoggedIn(login("x".repeat(32), 9))).toBe("x".repeat(32));
  });
});

describe("the table of routes", () => {
  it("AST-10: tells each interface's gateway, by the lowest metric, and none of what isn't a default route", () => {
    expect([...Route.gateways(ROUTES)]).toEqual([["eth0", "192.0.2.254"]]);
    expect([...Route.gateways("")]).toEqual([]);
    expect([...Route.gateways("Iface\neth0\t00000000\tzz\t0003\n")]).toEqual([]);
  });
});
