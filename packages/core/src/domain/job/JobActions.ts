/**
 * What a job does beside patches: actions before and after them (JOB-20). Which kinds and languages a platform has is one
 * table; what a script's end means is `ScriptExit`'s, which agents share.
 */
import { Script } from "@fettle/agent-protocol/vocabulary";
import type { Platform } from "../shared/Platform.ts";
import * as Rejection from "../shared/Rejection.ts";

/** Where a script or file is: its bytes are named by their digest, and a script is signed by an author's own key. */
export interface ScriptReference {
  /** `sha256:…` of its bytes: the id under which it is saved, `jobs.saveScript`. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** The fingerprint of the author's key, and their signature of it as `AuthoredScript` has it, language and bytes. */
  readonly author: { readonly keyId: string; readonly signature: string };
}

export const languages = Script.languages;
export type ScriptLanguage = Script.ScriptLanguage;

export type JobAction =
  | {
      readonly _tag: "RunScript";
      readonly language: ScriptLanguage;
      readonly script: ScriptReference;
    }
  | {
      readonly _tag: "InstallSoftware";
      readonly name: string;
      readonly url: string;
      readonly digest: string;
      /** Tells that it is installed already. */
      readonly detection: ScriptReference | null;
    }
  | { readonly _tag: "UninstallSoftware"; readonly name: string }
  | {
      readonly _tag: "ChangeRegistryKey";
      readonly key: string;
      readonly value: string;
      readonly type: "string" | "dword";
      readonly data: string | number;
    };

/** An action with how long it may take. */
export type TimedAction = JobAction & { readonly timeLimitSeconds: number };

export interface JobActions {
  readonly before: readonly TimedAction[];
  readonly after: readonly TimedAction[];
}

/** An action as it is drafted; without a time limit it gets {@link TIME_LIMIT_SECONDS_DEFAULT}. */
export type ActionDraft = JobAction & { readonly timeLimitSeconds?: number };

export interface ActionsDraft {
  readonly before: readonly ActionDraft[];
  readonly after: readonly ActionDraft[];
}

/** Most actions before the patches, and as many after them. */
export const ACTIONS_MAX = 5;

/** Largest script, in bytes: 20 KB. */
export const SCRIPT_BYTES_MAX = Script.BYTES_MAX;

/** How long an action may take, in seconds. */
export const TIME_LIMIT_SECONDS_MIN = 1;
export const TIME_LIMIT_SECONDS_MAX = 3_600;
export const TIME_LIMIT_SECONDS_DEFAULT = 120;

/** Longest name of software, registry key or value, and address, in characters. */
export const NAME_CHARACTERS_MAX = 256;
export const KEY_CHARACTERS_MAX = 255;
export const TEXT_CHARACTERS_MAX = 2_048;

const DWORD_MAX = 0xffff_ffff;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
// An Ed25519 signature, base64url; the name of its key.
const SIGNATURE = /^[A-Za-z0-9_-]{86}$/;
const KEY_ID = /^[\x21-\x7e]{1,128}$/;
const HIVE = /^(HKEY_LOCAL_MACHINE|HKEY_CURRENT_USER|HKEY_CLASSES_ROOT|HKEY_USERS|HKLM|HKCU|HKCR|HKU)\\[^\\]/;

interface PlatformActions {
  readonly kinds: readonly JobAction["_tag"][];
  readonly languages: readonly ScriptLanguage[];
}

/** What each platform has. */
export const byPlatform: { readonly [P in Platform]: PlatformActions } = {
  Windows: {
    kinds: ["RunScript", "InstallSoftware", "UninstallSoftware", "ChangeRegistryKey"],
    languages: ["powershell"],
  },
  Linux: { kinds: ["RunScript"], languages: ["shell"] },
  Mac: { kinds: ["RunScript"], languages: ["shell", "applescript"] },
};

/** Whether there is anything to do. */
export const areSome = (actions: ActionsDraft | undefined): boolean =>
  actions !== undefined && actions.before.length + actions.after.length > 0;

/** What carries actions, with every time limit filled in. */
export const filledIn = <A extends { readonly actions?: ActionsDraft }>(
  draft: A,
): Omit<A, "actions"> & { readonly actions?: JobActions } => {
  const { actions, ...rest } = draft;
  if (actions === undefined) return rest;
  return { ...rest, actions: { before: actions.before.map(timed), after: actions.after.map(timed) } };
};

/** Everything that is wrong with the actions, each with its place. */
export const problems = (actions: ActionsDraft | undefined, platform: Platform): readonly Rejection.Rejection[] => {
  if (actions === undefined) return [];
  return (["before", "after"] as const).flatMap((when) => {
    const list = actions[when];
    const path = `actions.${when}`;
    return [
      ...(list.length > ACTIONS_MAX ? [refuse(`at most ${ACTIONS_MAX} actions ${when} the patches`, path)] : []),
      ...list.flatMap((action, i) => actionProblems(action, platform, `${path}.${i}`)),
    ];
  });
};

