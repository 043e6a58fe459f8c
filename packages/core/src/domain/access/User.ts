/** A user of the host, as the Directory port tells at the moment of a decision. */
import type { TagScope } from "../tag/TagScope.ts";

/** The default roles (RBAC-01); `SuperUser` stands outside the module. */
export type Role =
  | "SuperUser"
  | "PatchManager"
  | "PatchUser"
  | "PatchDashboardAuthor"
  | "PatchReader"
  | "PatchSecurity";

export interface User {
  readonly id: string;
  readonly roles: readonly Role[];
  /** Which assets the user sees and may target (TAG-05). */
  readonly scope: TagScope;
}
