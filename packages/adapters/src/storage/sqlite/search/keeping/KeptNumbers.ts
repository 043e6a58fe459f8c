/** Numbers once read, by what they number: in memory, so many of them at most. */

/** Of one kind of thing, by the tenant's number and the thing's name. */
export interface Kind {
  /** The number kept for a name, or what `read` answers, which is kept then. */
  readonly of: (t: number, name: string, read: () => number) => number;
  readonly drop: (t: number, name: string) => void;
}

export interface KeptNumbers {
  /** Another kind, to be asked for once. */
  readonly kind: () => Kind;
  readonly forget: () => void;
}

/** `max`: of all kinds together; past it all are forgotten. */
export const make = (max: number): KeptNumbers => {
  let kept = 0;
  // Each kind's, by the tenant's number: names are looked up as they are, without making another text of them.
  const kinds: Map<string, number>[][] = [];
  const forget = (): void => {
    for (const byTenant of kinds) byTenant.length = 0;
    kept = 0;
  };
  const keep = (byTenant: Map<string, number>[], t: number, name: string, number: number): void => {
    if (kept >= max) forget();
    const numbers = byTenant[t] ?? new Map<string, number>();
    byTenant[t] = numbers.set(name, number);
    kept += 1;
  };
  const kind = (): Kind => {
    const byTenant: Map<string, number>[] = [];
    kinds.push(byTenant);
    return {
      of: (t, name, read) => {
        const known = byTenant[t]?.get(name);
        if (known !== undefined) return known;
        const number = read();
        keep(byTenant, t, name, number);
        return number;
      },
      drop: (t, name) => {
        if (byTenant[t]?.delete(name) === true) kept -= 1;
      },
    };
  };
  return { kind, forget };
};
