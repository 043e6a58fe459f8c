/**
 * What a job may carry beside its critical parts (JOB-15), and on which platforms. The table says it once: the guard of
 * drafts and the documentation come from it.
 */
import * as Rejection from "../shared/Rejection.ts";

/** What a logged-in user is shown. */
export interface JobMessage {
  readonly title: string;
  readonly description: string;
}

/** Shown before patches are deployed, while, and after. */
export interface JobMessages {
  readonly before: JobMessage | null;
  readonly progress: JobMessage | null;
  readonly completion: JobMessage | null;
}

/** JOB-29. */
export interface Deferral {
  readonly count: number;
  readonly minutes: number;
}

export const noMessages: JobMessages = { before: null, progress: null, completion: null };

interface Option {
  readonly platforms: readonly ("Windows" | "Linux" | "Mac")[];
  readonly description: string;
}

const EVERYWHERE = ["Windows", "Linux", "Mac"] as const;
// Where a job's packages are installed with somebody at the screen.
const ATTENDED = ["Windows", "Mac"] as const;

/** Every option, with the platforms that have it. */
export const options = {
  "messages.before": { platforms: ATTENDED, description: "a message before deployment" },
  "messages.progress": { platforms: ATTENDED, description: "a message while patches are deployed" },
  "messages.completion": { platforms: ATTENDED, description: "a message when it is done" },
  deferral: { platforms: ATTENDED, description: "users who put off the start" },
  reboot: { platforms: EVERYWHERE, description: "whether assets reboot" },
  continueOnFailure: { platforms: EVERYWHERE, description: "going on with the other patches when one fails" },
  opportunisticDownload: { platforms: EVERYWHERE, description: "fetching files before the start" },
  window: { platforms: EVERYWHERE, description: "a window that the start, or all of it, must lie in" },
  actions: { platforms: EVERYWHERE, description: "actions before and after the patches" },
  rollout: { platforms: EVERYWHERE, description: "rings, one after the other" },
  completion: { platforms: EVERYWHERE, description: "when a run-once job is Completed" },
  overlap: { platforms: EVERYWHERE, description: "a later run that waits for an earlier one, or skips" },
  catchUp: { platforms: EVERYWHERE, description: "runs that were missed" },
  onDrift: { platforms: EVERYWHERE, description: "a plan that has drifted by its run" },
  dynamicTitle: { platforms: EVERYWHERE, description: "runs whose title tells their time" },
  notifications: { platforms: EVERYWHERE, description: "subscribers of the host app who are told of runs" },
  coAuthors: { platforms: EVERYWHERE, description: "users who may change it beside its owner" },
} as const satisfies { readonly [id: string]: Option };

export type JobOption = keyof typeof options;

/** Longest title and description of a message, in characters. */
export const MESSAGE_TITLE_CHARACTERS_MAX = 256;
export const MESSAGE_CHARACTERS_MAX = 4_096;

const kinds = ["before", "progress", "completion"] as const;

interface Optioned {
  readonly platform: "Windows" | "Linux" | "Mac";
  readonly messages?: JobMessages;
  readonly deferral?: Deferral;
}

/** What is wrong with the options: one that the platform doesn't have, or a message that is too long. */
export const problems = (draft: Optioned): readonly Rejection.Rejection[] => [
  ...kinds.flatMap((kind) => messageProblems(draft, kind)),
  ...(draft.deferral === undefined ? [] : elsewhere("deferral", draft.platform)),
];

const messageProblems = (
  { platform, messages = noMessages }: Optioned,
  kind: (typeof kinds)[number],
): readonly Rejection.Rejection[] => {
  const message = messages[kind];
  if (message === null) return [];
  const path = `messages.${kind}` as const;
  const missing = elsewhere(path, platform);
  if (missing.length > 0) return missing;
  return [
    ...tooLong(message.title, MESSAGE_TITLE_CHARACTERS_MAX, `${path}.title`),
    ...tooLong(message.description, MESSAGE_CHARACTERS_MAX, `${path}.description`),
  ];
};

const elsewhere = (option: JobOption, platform: Optioned["platform"]): readonly Rejection.Rejection[] => {
  const { platforms, description }: Option = options[option];
  if (platforms.includes(platform)) return [];
  return [refuse(`${platform} jobs don't have ${description}; ${platforms.join(" and ")} jobs do`, option)];
};

/** Something that is probably not meant, though it may be saved. */
export interface Warning {
  readonly rule: string;
  readonly message: string;
  readonly path: string;
}

/** A message without its description, or the reverse. */
export const warnings = ({ messages = noMessages }: Pick<Optioned, "messages">): readonly Warning[] =>
  kinds.flatMap((kind) => {
    const message = messages[kind];
    if (message === null) return [];
    const [hasTitle, hasDescription] = [message.title.trim() !== "", message.description.trim() !== ""];
    if (hasTitle && hasDescription) return [];
    const lacks = hasTitle ? "description" : "title";
    const what = hasTitle || hasDescription ? `a message without its ${lacks}` : "an empty message";
    return [{ rule: "JOB-15", message: what, path: `messages.${kind}.${lacks}` }];
  });

const refuse = (message: string, path: string) => Rejection.make("JOB-15", "invalid", message, path);

const tooLong = (text: string, max: number, path: string): readonly Rejection.Rejection[] =>
  text.length > max ? [refuse(`at most ${max} characters`, path)] : [];