const timed = (action: ActionDraft): TimedAction => ({
  ...action,
  timeLimitSeconds: action.timeLimitSeconds ?? TIME_LIMIT_SECONDS_DEFAULT,
});

const actionProblems = (action: ActionDraft, platform: Platform, path: string): readonly Rejection.Rejection[] => {
  const has = byPlatform[platform];
  if (!has.kinds.includes(action._tag)) {
    const message = `${platform} jobs have ${has.kinds.join(", ")}, and no ${action._tag}`;
    return [refuse(message, path)];
  }
  const { timeLimitSeconds: limit = TIME_LIMIT_SECONDS_DEFAULT } = action;
  const isInTime = Number.isInteger(limit) && limit >= TIME_LIMIT_SECONDS_MIN && limit <= TIME_LIMIT_SECONDS_MAX;
  const bounds = `a time limit of ${TIME_LIMIT_SECONDS_MIN}–${TIME_LIMIT_SECONDS_MAX} seconds`;
  return [...(isInTime ? [] : [refuse(bounds, `${path}.timeLimitSeconds`)]), ...ownProblems(action, has, path)];
};

const ownProblems = (action: ActionDraft, has: PlatformActions, path: string): readonly Rejection.Rejection[] => {
  switch (action._tag) {
    case "RunScript":
      return [
        ...unless(
          has.languages.includes(action.language),
          `a script in ${has.languages.join(" or ")}`,
          `${path}.language`,
        ),
        ...scriptProblems(action.script, `${path}.script`),
      ];
    case "InstallSoftware":
      return [
        ...nameProblems(action.name, `${path}.name`),
        ...unless(isWebAddress(action.url), "an http or https address without user name or password", `${path}.url`),
        ...digestProblems(action.digest, `${path}.digest`),
        ...(action.detection === null ? [] : scriptProblems(action.detection, `${path}.detection`)),
      ];
    case "UninstallSoftware":
      return nameProblems(action.name, `${path}.name`);
    case "ChangeRegistryKey":
      return registryProblems(action, path);
  }
};

const scriptProblems = (script: ScriptReference, path: string): readonly Rejection.Rejection[] => {
  const { digest, sizeBytes, author } = script;
  const fits = Number.isInteger(sizeBytes) && sizeBytes >= 1 && sizeBytes <= SCRIPT_BYTES_MAX;
  return [
    ...digestProblems(digest, `${path}.digest`),
    ...unless(fits, `a script of 1–${SCRIPT_BYTES_MAX} bytes`, `${path}.sizeBytes`),
    ...unless(KEY_ID.test(author.keyId), "the author's key has 1–128 printable characters", `${path}.author.keyId`),
    ...unless(SIGNATURE.test(author.signature), "an Ed25519 signature in base64url", `${path}.author.signature`),
  ];
};

type RegistryChange = Extract<ActionDraft, { readonly _tag: "ChangeRegistryKey" }>;

const registryProblems = (action: RegistryChange, path: string): readonly Rejection.Rejection[] => {
  const { key, value, type, data } = action;
  const isKey = key.length <= KEY_CHARACTERS_MAX && HIVE.test(key);
  const isDword = typeof data === "number" && Number.isInteger(data) && data >= 0 && data <= DWORD_MAX;
  const isText = typeof data === "string" && data.length <= TEXT_CHARACTERS_MAX;
  const wanted = type === "dword" ? `a whole number of 0–${DWORD_MAX}` : `at most ${TEXT_CHARACTERS_MAX} characters`;
  return [
    ...unless(isKey, `a key below a hive, of at most ${KEY_CHARACTERS_MAX} characters`, `${path}.key`),
    ...unless(value.length <= NAME_CHARACTERS_MAX, `at most ${NAME_CHARACTERS_MAX} characters`, `${path}.value`),
    ...unless(type === "dword" ? isDword : isText, wanted, `${path}.data`),
  ];
};

const nameProblems = (name: string, path: string): readonly Rejection.Rejection[] => {
  const isName = name.trim() !== "" && name.length <= NAME_CHARACTERS_MAX;
  return unless(isName, `a name of 1–${NAME_CHARACTERS_MAX} characters`, path);
};

const digestProblems = (digest: string, path: string): readonly Rejection.Rejection[] =>
  unless(DIGEST.test(digest), "a digest is sha256: and 64 small hexadecimal digits", path);

const isWebAddress = (text: string): boolean => {
  if (text.length > TEXT_CHARACTERS_MAX || !URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "" && hostname !== "";
};

const unless = (isSound: boolean, message: string, path: string): readonly Rejection.Rejection[] =>
  isSound ? [] : [refuse(message, path)];

const refuse = (message: string, path: string): Rejection.Rejection =>
  Rejection.make("JOB-20", "invalid", message, path);
