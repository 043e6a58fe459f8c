/**
 * The host application of the story: who its users are, where its data lies, and the Fettle that it embeds. Two
 * processes open the same data: the control plane that agents talk to, and the storyteller who plays the administrator.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { FileBlobStore } from "@fettle/adapters/blob/files";
import { NodeEnvironment } from "@fettle/adapters/environment/node";
import { FileKeys } from "@fettle/adapters/keys/file";
import { SqliteStorage } from "@fettle/adapters/storage/sqlite";
import { Actor, Directory, Fettle, type User } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";

export const TENANT = "acme";

/** The manager whose jobs the story tells of. */
export const manager = Actor.user(TENANT, "mara");

const users: readonly User[] = [{ id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } }];

const directory = Layer.succeed(Directory, {
  user: (tenantId, userId) => Effect.succeed(tenantId === TENANT ? (users.find((u) => u.id === userId) ?? null) : null),
});

/** Opens the Fettle whose data lies in a folder, until the scope closes. */
export const open = (data: string) =>
  Effect.map(
    Layer.build(
      Layer.mergeAll(
        SqliteStorage.layer({ file: path.join(data, "fettle.db") }),
        FileBlobStore.layer({ directory: path.join(data, "blobs") }),
        FileKeys.tenantLayer({ directory: path.join(data, "keys") }),
        NodeEnvironment.layer,
        directory,
      ),
    ),
    Fettle.make,
  );

/** The token by which people may read over HTTP; made when there is none. */
export const operatorToken = (data: string): string => {
  const file = path.join(data, "operator-token");
  if (!fs.existsSync(file)) fs.writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  return fs.readFileSync(file, "utf8");
};

/** Compares two tokens in constant time. */
export const isSameToken = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};
