import type { Clock } from "./clock";
import type { Ids } from "./ids";
import type { Failure, Inputs } from "./inputs";
import type { Properties } from "./properties";
import type { Instance } from "./records";
import type { State } from "./state";

/** Who calls, and where. */
export interface Caller {
  /** 12 digits. */
  accountId: string;
  region: string;
  /** Of its provider: tags that whatever it makes gets, too. */
  defaultTags?: Record<string, string>;
  /** URN of the resource, from whose name Pulumi makes up names that AWS needs. */
  urn?: string;
}

/** What the lab's lower layers do before the cloud says that something is ready. */
export interface CloudHooks {
  /** Awaited before an instance goes from pending to running. */
  instanceRunning?: (instance: Instance) => Promise<void>;
  /** Reboots a running instance; resolves when it has been told to. */
  instanceReboot?: (instanceId: string) => Promise<void>;
  /** Awaited before an endpoint is available, and before what routes and rules changed is reported as done. */
  settled?: () => Promise<void>;
}

/** What a resource type needs to act. */
export interface Context {
  /** With the Region of the resource, where it names one. */
  caller: Caller;
  state: State;
  clock: Clock;
  ids: Ids;
  hooks: CloudHooks;
  /** Account ids that exist. */
  accounts: ReadonlySet<string>;
  signal?: AbortSignal;
  /** To be called by a creation that goes on waiting: from here on the resource is there. */
  created: (id: string) => void;
  /** To be called after every change of a record. */
  changed: () => void;
  /** Resolves when something changes. */
  nextChange: () => Promise<void>;
}

/** A resource type of @pulumi/aws over AWS's API calls. */
export interface ResourceType {
  /** As `aws:ec2/vpc:Vpc`. */
  token: string;
  /** What the provider calls it in errors, as `EC2 Subnet`. */
  label: string;
  inputs: Inputs;
  /** False for IAM, which is global and whose resources have no `region`. */
  regional?: boolean;
  deleteBeforeReplace?: boolean;
  /** What the provider rejects before it calls anything. Values may be unknown. */
  validate?: (inputs: Properties) => Failure[];
  /** Further inputs whose change, together with others, means a new resource. */
  alsoReplaces?: (changed: string[], news: Properties) => string[];
  /** Inputs with defaults. Resolves with the id when the provider's create would return. */
  create: (context: Context, inputs: Properties) => Promise<string> | string;
  /** Outputs, without what was merely given; undefined when it does not exist. */
  read: (context: Context, id: string) => Properties | undefined;
  /**
   * Where an import takes another id than the resource's own: translates it; undefined when there is no such thing.
   * Throws an Error in the provider's words for one of another form.
   */
  importId?: (context: Context, id: string) => string | undefined;
  /**
   * Brings everything that can be changed in place to what the inputs say, also what was not changed by the program: it
   * may have been changed behind its back.
   */
  update?: (context: Context, id: string, inputs: Properties) => Promise<void> | void;
  delete: (context: Context, id: string) => Promise<void> | void;
}

/** A function of @pulumi/aws (`aws.ec2.getX`). */
export interface Invoke {
  /** As `aws:ec2/getNetworkInterface:getNetworkInterface`. */
  token: string;
  args: Inputs;
  call: (context: Context, args: Properties) => Properties;
}
