/** The parts of stored jobs, read back: when, how, with what beside, in which rings. */
import * as z from "zod";
import { occasions } from "../domain/job/JobNotifications.ts";
import { int, tagSet, text, texts } from "./StoredParts.ts";

export const wallTime = z.strictObject({ year: int, month: int, day: int, hour: int, minute: int, second: int });

const zoned = {
  zone: z.discriminatedUnion("_tag", [
    z.strictObject({ _tag: z.literal("Agent") }),
    z.strictObject({ _tag: z.literal("Fixed"), offsetMinutes: int }),
    z.strictObject({ _tag: z.literal("Named"), zone: text }),
  ]),
  resolution: z
    .strictObject({ gap: z.enum(["shift", "next-valid", "skip"]), overlap: z.enum(["earlier", "later"]) })
    .exactOptional(),
};

const weekday = z.literal([1, 2, 3, 4, 5, 6, 7]);
const every = { every: int };
const pattern = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("Daily"), ...every }),
  z.strictObject({ _tag: z.literal("Weekly"), ...every, weekdays: z.array(weekday) }),
  z.strictObject({ _tag: z.literal("MonthlyOnDay"), ...every, day: int }),
  z.strictObject({ _tag: z.literal("MonthlyOnLastDay"), ...every }),
  z.strictObject({
    _tag: z.literal("MonthlyOnWeekday"),
    ...every,
    nth: z.literal([1, 2, 3, 4, 5, "last"]),
    weekday,
    offsetDays: int,
  }),
]);

const end = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("Never") }),
  z.strictObject({ _tag: z.literal("Until"), at: wallTime }),
  z.strictObject({ _tag: z.literal("After"), count: int }),
]);

export const schedule = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("OnDemand") }),
  z.strictObject({ _tag: z.literal("Once"), at: wallTime, ...zoned }),
  z.strictObject({
    _tag: z.literal("Recurring"),
    rule: z.strictObject({ pattern, start: wallTime, end, except: texts }),
    ...zoned,
  }),
  z.strictObject({ _tag: z.literal("OnActivation") }),
  z.strictObject({ _tag: z.literal("AfterInactivity"), days: int }),
]);

export const window = z.strictObject({ minutes: int, bound: z.enum(["start", "complete"]).exactOptional() });

export const notifications = z.strictObject({ on: z.array(z.enum(occasions)), to: texts });

export const deferral = z.strictObject({ count: int, minutes: int });

const countdown = { countdownMinutes: int.nullable() };
export const reboot = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("Suppress") }),
  z.strictObject({
    _tag: z.literal("Request"),
    deferrals: deferral.nullable(),
    ...countdown,
    whenNobody: z.enum(["reboot", "countdown"]),
  }),
  z.strictObject({ _tag: z.literal("Automatic"), ...countdown }),
]);

const script = z.strictObject({
  digest: text,
  sizeBytes: int,
  author: z.strictObject({ keyId: text, signature: text }),
});
const limit = { timeLimitSeconds: int };
const action = z.discriminatedUnion("_tag", [
  z.strictObject({
    _tag: z.literal("RunScript"),
    language: z.enum(["powershell", "shell", "applescript"]),
    script,
    ...limit,
  }),
  z.strictObject({
    _tag: z.literal("InstallSoftware"),
    name: text,
    url: text,
    digest: text,
    detection: script.nullable(),
    ...limit,
  }),
  z.strictObject({ _tag: z.literal("UninstallSoftware"), name: text, ...limit }),
  z.strictObject({
    _tag: z.literal("ChangeRegistryKey"),
    key: text,
    value: text,
    type: z.enum(["string", "dword"]),
    data: z.union([text, int]),
    ...limit,
  }),
]);
export const actions = z.strictObject({ before: z.array(action), after: z.array(action) });

const members = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("Count"), assets: int }),
  z.strictObject({ _tag: z.literal("Percent"), percent: z.number() }),
  z.strictObject({ _tag: z.literal("Tags"), tags: tagSet }),
  z.strictObject({ _tag: z.literal("Rest") }),
]);
const promotion = z.strictObject({
  failedPercentMax: z.number(),
  silentPercentMax: z.number(),
  by: z.enum(["automatic", "manual"]),
});
export const rollout = z.strictObject({
  rings: z.array(z.strictObject({ name: text, members, soakDays: int.nullable(), promotion: promotion.nullable() })),
});
