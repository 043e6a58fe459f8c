/**
 * The adapter on a whole system: root `/`, dnf's own configuration in its own place, no option at all. The system is an
 * overlay over this machine's own, in a mount namespace of its own, so that nothing reaches the machine.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import * as fs from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import type { InstallReport } from "@fettle/agent-protocol/agent";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Laboratory from "./Laboratory.ts";
import { patch } from "./Laboratory.ts";

const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LC_ALL: "C.UTF-8" };
const mounts = (where: string) => `
set -e
mount -t tmpfs tmpfs "${where}"
mkdir "${where}/upper" "${where}/work" "${where}/system"
mount -t overlay overlay -o lowerdir=/,upperdir="${where}/upper",workdir="${where}/work" "${where}/system"
for place in proc sys dev; do mount --rbind "/$place" "${where}/system/$place"; done
`;
const unshare = (script: string, ...args: readonly string[]) => [
  "-m",
  "--propagation",
  "private",
  "sh",
  "-c",
  script,
  "sh",
  ...args,
];

// Not every machine lets even root mount an overlay of its own root; the repository may lie on another file system.
const canOverlay = (): boolean => {
  if (Laboratory.missingTools.length > 0) return false;
  const where = mkdtempSync(path.join(tmpdir(), "fettle-overlay-"));
  const script = `${mounts(where)}chroot "${where}/system" test -f "$1"`;
  const { status } = spawnSync("unshare", unshare(script, import.meta.filename), { env });
  rmSync(where, { recursive: true });
  return status === 0;
};

describe.runIf(Laboratory.runsForReal && canOverlay())("the dnf installer on a whole system", () => {
  let lab: Laboratory.Laboratory;
  beforeAll(async () => {
    lab = await Laboratory.open();
  });
  afterAll(() => lab.close());

  it("PAT-13: patches the system itself with dnf's own configuration", async () => {
    const { asset } = await lab.bench();
    const before = spawnSync("rpm", ["-qa"], { env, encoding: "utf8" }).stdout;
    const config = (await fs.readFile(asset.dnfConfig, "utf8")).replaceAll(/file:\/\/\S+/g, "file:///etc/lab.key");
    await fs.writeFile(path.join(asset.directory, "system.conf"), config);
    const tsx = createRequire(import.meta.url).resolve("tsx");
    const where = path.join(asset.directory, "overlay");
    await fs.mkdir(where);
    const script = `${mounts(where)}cd "${where}/system"
cp "$1/system.conf" etc/dnf/dnf.conf
cp "$2" etc/lab.key
mkdir -p root/.rpmdb opt/lab
cp -a "$1/root/root/.rpmdb/." root/.rpmdb/
cp -a "$1/root/opt/lab/." opt/lab/
chroot . "$3" --import "$4" "$5" '{"stateDirectory":"/var/lib/fettle/dnf"}' "$6"
chroot . rpm -q openssl-lab`;
    const instruction = JSON.stringify(patch("FTSA-2026:0001", "openssl-lab 3.0.7-2.el9"));
    const agent = path.join(import.meta.dirname, "AgentProcess.ts");
    const args = unshare(script, asset.directory, lab.world.gpgKeyPath, process.execPath, tsx, agent, instruction);
    const { stdout } = await promisify(execFile)("unshare", args, { env });
    const [report = "", installed] = stdout.trim().split("\n");
    expect(JSON.parse(report) as InstallReport).toMatchObject({ exitCode: 0, reasonCode: null });
    expect(installed).toBe("openssl-lab-3.0.7-2.el9.noarch");
    expect(spawnSync("rpm", ["-qa"], { env, encoding: "utf8" }).stdout).toBe(before);
  });
});
