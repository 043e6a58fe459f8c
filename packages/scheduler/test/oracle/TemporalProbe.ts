/**
 * Prints what `TemporalOracle.compare` finds, as JSON, for `TemporalOracle.test.ts` to run under several zones of the host. A
 * deep run goes through every zone and every day, any other through the odd zones and around their changes.
 */
import { compare } from "./TemporalOracle.ts";
import { everyZone, isDeep, ODD_ZONES } from "./Zones.ts";

const comparison = compare(isDeep ? everyZone() : ODD_ZONES, { firstYear: 2000, lastYear: 2040, walks: isDeep });

// What a plain Date makes of a local time shows that the host's zone did take effect.
process.stdout.write(JSON.stringify({ ...comparison, plainDate: new Date(2026, 6, 1, 12).toISOString() }));
