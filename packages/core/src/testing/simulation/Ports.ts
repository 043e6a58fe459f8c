/** Wrappers around ports: counted, mortal, mingled with others' calls. */
import * as Effect from "effect/Effect";
import { SimulatedCrash } from "./SimulatedOs.ts";

/** Hears of each call, by the port's name and the method's. */
export type Count = (port: string, method: string) => void;

type Call = (...args: readonly unknown[]) => Effect.Effect<unknown, unknown>;

/** The same port with every call told. */
export const counted = <T extends object>(name: string, port: T, count: Count): T =>
  wrapped(port, (method, call) => (...args) => {
    count(name, method);
    return call(...args);
  });

/** Every call may be the last of whoever makes it: they die just before it, or just after it took effect. */
export const mortal = <T extends object>(port: T, crash: () => boolean): T =>
  wrapped(
    port,
    (method, call) =>
      (...args) =>
        Effect.suspend(() => {
          if (crash()) throw new SimulatedCrash(`before ${method}`);
          return Effect.map(call(...args), (value) => {
            if (crash()) throw new SimulatedCrash(`after ${method}`);
            return value;
          });
        }),
  );

/** Before a call, others may go on. */
export const mingled = <T extends object>(port: T, yields: () => boolean): T =>
  wrapped(
    port,
    (_, call) =>
      (...args) =>
        Effect.suspend(() => (yields() ? Effect.andThen(Effect.yieldNow, () => call(...args)) : call(...args))),
  );

const wrapped = <T extends object>(port: T, around: (method: string, call: Call) => Call): T =>
  Object.fromEntries(
    Object.entries(port).map(([method, member]) => [
      method,
      typeof member === "function" ? around(method, member as Call) : member,
    ]),
  ) as T;
