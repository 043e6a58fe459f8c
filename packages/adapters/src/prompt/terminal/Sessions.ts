/** Whether anybody is logged in, as `who` lists sessions: one a line. Where there is no `who`, that can't be told. */
import { execFile } from "node:child_process";

/** Lists who is logged in; what `who` prints. */
export type Who = () => Promise<string>;

const ANSWER_MS_MAX = 10_000;

/** Runs `who`. */
export const who: Who = () =>
  new Promise((resolve, reject) => {
    const env = { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" };
    execFile("who", [], { cwd: "/", env, timeout: ANSWER_MS_MAX }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });

/** Whether the list names anybody. */
export const isAnyone = (list: string): boolean => list.split("\n").some((line) => line.trim() !== "");
