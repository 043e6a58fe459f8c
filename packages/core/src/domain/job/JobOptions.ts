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
  reboot: { platforms: EVERYWHERE, description: "whether assets reboot" },
  continueOnFailure: { platforms: EVERYWHERE, description: "going on with the other patches when one fails" },
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
}

/** What is wrong with the options: one that the platform doesn't have, or a message that is too long. */
export const problems = ({ platform, messages = noMessages }: Optioned): readonly Rejection.Rejection[] =>
  kinds.flatMap((kind) => {
    const message = messages[kind];
    if (message === null) return [];
    const path = `messages.${kind}` as const;
    const { platforms, description } = options[path];
    if (!platforms.some((p) => p === platform)) {
      return [refuse(`${platform} jobs don't have ${description}; ${platforms.join(" and ")} jobs do`, path)];
    }
    return [
      ...tooLong(message.title, MESSAGE_TITLE_CHARACTERS_MAX, `${path}.title`),
      ...tooLong(message.description, MESSAGE_CHARACTERS_MAX, `${path}.description`),
    ];
  });

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
