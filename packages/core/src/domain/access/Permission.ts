/**
 * Everything that may be permitted: a closed list, each with what it lets one do (RBAC-02, and what other families need).
 * Which role has which stands in a {@link Policy}, never here.
 *
 * *Any* job means every job of the subscription, *assigned* the ones of RBAC-04. Four duties stand apart, so that a host
 * can give them to different people: choosing patches, running a job, approving a large plan, rebooting assets.
 */

const what = {
  // Licences (LIC-07).
  "manage-licence": "change plan, seats and licence tags",
  "view-licence": "look at plan, seats and who has one",

  // Profiles, keys and agents (PRO-04, CFG, KEY, AGT).
  "edit-assessment-profile": "create, edit, delete, enable and disable assessment profiles",
  "view-assessment-profile": "look at assessment profiles",
  "edit-configuration-profile": "create, edit, delete and order configuration profiles",
  "view-configuration-profile": "look at configuration profiles and what they come to on an asset",
  "manage-activation-keys": "make, change, disable and delete activation keys",
  "manage-agents": "activate and deactivate modules, and uninstall agents",

  // Assets and tags.
  "view-assets": "look at assets in one's scope, and at the catalogue",
  "manage-tags": "create, change, delete and assign tags",
  "purge-assets": "remove assets with their data, by hand or by rule",
  "reboot-assets": "let assets be rebooted",

  // Catalogue (PAT-04).
  "manage-catalogue": "say what patches and vulnerabilities there are, and whose scripts jobs may name",
  "supply-vendor-file": "enable vendor-acquired patches by supplying their file",

  // Jobs (RBAC-02, RBAC-04, RBAC-08).
  "create-advisory": "choose patches for others to deploy: a job without targets and owner",
  "create-job": "create jobs",
  "own-job": "own jobs that run",
  "change-job-owner": "give a job another owner",
  "view-any-job": "look at any job",
  "view-assigned-job": "look at assigned jobs",
  "edit-any-job": "edit any job, its patches included",
  "edit-assigned-job": "edit assigned jobs",
  "edit-patches-of-assigned-job": "add and remove patches on assigned jobs",
  "enable-any-job": "enable, disable and run any job",
  "enable-assigned-job": "enable, disable and run assigned jobs",
  "delete-any-job": "delete any job",
  "delete-assigned-job": "delete assigned jobs",
  "approve-plan": "approve, as a second person, a plan of more assets than one may enable alone",

  // Dashboards (RBAC-02, DSH-02) and audit (RBAC-11).
  "edit-own-dashboard": "create, edit and delete one's own dashboards",
  "edit-others-dashboard": "edit and delete others' dashboards",
  "print-dashboard": "print and download dashboards",
  "manage-retention": "say how long runs, events and audit records are kept, and put them under legal hold",
  "view-audit": "read, export and verify the audit trail",
} as const;

export type Permission = keyof typeof what;

/** Every permission, in the order of the list. */
export const all = Object.keys(what) as readonly Permission[];

/** What it lets one do, as the end of "may …". */
export const describe = (permission: Permission): string => what[permission];

/** Whether a text is the id of a permission. */
export const is = (text: string): text is Permission => Object.hasOwn(what, text);
