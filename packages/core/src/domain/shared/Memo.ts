/** Things worked out once for each key, and kept in a map. */

/** What is kept under a key, made and kept now if there is nothing yet. */
export const at = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
};
