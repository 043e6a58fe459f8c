/** How often something can be done in a second. */

/** Runs `work` until `milliseconds` have passed and answers its runs per second, times `each` when a run does so many. */
export const perSecond = (work: () => void, milliseconds: number, each = 1): number => {
  // A look at the clock costs as much as some of the work measured here, so several runs go between two looks.
  let runs = 0;
  let between = 1;
  const begun = performance.now();
  for (;;) {
    for (let i = 0; i < between; i += 1) work();
    runs += between;
    const elapsed = performance.now() - begun;
    if (elapsed >= milliseconds) return (runs * each * 1_000) / elapsed;
    if (elapsed < milliseconds / 100) between *= 2;
  }
};

/**
 * {@link perSecond}, a second being one of this process on a core: what else runs on the machine counts less. For work that
 * waits for nothing.
 */
export const perCpuSecond = (work: () => void, milliseconds: number, each = 1): number => {
  let runs = 0;
  let between = 1;
  const begun = process.cpuUsage();
  for (;;) {
    for (let i = 0; i < between; i += 1) work();
    runs += between;
    const { user, system } = process.cpuUsage(begun);
    const elapsed = (user + system) / 1_000;
    if (elapsed >= milliseconds) return (runs * each * 1_000) / elapsed;
    if (elapsed < milliseconds / 100) between *= 2;
  }
};

/** {@link perSecond} for work that is awaited, one run after the other. */
export const perSecondAsync = async (work: () => Promise<void>, milliseconds: number, each = 1): Promise<number> => {
  let runs = 0;
  const begun = performance.now();
  for (;;) {
    await work();
    runs += 1;
    const elapsed = performance.now() - begun;
    if (elapsed >= milliseconds) return (runs * each * 1_000) / elapsed;
  }
};
