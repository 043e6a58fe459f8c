/**
 * Changes of clocks to test around, one of every kind: an hour, half an hour, at midnight, over midnight, a whole day, the other
 * way round in winter, two hours, for Ramadan, for good. `MinuteWalker.test.ts` shows that each is one.
 */
export type Change = {
  readonly zone: string;
  /** The first instant with the new time. */
  readonly at: string;
  /** How far the clocks jump, in minutes. */
  readonly by: number;
};

export const CHANGES: readonly Change[] = [
  { zone: "America/New_York", at: "2026-03-08T07:00:00Z", by: 60 },
  { zone: "America/New_York", at: "2026-11-01T06:00:00Z", by: -60 },
  { zone: "Europe/Paris", at: "2027-03-28T01:00:00Z", by: 60 },
  { zone: "Europe/Paris", at: "2027-10-31T01:00:00Z", by: -60 },
  { zone: "Australia/Lord_Howe", at: "2026-10-03T15:30:00Z", by: 30 },
  { zone: "Australia/Lord_Howe", at: "2026-04-04T15:00:00Z", by: -30 },
  { zone: "Pacific/Apia", at: "2011-12-30T10:00:00Z", by: 1440 },
  { zone: "America/Sao_Paulo", at: "2018-11-04T03:00:00Z", by: 60 },
  { zone: "America/Sao_Paulo", at: "2019-02-17T02:00:00Z", by: -60 },
  { zone: "Africa/Cairo", at: "2024-04-25T22:00:00Z", by: 60 },
  { zone: "Africa/Cairo", at: "2024-10-31T21:00:00Z", by: -60 },
  { zone: "Africa/Casablanca", at: "2024-03-10T02:00:00Z", by: -60 },
  { zone: "Africa/Casablanca", at: "2024-04-14T02:00:00Z", by: 60 },
  { zone: "Europe/Dublin", at: "2026-10-25T01:00:00Z", by: -60 },
  { zone: "Antarctica/Troll", at: "2026-03-29T01:00:00Z", by: 120 },
  { zone: "Antarctica/Troll", at: "2026-10-25T01:00:00Z", by: -120 },
  { zone: "America/Scoresbysund", at: "2024-10-27T01:00:00Z", by: -60 },
  { zone: "Pacific/Chatham", at: "2026-09-26T14:00:00Z", by: 60 },
  { zone: "Asia/Pyongyang", at: "2018-05-04T15:00:00Z", by: 30 },
  { zone: "Asia/Kathmandu", at: "1985-12-31T18:30:00Z", by: 15 },
];
