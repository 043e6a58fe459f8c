/** What both commands need of the shell they run in. */
import { existsSync, readFileSync } from "node:fs";
import type { Writable } from "node:stream";

/** What the process gives a command. */
export interface Streams {
  readonly output: Writable;
  readonly complaints: Writable;
}

/** A reader that has had enough (`| head`) is no error. */
export const write = (stream: Writable, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: NodeJS.ErrnoException | null): void => {
      if (error === undefined || error === null || error.code === "EPIPE") resolve();
      else reject(error);
    };
    stream.once("error", settle);
    stream.write(text, (error) => {
      stream.off("error", settle);
      settle(error);
    });
  });

/** From the package's manifest, the nearest one above: the build may put this file anywhere below it. */
export const version = (from = import.meta.url): string => {
  const manifest = new URL("package.json", from);
  if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string }).version;
  const above = new URL("..", manifest).href;
  return above === new URL(".", manifest).href ? "unknown" : version(above);
};
