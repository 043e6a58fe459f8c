/** Zones for the benchmarks: those of the fleet, and those that nothing else asks of, which are cold. */
import { ZONE_NAME } from "./Shapes.ts";

/** Fifty, of every offset that many people live in. */
export const FLEET_ZONES: readonly string[] = `
  Africa/Cairo Africa/Johannesburg Africa/Lagos Africa/Nairobi America/Anchorage America/Bogota America/Chicago
  America/Denver America/Halifax America/Lima America/Los_Angeles America/Mexico_City America/New_York America/Phoenix
  America/Santiago America/Sao_Paulo America/St_Johns America/Toronto Asia/Almaty Asia/Bangkok Asia/Dhaka Asia/Dubai
  Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Jakarta Asia/Jerusalem Asia/Karachi Asia/Kathmandu Asia/Kolkata Asia/Manila
  Asia/Riyadh Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Tashkent Asia/Tehran Asia/Tokyo Atlantic/Azores
  Australia/Adelaide Australia/Brisbane Australia/Perth Australia/Sydney Europe/Berlin Europe/Istanbul Europe/Lisbon
  Europe/London Europe/Moscow Pacific/Auckland Pacific/Honolulu UTC
`
  .trim()
  .split(/\s+/);

/** The rest, in an order that puts no two neighbours of the alphabet after each other: they often share their rules. */
export const coldZones = (): readonly string[] => {
  const rest = Intl.supportedValuesOf("timeZone").filter((name) => !FLEET_ZONES.includes(name) && name !== ZONE_NAME);
  return rest.map((_, i) => rest[(i * STRIDE) % rest.length] as string);
};

/** A prime larger than the number of zones. */
const STRIDE = 1_009;
