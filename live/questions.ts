/** Ends a question early. */
export interface Signal {
  abortSignal?: AbortSignal;
}

/** AWS could not be asked at all: no credentials, expired ones, no network. The message names whose, where and the action. */
export class LiveError extends Error {
  /** Always `LiveError`. */
  override readonly name = "LiveError";
}

/** EC2's, Elastic Load Balancing's and the common name of a refusal (EC2 API, "Error codes"; AWS APIs, "Common errors"). */
const refusals = new Set(["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"]);

/** An answer of an action that has pages: EC2's, Elastic Load Balancing's. */
interface Page {
  NextToken?: string | undefined;
  NextMarker?: string | undefined;
}

/** Asks one account in one Region, and remembers what was refused. */
export class Questions {
  readonly unread: string[] = [];

  constructor(
    private readonly source: string,
    private readonly options: Signal,
  ) {}

  /**
   * All pages of one action. @param action - as a policy names it: `ec2:DescribeVpcs`
   *
   * @returns undefined when it was refused
   * @throws LiveError
   */
  async all<Answer extends object, Item>(
    action: string,
    send: (token: string | undefined, options: Signal) => Promise<Answer>,
    itemsOf: (answer: Answer) => readonly Item[] | undefined,
  ): Promise<Item[] | undefined> {
    const items: Item[] = [];
    let token: string | undefined;
    try {
      do {
        const answer = await send(token, this.options);
        items.push(...(itemsOf(answer) ?? []));
        const { NextToken, NextMarker } = answer as Page;
        // EC2 ends with an absent token or an empty one.
        token = (NextToken ?? NextMarker) || undefined;
      } while (token !== undefined);
      return items;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const said = `${action}, ${this.source}: ${error.name}: ${error.message}`;
      if (!refusals.has(error.name)) throw new LiveError(said, { cause: error });
      if (!this.unread.some((each) => each.startsWith(`${action},`))) this.unread.push(said);
      return undefined;
    }
  }
}

type Told<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without what is undefined: AWS did not tell. */
export function told<T extends object>(all: T): Told<T> {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Told<T>;
}
