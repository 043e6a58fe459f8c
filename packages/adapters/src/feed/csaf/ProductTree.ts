/**
 * A document's products: what stands in its branches, and which of them is a component of which other. Pure.
 *
 * A package of a distribution is a component of a platform, or of a module that is itself a component of a platform.
 */
import type { Result } from "@fettle/agent-protocol";
import { all, one, type Problem } from "../reading/Checked.ts";
import { Branch, type Csaf, Product, Relationship } from "./CsafSchema.ts";

/** A product as its tree tells it. */
export interface TreeProduct {
  readonly name: string;
  readonly cpe: string | null;
  readonly purl: string | null;
  /** The name of the branch of architectures that it stands in. */
  readonly architecture: string | null;
}

/** A product in its place: what it is, and all that it is a component of, directly or not. */
export interface PlacedProduct {
  readonly product: TreeProduct;
  readonly platforms: readonly TreeProduct[];
}

export interface ProductTree {
  readonly products: ReadonlyMap<string, TreeProduct>;
  readonly relationships: ReadonlyMap<string, Relationship>;
}

/** Reads a tree; one that is missing has no products. */
export const read = (tree: Csaf["product_tree"]): Result<ProductTree, Problem> => {
  const products = new Map<string, TreeProduct>();
  const walked = walk(tree?.branches ?? [], products);
  if (!walked.ok) return walked;
  const named = all(Product, tree?.full_product_names, "product_tree.full_product_names");
  if (!named.ok) return named;
  for (const product of named.value) products.set(product.product_id, treeProduct(product, null));
  const related = all(Relationship, tree?.relationships, "product_tree.relationships");
  if (!related.ok) return related;
  const relationships = new Map<string, Relationship>();
  for (const each of related.value) {
    // "Installed with" says nothing of what a product is a part of.
    if (each.category === "installed_with") continue;
    relationships.set(each.full_product_name.product_id, each);
    products.set(each.full_product_name.product_id, treeProduct(each.full_product_name, null));
  }
  return { ok: true, value: { products, relationships } };
};

/** How many relationships may lie on top of one another. A package of a module of a platform has two. */
export const RELATIONSHIPS_DEPTH_MAX = 8;

/** What an id stands for; null when the tree doesn't say, or says it in a circle. */
export const place = (tree: ProductTree, id: string, depth = 0): PlacedProduct | null => {
  if (depth > RELATIONSHIPS_DEPTH_MAX) return null;
  const relationship = tree.relationships.get(id);
  const product = tree.products.get(id);
  if (relationship === undefined) return product === undefined ? null : { product, platforms: [] };
  const component = place(tree, relationship.product_reference, depth + 1);
  const whole = place(tree, relationship.relates_to_product_reference, depth + 1);
  if (component === null || whole === null || product === undefined) return null;
  // A relationship may say more of its product than the component does alone.
  const { cpe, purl } = product;
  const told = { ...component.product, cpe: component.product.cpe ?? cpe, purl: purl ?? component.product.purl };
  return { product: told, platforms: [...component.platforms, whole.product, ...whole.platforms] };
};

interface Step {
  readonly value: unknown;
  readonly path: string;
  readonly architecture: string | null;
}

const walk = (branches: readonly unknown[], products: Map<string, TreeProduct>): Result<void, Problem> => {
  const steps: Step[] = stepsOf(branches, "product_tree", null);
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    const branch = one(Branch, step.value, step.path);
    if (!branch.ok) return branch;
    const { category, name, product, branches: below = [] } = branch.value;
    const architecture = category === "architecture" ? name : step.architecture;
    if (product !== undefined) products.set(product.product_id, treeProduct(product, architecture));
    for (const next of stepsOf(below, step.path, architecture)) steps.push(next);
  }
  return { ok: true, value: undefined };
};

const stepsOf = (branches: readonly unknown[], path: string, architecture: string | null): Step[] =>
  branches.map((value, i) => ({ value, path: `${path}.branches[${i}]`, architecture })).reverse();

const treeProduct = (product: Product, architecture: string | null): TreeProduct => ({
  name: product.name,
  cpe: product.product_identification_helper?.cpe ?? null,
  purl: product.product_identification_helper?.purl ?? null,
  architecture,
});
