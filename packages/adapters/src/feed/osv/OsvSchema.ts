/**
 * The parts of an OSV record that patches are made of, by its published schema (versions 1.x). Lists are checked one
 * element at a time; what isn't named here is passed over.
 */
import * as z from "zod";

const list = z.array(z.unknown()).nullish();

/** Of a record itself. Its lists are checked by the schemas below. */
export const Osv = z.object({
  schema_version: z.string().optional(),
  id: z.string().min(1),
  modified: z.string(),
  published: z.string().optional(),
  withdrawn: z.string().optional(),
  aliases: list,
  upstream: list,
  related: list,
  summary: z.string().optional(),
  details: z.string().optional(),
  severity: list,
  affected: list,
  references: list,
  database_specific: z.unknown().optional(),
});
export type Osv = z.infer<typeof Osv>;

export const Name = z.string();

export const Severity = z.object({
  type: z.enum(["CVSS_V2", "CVSS_V3", "CVSS_V4", "Ubuntu"]),
  score: z.string(),
});
export type Severity = z.infer<typeof Severity>;

export const Affected = z.object({
  package: z.object({ ecosystem: z.string().min(1), name: z.string().min(1), purl: z.string().optional() }).optional(),
  ranges: list,
  severity: list,
  ecosystem_specific: z.unknown().optional(),
  database_specific: z.unknown().optional(),
});
export type Affected = z.infer<typeof Affected>;

export const Range = z.object({ type: z.enum(["GIT", "SEMVER", "ECOSYSTEM"]), events: z.array(z.unknown()).min(1) });

const eventKeys = ["introduced", "fixed", "last_affected", "limit"] as const;

/** One thing that happened at a version. */
export const Event = z
  .object({
    introduced: z.string().optional(),
    fixed: z.string().optional(),
    last_affected: z.string().optional(),
    limit: z.string().optional(),
  })
  .refine((event) => eventKeys.filter((key) => event[key] !== undefined).length === 1, {
    message: `must have one of ${eventKeys.join(", ")}`,
  });
export type Event = z.infer<typeof Event>;

export const Reference = z.object({ type: z.string(), url: z.string() });

/** A binary package of a source package at its version, as Ubuntu tells it. */
export const NamedBinary = z.object({ binary_name: z.string(), binary_version: z.string().optional() });
export type NamedBinary = z.infer<typeof NamedBinary>;
