// `export * as Parser from "./Parser.ts"` bundled by esbuild is a call that no bundler behind it dares to leave out, so that
// whoever imports one namespace of a package would carry all of them. Here the calls are marked as pure.

/** As esbuild writes it: an empty object, then a call that gives it its getters. */
const NAMESPACE = /^var (\w+) = \{\};\n__export\(\1, (\{\n(?: {2}\w+: \(\) => \w+,?\n)*\})\);$/gm;

/**
 * The code with its namespaces made by calls that are left out where nothing asks for them. Lines stay where they are, for
 * the source map's sake.
 *
 * @param {string} code
 */
export function withPureNamespaces(code) {
  return code.replace(
    NAMESPACE,
    (_, name, getters) => `var ${name} = /* @__PURE__ */ ((all) => (\n__export(all, ${getters}), all))({});`,
  );
}
