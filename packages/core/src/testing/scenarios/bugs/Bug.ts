/** A bug that is planted, and where its sight is due. */
import type * as Seams from "../Seams.ts";

export interface Bug {
  readonly name: string;
  readonly seams: Seams.Seams;
  /** Of the invariant that is there for it, where another one might be broken first. */
  readonly id?: string;
}
