/** Waits until something holds, and no longer than one's patience, in milliseconds. */
export const until = async (what: string, patience: number, holds: () => Promise<boolean>): Promise<void> => {
  const limit = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error(`waited ${patience / 1_000} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

const POLL_MS = 200;
