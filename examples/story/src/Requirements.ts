/** What the story needs of this machine to patch for real; what is missing is said in one sentence. */
import { spawnSync } from "node:child_process";

const tools = ["dnf", "rpm", "rpmbuild", "rpmsign", "createrepo_c", "modifyrepo_c", "gpg", "busybox"] as const;

/** Why the real story can't be told here, in one sentence; null when it can. */
export const missing = (): string | null => {
  if (process.platform !== "linux") return `this is ${process.platform}, and dnf runs on Linux`;
  if (process.getuid?.() !== 0) return "patching install roots needs root, and this is an ordinary user";
  const absent = tools.filter((t) => spawnSync("/bin/sh", ["-c", `command -v ${t}`]).status !== 0);
  return absent.length === 0 ? null : `these tools are missing: ${absent.join(", ")}`;
};
