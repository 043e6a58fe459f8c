import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ServerSession } from "../../src/index.ts";
import { runs } from "../Runs.ts";
import { digest } from "../Samples.ts";

const request = (sequence: number, body = sequence, epoch = 1) => ({ epoch, sequence, bodyDigest: digest(body) });

interface Told {
  readonly session: ServerSession.ServerSession;
  readonly accepted: readonly ReturnType<typeof request>[];
}

/** Lets a session hear requests, as a control plane does: only a fresh one is stored. */
const hear = (session: ServerSession.ServerSession, requests: readonly ReturnType<typeof request>[]): Told =>
  requests.reduce<Told>(
    (told, r) => {
      const verdict = ServerSession.judge(told.session, r);
      return verdict._tag === "Fresh" ? { session: verdict.next, accepted: [...told.accepted, r] } : told;
    },
    { session, accepted: [] },
  );

const anyRequests = fc.array(
  fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 3 }), fc.constantFrom(1, 1, 1, 1, 0, 2)).map((r) => request(...r)),
  { maxLength: 40 },
);

describe("ServerSession.judge", () => {
  const start = ServerSession.start(1, 5);

  it.each([
    ["the next number", request(6), "Fresh"],
    ["a number after a gap", request(1_000), "Fresh"],
    ["the number that provisioning used", request(5), "already-used"],
    ["a lower number", request(4), "already-used"],
    ["an earlier epoch", request(6, 6, 0), "other-epoch"],
    ["a later epoch", request(6, 6, 2), "other-epoch"],
  ])("T2: after provisioning, %s is %s", (_, r, expected) => {
    const verdict = ServerSession.judge(start, r);
    expect(verdict._tag === "Refused" ? verdict.reason : verdict._tag).toBe(expected);
  });

  it("T2: the last request again is a repetition; its number with another body is refused", () => {
    const { session } = hear(start, [request(6, 60)]);
    expect(ServerSession.judge(session, request(6, 60))).toEqual({ _tag: "Repeated" });
    expect(ServerSession.judge(session, request(6, 61))).toEqual({ _tag: "Refused", reason: "already-used" });
    expect(ServerSession.judge(session, request(6, 60, 2))).toEqual({ _tag: "Refused", reason: "other-epoch" });
  });

  it("T2: only the last request may be repeated", () => {
    const { session } = hear(start, [request(6), request(7)]);
    expect(ServerSession.judge(session, request(6))).toEqual({ _tag: "Refused", reason: "already-used" });
  });

  it("T2: replaying any run of accepted requests, in any order, changes nothing", () => {
    fc.assert(
      fc.property(anyRequests, fc.array(fc.nat({ max: 60 }), { maxLength: 60 }), (requests, picks) => {
        const { session, accepted } = hear(start, requests);
        for (let prefix = 0; prefix <= accepted.length; prefix += 1) {
          expect(hear(session, accepted.slice(0, prefix)).session).toEqual(session);
        }
        const shuffled = picks.flatMap((pick) => accepted.slice(pick % 7, (pick % 7) + 1));
        expect(hear(session, shuffled)).toEqual({ session, accepted: [] });
      }),
      runs(300),
    );
  });

  it("T2: the sequence only grows, the epoch stays, and each number is accepted once at most", () => {
    fc.assert(
      fc.property(anyRequests, (requests) => {
        const { session, accepted } = hear(start, requests);
        const numbers = [start.lastSequence, ...accepted.map((r) => r.sequence)];
        expect(numbers.every((n, i) => i === 0 || n > (numbers[i - 1] ?? n))).toBe(true);
        expect(session.lastSequence).toBe(numbers.at(-1));
        expect(session.epoch).toBe(1);
        expect(accepted.every((r) => r.epoch === 1)).toBe(true);
        // Nothing that was due was turned away: the accepted ones are the record highs of this epoch.
        const highs = requests.filter(
          (r, i) =>
            r.epoch === 1 &&
            r.sequence > Math.max(5, ...requests.slice(0, i).flatMap((p) => (p.epoch === 1 ? [p.sequence] : []))),
        );
        expect(accepted).toEqual(highs);
      }),
      runs(300),
    );
  });
});
