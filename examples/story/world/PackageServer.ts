/**
 * A static file server on 127.0.0.1 for the laboratory's repositories. Tests may slow it down, break it, or count.
 * It serves regular files below its folder and nothing else.
 */
import { createReadStream } from "node:fs";
import * as fs from "node:fs/promises";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What the server does to one request, besides answering it. */
export interface Treatment {
  readonly delayMilliseconds?: number;
  readonly bytesPerSecond?: number;
  /** Answers with this status and no file. */
  readonly status?: number;
}

export interface PackageServer {
  /** Ends with a slash. */
  readonly url: string;
  /** How often each path was asked for, spoiled requests included. */
  readonly requests: () => ReadonlyMap<string, number>;
  /** From now on each request is treated so; `null` ends it. */
  readonly treat: (how: ((requestPath: string) => Treatment) | null) => void;
  readonly close: () => Promise<void>;
}

const CHUNK_BYTES = 1024;

/** Serves a folder on a free port. */
export const start = async (folder: string): Promise<PackageServer> => {
  const counts = new Map<string, number>();
  let treatment: ((requestPath: string) => Treatment) | null = null;
  const server = http.createServer((request, response) => {
    const asked = pathOf(request.url ?? "/");
    counts.set(asked ?? "?", (counts.get(asked ?? "?") ?? 0) + 1);
    const how = asked === null ? {} : (treatment?.(asked) ?? {});
    answer(folder, request, response, asked, how).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests: () => new Map(counts),
    treat: (how) => {
      treatment = how;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** The path that a request asks for, decoded and without a way out of the folder; null when it isn't one. */
export const pathOf = (url: string): string | null => {
  try {
    const decoded = decodeURIComponent(url.split("?")[0] ?? "");
    const isPlain = decoded.startsWith("/") && !decoded.includes("\0") && !decoded.includes("\\");
    return isPlain && decoded.split("/").every((part) => part !== ".." && part !== ".") ? decoded : null;
  } catch {
    return null;
  }
};

const answer = async (
  folder: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  asked: string | null,
  how: Treatment,
): Promise<void> => {
  if (how.delayMilliseconds !== undefined) await sleep(how.delayMilliseconds);
  if (request.method !== "GET" && request.method !== "HEAD") return end(response, 405);
  if (how.status !== undefined) return end(response, how.status);
  if (asked === null) return end(response, 400);
  const file = path.join(folder, asked);
  const found = await fs.lstat(file).catch(() => undefined);
  if (found === undefined || !found.isFile()) return end(response, 404);
  response.writeHead(200, { "content-length": found.size, "content-type": "application/octet-stream" });
  if (request.method === "HEAD") response.end();
  else if (how.bytesPerSecond === undefined) createReadStream(file).pipe(response);
  else await trickle(file, response, how.bytesPerSecond);
};

const end = (response: http.ServerResponse, status: number): void => {
  response.writeHead(status, { "content-length": 0 });
  response.end();
};

const trickle = async (file: string, response: http.ServerResponse, bytesPerSecond: number): Promise<void> => {
  const bytes = await fs.readFile(file);
  for (let at = 0; at < bytes.length && !response.destroyed; at += CHUNK_BYTES) {
    response.write(bytes.subarray(at, at + CHUNK_BYTES));
    await sleep((CHUNK_BYTES / bytesPerSecond) * 1000);
  }
  response.end();
};
