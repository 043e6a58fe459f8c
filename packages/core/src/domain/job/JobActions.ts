/** What a job does beside patches: actions before and after them (JOB-20). */

/** Where a script or file is: its bytes are named by their digest, and a script is signed by an author's own key. */
export interface ScriptReference {
  /** `sha256:…` of its bytes in the blob store. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** The author's key, and their signature of the digest. */
  readonly author: { readonly keyId: string; readonly signature: string };
}

export type JobAction =
  | {
      readonly _tag: "RunScript";
      readonly language: "powershell" | "shell" | "applescript";
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
