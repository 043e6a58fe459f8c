/** The port to the host's users: the host owns them, their roles and scopes; read at the moment of a decision. */
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import type { Effect } from "effect/Effect";
import type { User } from "../domain/access/User.ts";

export class DirectoryError extends Data.TaggedError("DirectoryError")<{
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

export class Directory extends Context.Service<
  Directory,
  {
    /** The user as of now, or null when there is none of that id in that tenant. */
    readonly user: (tenantId: string, userId: string) => Effect<User | null, DirectoryError>;
  }
>()("fettle/core/Directory") {}
