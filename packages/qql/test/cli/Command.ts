/** The command as a process, bundled from the source. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
export const PATCHES: string = join(PACKAGE, "conformance", "catalogs", "patch.json");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Command {
  /** A folder of its own. */
  readonly folder: string;
  /** Its program. */
  readonly file: string;
  readonly run: (args: readonly string[], input?: string | Buffer) => Promise<Ended>;
  /** A file in the folder. */
  readonly write: (name: string, text: string) => string;
  readonly close: () => void;
}

/** Bundles the command into a folder that looks like the package. */
export async function make(): Promise<Command> {
  const folder = mkdtempSync(join(tmpdir(), "fettle-qql "));
  const file = join(folder, "dist", "cli", "main.js");
  cpSync(join(PACKAGE, "package.json"), join(folder, "package.json"));
  await build({
    entryPoints: [join(PACKAGE, "src", "cli", "main.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
  });
  return {
    folder,
    file,
    run: (args, input = "") => ended([file, ...args], input),
    write: (name, text) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A run of Node with something to read. */
export function ended(args: readonly string[], input: string | Buffer): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: PACKAGE });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (piece: Buffer) => out.push(piece));
    child.stderr.on("data", (piece: Buffer) => err.push(piece));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
    // A command that doesn't read all of it closes its end.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
