/** Reads the kernel's table of IPv4 routes, `/proc/net/route`. Pure. */

const GATEWAY = 0x2;

/** The gateway of the default route of each interface; of several, the one with the lowest metric. */
export const gateways = (table: string): ReadonlyMap<string, string> => {
  const routes = table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, destination, , flags = "0"]) => destination === "00000000" && (parseInt(flags, 16) & GATEWAY) !== 0)
    .sort((a, b) => Number(b[6] ?? 0) - Number(a[6] ?? 0));
  return new Map(
    routes.flatMap(([name = "", , gateway = ""]) => {
      const address = addressOf(gateway);
      return address === null ? [] : [[name, address] as const];
    }),
  );
};

// Four bytes as the machine stores them: the last of the text is the first of the address.
const addressOf = (hex: string): string | null =>
  /^[0-9A-F]{8}$/i.test(hex) ? [6, 4, 2, 0].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(".") : null;
