import type * as pulumi from "@pulumi/pulumi";
import type { Caller, Cloud } from "../cloud/cloud";
import { optionalText, type Properties } from "../cloud/core/properties";
import { accountOf } from "../providers/account";
import { providerInputs, secretNames, withSecrets } from "./values";

/** Outputs of a stack that the program refers to. */
export interface ReferencedStack {
  outputs: Properties;
  /** Outputs that are secret. */
  secretNames?: string[];
}

/** What the engine tells a program of its own stack's state. */
export interface DeployedStack {
  outputs: Properties;
  /** Type and outputs of each resource, by URN. */
  resources: Record<string, { type: string; outputs: Properties }>;
}

export interface CloudMockOptions {
  /** By what the program calls the stack in its StackReference. A stack that is not here does not exist. */
  stacks?: Record<string, ReferencedStack>;
  /** What the program's own stack is before this run. @default never deployed */
  deployed?: DeployedStack;
  /** Outputs of `command` resources; `stdout` and `stderr` are empty where it says nothing. */
  command?: (registration: Registration) => Properties;
  /** Says what would be done: nothing is created in the cloud, and what AWS would choose is unknown. */
  preview?: boolean;
}

/** A resource that the program registered. */
export interface Registration {
  type: string;
  name: string;
  /** As the program gave them, before defaults; secrets in clear, unknown values as the protocol's sentinel. */
  inputs: Properties;
  /** Names of the inputs that hold a secret. */
  secrets: string[];
  custom: boolean;
  /** Empty for components, and in a preview. */
  id: string;
  /** Where an aws resource was put. */
  caller?: Caller;
  /** Name of the explicit provider. */
  provider?: string;
  /** URN of the parent; known when the mocks were started with `startMocks`. */
  parent?: string;
  /** URNs of what it waits for, by `dependsOn` or by its inputs; known as `parent` is. */
  dependencies: string[];
}

/** A function that the program called. */
export interface Call {
  token: string;
  args: Properties;
  caller?: Caller;
}

/** What the mock monitor knows of a registration and Pulumi's mocks are not told. */
export interface Surroundings {
  parent?: string;
  dependencies: string[];
}

/** An error of a registration or a call. The Node SDK reports them, but not in a form that a test can rely on. */
export interface MockFailure {
  what: string;
  error: Error;
}

interface MockProvider {
  name: string;
  config: Record<string, string>;
}

/** The engine's own functions, the first of them behind StackReference (pulumi/pkg/resource/deploy/builtins.go). */
const readStackOutputs = "pulumi:pulumi:readStackOutputs";
const readStackResourceOutputs = "pulumi:pulumi:readStackResourceOutputs";

/** Pulumi's mocks, answered by the cloud model: a unit test fails for the reason that AWS would give. */
export class CloudMocks implements pulumi.runtime.Mocks {
  readonly registrations: Registration[] = [];
  readonly calls: Call[] = [];
  readonly failures: MockFailure[] = [];
  /** Set right before a registration by who knows. */
  surroundings: Surroundings | undefined;
  /** `ORGANIZATION/PROJECT/STACK` of the run. */
  ownStack: string | undefined;
  private readonly providers = new Map<string, MockProvider>();

  constructor(
    private readonly cloud: Cloud,
    readonly options: CloudMockOptions,
  ) {}

  async newResource(args: pulumi.runtime.MockResourceArgs): Promise<pulumi.runtime.MockResourceResult> {
    const surroundings = this.surroundings ?? { dependencies: [] };
    this.surroundings = undefined;
    const given = args.inputs as Properties;
    const registration: Registration = {
      type: args.type,
      name: args.name,
      inputs: providerInputs(given),
      secrets: secretNames(given),
      custom: args.custom ?? true,
      id: "",
      ...surroundings,
    };
    this.registrations.push(registration);
    try {
      const { id, outputs } = await this.register(registration, args);
      registration.id = id;
      return { id: id === "" ? undefined : id, state: withSecrets(outputs, registration.secrets) };
    } catch (error) {
      throw this.failed(`${args.type} ${args.name}`, error);
    }
  }

