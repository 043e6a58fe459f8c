/**
 * The parts of a CSAF 2.0 document that patches are made of, by its published schema. Lists are checked one element at a
 * time; what isn't named here is passed over.
 */
import * as z from "zod";

const list = z.array(z.unknown()).optional();
const text = z.string().min(1);

/** Of a document itself. Its lists are checked by the schemas below. */
export const Csaf = z.object({
  document: z.object({
    category: text,
    csaf_version: z.string(),
    title: text,
    aggregate_severity: z.object({ text }).optional(),
    notes: list,
    publisher: z.object({ name: text }),
    references: list,
    tracking: z.object({
      id: text,
      status: z.enum(["draft", "interim", "final"]),
      initial_release_date: z.string(),
      current_release_date: z.string(),
    }),
  }),
  product_tree: z.object({ branches: list, full_product_names: list, relationships: list }).optional(),
  vulnerabilities: list,
});
export type Csaf = z.infer<typeof Csaf>;

export const ProductId = text;

export const Product = z.object({
  name: text,
  product_id: text,
  product_identification_helper: z.object({ cpe: z.string().optional(), purl: z.string().optional() }).optional(),
});
export type Product = z.infer<typeof Product>;

export const Branch = z.object({ category: text, name: text, branches: list, product: Product.optional() });

export const Relationship = z.object({
  category: z.enum([
    "default_component_of",
    "external_component_of",
    "installed_on",
    "installed_with",
    "optional_component_of",
  ]),
  full_product_name: Product,
  product_reference: text,
  relates_to_product_reference: text,
});
export type Relationship = z.infer<typeof Relationship>;

export const Vulnerability = z.object({
  cve: z
    .string()
    .regex(/^CVE-\d{4}-\d{4,19}$/)
    .optional(),
  product_status: z.object({ fixed: list, first_fixed: list, recommended: list }).optional(),
  remediations: list,
  threats: list,
  scores: list,
});
export type Vulnerability = z.infer<typeof Vulnerability>;

export const RestartCategory = z.enum([
  "connected",
  "dependencies",
  "machine",
  "none",
  "parent",
  "service",
  "system",
  "vulnerable_component",
  "zone",
]);
export type RestartCategory = z.infer<typeof RestartCategory>;

export const Remediation = z.object({
  category: text,
  url: z.string().optional(),
  restart_required: z.object({ category: RestartCategory }).optional(),
});

export const Threat = z.object({ category: text, details: text });

export const Score = z.object({ cvss_v3: z.object({ baseScore: z.number().min(0).max(10) }).optional() });

export const Note = z.object({ category: text, text });

export const Reference = z.object({ category: z.string().optional(), url: z.string() });
