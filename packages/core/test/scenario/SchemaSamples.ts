/**
 * Values of a zod schema in which every digest is another, and where each is: enough values that every alternative of every
 * union is in one of them. Written for schemas of stored JSON, it refuses a kind of schema that it doesn't know.
 */
import type { Crypto } from "@fettle/agent-protocol";
import type * as z from "zod";

export interface Sample {
  readonly value: unknown;
  /** Which digest is at which path: `groups[].patches[].files[].digest`. */
  readonly digests: ReadonlyMap<string, Crypto.Digest>;
}

/** `isNamedSo` tells by a path that a text there is a digest. */
export const of = (schema: z.ZodType, isNamedSo: (path: string) => boolean): readonly Sample[] => {
  let count = 0;
  const next = (): Crypto.Digest => `sha256:${(count++).toString(16).padStart(64, "0")}`;
  return variants(schema as unknown as Schema, { path: "", isNamedSo, next });
};

interface Schema {
  readonly def: { readonly type: string; readonly [member: string]: unknown };
}

interface Place {
  readonly path: string;
  readonly isNamedSo: (path: string) => boolean;
  readonly next: () => Crypto.Digest;
}

const NOTHING: ReadonlyMap<string, Crypto.Digest> = new Map();
const plain = (value: unknown): readonly Sample[] => [{ value, digests: NOTHING }];
const holding = ({ path, next }: Place): readonly Sample[] => {
  const digest = next();
  return [{ value: digest, digests: new Map([[path, digest]]) }];
};

const variants = ({ def }: Schema, at: Place): readonly Sample[] => {
  const inner = (name: string): readonly Sample[] => variants(def[name] as Schema, at);
  switch (def.type) {
    // What has a form of its own: only digests do.
    case "template_literal":
    case "custom":
      return holding(at);
    case "string":
      return at.isNamedSo(at.path) ? holding(at) : plain("x");
    case "number":
    case "int":
      return plain(1);
    case "boolean":
      return plain(true);
    case "null":
      return plain(null);
    case "literal":
      return plain((def.values as readonly unknown[])[0]);
    case "enum":
      return plain(Object.values(def.entries as object)[0]);
    // JSON of any form: what is in there is the engine's answer to a caller.
    case "lazy":
      return plain(null);
    // Of a file without a url the bytes are here.
    case "nullable":
      return /(^|\.)url$/.test(at.path) ? plain(null) : inner("innerType");
    case "optional":
    case "default":
    case "nonoptional":
    case "readonly":
      return inner("innerType");
    case "pipe":
      return inner((def.out as Schema).def.type === "transform" ? "in" : "out");
    case "array":
      return variants(def.element as Schema, { ...at, path: `${at.path}[]` }).map((s) => ({ ...s, value: [s.value] }));
    case "record":
      return variants(def.valueType as Schema, { ...at, path: `${at.path}{}` }).map((s) => ({
        ...s,
        value: { x: s.value },
      }));
    case "union":
      return (def.options as readonly Schema[]).flatMap((option) => variants(option, at));
    case "object":
      return objects(def.shape as Readonly<Record<string, Schema>>, at);
    default:
      throw new Error(`${at.path}: a schema of type ${def.type}, which nobody taught this`);
  }
};

// As many values as the member with the most alternatives has.
const objects = (shape: Readonly<Record<string, Schema>>, at: Place): readonly Sample[] => {
  const member = (name: string): Place => ({ ...at, path: at.path === "" ? name : `${at.path}.${name}` });
  const length = Math.max(1, ...Object.keys(shape).map((name) => variants(shape[name] as Schema, member(name)).length));
  return Array.from({ length }, (_, i) => {
    const chosen = Object.keys(shape).map((name) => {
      const all = variants(shape[name] as Schema, member(name));
      return [name, all[i % all.length] as Sample] as const;
    });
    return {
      value: Object.fromEntries(chosen.map(([name, { value }]) => [name, value])),
      digests: new Map(chosen.flatMap(([, { digests }]) => [...digests])),
    };
  });
};
