/** What of the npm package `lucene`, which comes without types, the benchmarks use. */
declare module "lucene" {
  const lucene: { readonly parse: (query: string) => object };
  export default lucene;
}
