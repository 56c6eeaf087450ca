/** How the verification reaches hosts: by ssh or by SSM, which implement these two interfaces. */

export interface RunOptions {
  /** What the script reads on standard input; nothing by default. By SSM it stays in the account's history: no secrets. */
  stdin?: string;
  /** Seconds after which the script is ended, on the host too. */
  timeout: number;
  /** Ends the script, on the host too. */
  signal?: AbortSignal;
  /** Bytes of standard output at most. @default 1 MiB */
  longest?: number;
  /** Run as root, by sudo without a password. SSM's agent is root and runs everything so. */
  sudo: boolean;
}

/** How a command on a host ended. */
export interface RunResult {
  /** Standard output, UTF-8. */
  stdout: string;
  /** The end of standard error. */
  stderr: string;
  /** 0 to 255. */
  exitCode: number;
}

/** In what time a host ends what we have running there when it does not hear of us any more. */
export interface LeaseTerms {
  /** Seconds after which it is over when nobody renews it. */
  seconds: number;
  /** Seconds between two renewals. */
  every: number;
}

/** One host that can be worked on. */
export interface RemoteAccess {
  /** Absent where nothing can outlive us. */
  readonly lease?: LeaseTerms | undefined;
  /**
   * Runs a POSIX shell script. Nothing of it appears in a process's arguments but `args`.
   * @throws AccessError when it could not be run to its end; a script that fails is a result
   */
  run(script: string, args: string[], options: RunOptions): Promise<RunResult>;
  /** Ends the connection, if there is one. */
  close(): Promise<void>;
}

/** Why a host was not reached. */
export type AccessFailure =
  /** No connection before the deadline. */
  | "unreachable"
  | "host-key-differs"
  /** User or private key is not accepted, by the host or because it cannot be read. */
  | "authentication-refused"
  | "timeout"
  /** The connection ended while a script ran. */
  | "connection-lost"
  /** The script printed more than it may. */
  | "output-too-long"
  | "aborted";

/** A host that could not be reached, or a script that did not come to its end there. Names the host; holds no secret. */
export class AccessError extends Error {
  /** Always `AccessError`. */
  override readonly name = "AccessError";

  /** @param failure which kind of failure it is */
  constructor(
    readonly failure: AccessFailure,
    message: string,
  ) {
    super(message);
  }
}