  async call(args: pulumi.runtime.MockCallArgs): Promise<pulumi.runtime.MockCallResult> {
    const inputs = providerInputs(args.inputs);
    const call: Call = { token: args.token, args: inputs };
    this.calls.push(call);
    try {
      // A function of the engine itself.
      if (args.token === readStackOutputs) return this.readStack(optionalText(inputs, "name") ?? "");
      if (args.token === readStackResourceOutputs) return { outputs: this.options.deployed?.resources ?? {} };
      call.caller = this.callerFor(args.token, args.provider);
      const result = await this.cloud.invoke(call.caller, args.token, inputs);
      // Sensitive in the real provider, so a secret.
      return args.token === "aws:ssm/getParameter:getParameter" ? withSecrets(result, ["value"]) : result;
    } catch (error) {
      throw this.failed(args.token, error);
    }
  }

  /** The only registration of that type and name. */
  find(type: string, name: string): Registration {
    const [first, ...more] = this.registrations.filter((other) => other.type === type && other.name === name);
    if (first === undefined) throw new Error(`no ${type} '${name}' was registered`);
    if (more.length > 0) throw new Error(`${more.length + 1} of ${type} '${name}' were registered`);
    return first;
  }

  private async register(
    registration: Registration,
    args: pulumi.runtime.MockResourceArgs,
  ): Promise<{ id: string; outputs: Properties }> {
    const { type, name, inputs } = registration;
    if (!registration.custom) return { id: "", outputs: inputs };
    if (type === "pulumi:pulumi:StackReference") return this.stackReference(optionalText(inputs, "name") ?? name);
    if (type.startsWith("pulumi:providers:")) {
      const id = `${name}-${this.providers.size}`;
      // The arguments of a provider are strings; lists and objects are JSON.
      const config = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, String(value)]));
      this.providers.set(id, { name, config });
      return { id, outputs: inputs };
    }
    if (type.startsWith("command:")) return this.command(registration);
    registration.caller = this.callerFor(`${type} '${name}'`, args.provider);
    const provider = this.providerOf(args.provider);
    if (provider !== undefined) registration.provider = provider.name;
    return this.aws(registration, registration.caller, args.id);
  }

  private async aws(
    registration: Registration,
    caller: Caller,
    existing: string | undefined,
  ): Promise<{ id: string; outputs: Properties }> {
    const { type, name } = registration;
    const called = { ...caller, urn: `urn:pulumi:stack::project::${type}::${name}` };
    if (existing) {
      const found = await this.cloud.read(called, type, existing);
      if (found === undefined) throw new Error(`resource '${existing}' does not exist`);
      return found;
    }
    const { inputs, failures } = this.cloud.check(called, type, undefined, registration.inputs);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
    return this.cloud.create(called, type, inputs, { preview: this.options.preview ?? false });
  }

  private readStack(name: string): Properties {
    if (name !== this.ownStack) return this.stackReference(name).outputs;
    return { name, outputs: this.options.deployed?.outputs ?? {} };
  }

  private stackReference(name: string): { id: string; outputs: Properties } {
    const stack = this.options.stacks?.[name];
    // The engine's words.
    if (stack === undefined) throw new Error(`unknown stack "${name}"`);
    const outputs = { name, outputs: stack.outputs, secretOutputNames: stack.secretNames ?? [] };
    return { id: name, outputs };
  }

  private command(registration: Registration): { id: string; outputs: Properties } {
    if (this.options.preview) return { id: "", outputs: registration.inputs };
    if (this.options.command === undefined) {
      throw new Error(`${registration.type} '${registration.name}': these mocks were given no 'command' function`);
    }
    const outputs = { stdout: "", stderr: "", ...registration.inputs, ...this.options.command(registration) };
    return { id: `command-${registration.name}`, outputs };
  }

  private providerOf(reference: string | undefined): MockProvider | undefined {
    return this.providers.get((reference ?? "").split("::").at(-1) ?? "");
  }

  private callerFor(what: string, reference: string | undefined): Caller {
    const provider = this.providerOf(reference);
    // Default providers are disabled in this program; an invoke without a parent would fall into this trap, too.
    if (provider === undefined) {
      throw new Error(`${what} has no explicit provider: default providers are disabled for package aws`);
    }
    return accountOf(provider.config);
  }

  /** Errors carry `details`, or the Node SDK would lose the message of those that a call throws. */
  private failed(what: string, error: unknown): Error {
    const failure = error instanceof Error ? error : new Error(String(error));
    this.failures.push({ what, error: failure });
    return Object.assign(new Error(failure.message), { cause: failure, code: 2, details: failure.message });
  }
}

/** Mocks whose resources are this cloud's. Its clock should have scale 0. */
export function cloudMocks(cloud: Cloud, options: CloudMockOptions = {}): CloudMocks {
  return new CloudMocks(cloud, options);
}
