import { Clock } from "./core/clock";
import { Console } from "./console";
import { inputSpecs, tagsOfBoth, withDefaultTags } from "./core/defaultTags";
import { AwsError, IncompleteError, apiError, explain } from "./core/errors";
import { Ids } from "./core/ids";
import { checkInputs, defaultsKey, diffInputs, inputsFrom, withDefaults, type Diff, type Failure } from "./core/inputs";
import { managedInstance, type ManagedInstance } from "./ssm/managedInstance";
import type { Caller, CloudHooks, Context, Invoke, ResourceType } from "./core/model";
import { nameDefaults } from "./core/naming";
import { operations, type ModelledService } from "./operations/operations";
import { hasUnknown, optionalText, type Properties } from "./core/properties";
import { invokes, resourceTypes, seed } from "./registry";
import type { CloudSnapshot } from "./core/records";
import { State } from "./core/state";
import { storeTargetHealth, type TargetHealthReport } from "./elb/targetHealth";

export type { Caller, CloudHooks } from "./core/model";
export { AwsError, IncompleteError } from "./core/errors";
export { unknownValue } from "./core/properties";

export interface CloudOptions {
  /** 0: transitions are instant, 1: AWS's speed (the default), 0.02: fifty times faster. */
  clock?: { scale: number };
  /** The accounts that exist, by 12-digit id. */
  accounts: Record<string, { name: string }>;
  /** Ids are the same in every cloud with the same seed and the same order of calls; random when left out. */
  seed?: string;
}

export interface OperationOptions {
  /** Says what would be done and changes nothing; inputs may be unknown. */
  preview?: boolean;
  /** Ends waiting for a state. What was created stays. */
  signal?: AbortSignal;
}

/** AWS as a Pulumi program sees it: the resources of several accounts, with AWS's rules, errors and states in time. */
export class Cloud {
  readonly hooks: CloudHooks = {};
  /** What somebody with a console does, behind the program's back. */
  readonly edit: Console;
  private readonly state = new State();
  private readonly clock: Clock;
  private readonly ids: Ids;
  private readonly accounts: ReadonlySet<string>;
  private readonly listeners = new Set<() => void>();
  private waiting: (() => void)[] = [];

  constructor(options: CloudOptions) {
    const wrong = Object.keys(options.accounts).find((id) => !/^\d{12}$/.test(id));
    if (wrong !== undefined) throw new RangeError(`account id '${wrong}' is not 12 digits`);
    this.accounts = new Set(Object.keys(options.accounts));
    this.clock = new Clock(options.clock?.scale ?? 1);
    this.ids = new Ids(options.seed);
    seed(this.state.tables);
    this.edit = new Console((caller) => this.context(caller));
  }

  /** Tokens of the resource types that the model has. */
  static types(): readonly ResourceType[] {
    return [...resourceTypes.values()];
  }

  /** Functions that the model has. */
  static functions(): readonly Invoke[] {
    return [...invokes.values()];
  }

  /** Tokens of all that the model has. */
  tokens(): { resources: string[]; functions: string[] } {
    return { resources: [...resourceTypes.keys()], functions: [...invokes.keys()] };
  }

  /**
   * What the provider rejects before it calls anything: inputs that are unknown by name, missing, of the wrong type or out
   * of range. Returns the inputs with the names that Pulumi makes up.
   *
   * @throws AwsError for a type that the model does not have
   */
  check(
    caller: Caller,
    type: string,
    olds: Properties | undefined,
    news: Properties,
  ): { inputs: Properties; failures: Failure[] } {
    const definition = resourceType(type);
    const inputs = withDefaultTags(definition, caller, nameDefaults(definition, caller.urn, olds ?? {}, news));
    const failures = checkInputs(type, inputSpecs(definition), inputs);
    if (failures.length === 0) failures.push(...(definition.validate?.(inputs) ?? []));
    return { inputs, failures };
  }

  /** What a change of inputs means. Old outputs are not needed: the comparison is between what was and is asked for. */
  diff(type: string, _id: string, oldInputs: Properties, _oldOutputs: Properties, newInputs: Properties): Diff {
    const definition = resourceType(type);
    const diff = diffInputs(inputSpecs(definition), oldInputs, newInputs, definition.deleteBeforeReplace);
    const also = definition.alsoReplaces?.(diff.changed, newInputs) ?? [];
    return { ...diff, replaces: [...new Set([...diff.replaces, ...also])] };
  }

  /**
   * Resolves when the provider would: when the resource is in the state that it waits for. In a preview the id is empty and
   * the outputs are what is known.
   *
   * @throws AwsError as AWS gives it; IncompleteError when it exists but is not ready
   */
  async create(
    caller: Caller,
    type: string,
    inputs: Properties,
    options: OperationOptions = {},
  ): Promise<{ id: string; outputs: Properties }> {
    const definition = resourceType(type);
    const given = withDefaults(inputSpecs(definition), inputs);
    if (options.preview) return { id: "", outputs: { ...given, ...region(definition, caller, inputs) } };
    let created: string | undefined;
    const context: Context = {
      ...this.context(caller, inputs, options.signal),
      created: (id) => {
        created = id;
        this.state.remember(type, id, given, inputs[defaultsKey]);
      },
    };
    try {
      const id = await definition.create(context, given);
      context.created(id);
      return { id, outputs: this.outputs(context, definition, id) };
    } catch (error) {
      const explained = explain(`creating ${definition.label}`, error);
      if (created === undefined) throw explained;
      throw new IncompleteError(explained, { id: created, outputs: this.outputs(context, definition, created) });
    }
  }

  /**
   * For import and refresh.
   *
   * @param state - outputs as last known, empty for an import, whose id may have a form of its own; not needed for a resource's own id
   * @throws Error in the provider's words for an import's id of another form
   * @returns undefined when there is no such resource in this account and Region
   */
  read(
    caller: Caller,
    type: string,
    id: string,
    state?: Properties,
  ): Promise<{ id: string; inputs: Properties; outputs: Properties } | undefined> {
    const definition = resourceType(type);
    const context = this.context(caller, state ?? {});
    const isImport = state !== undefined && Object.keys(state).length === 0;
    const { importId } = definition;
    const own = isImport && importId !== undefined ? importId(context, id) : id;
    if (own === undefined || definition.read(context, own) === undefined) return Promise.resolve(undefined);
    const outputs = this.outputs(context, definition, own);
    const inputs = inputsFrom(inputSpecs(definition), outputs, this.state.inputsOf(type, own));
    // Which names were made up must survive a refresh, or the next check makes up new ones.
    const madeUp = this.state.madeUpOf(type, own);
    return Promise.resolve({
      id: own,
      inputs: madeUp === undefined ? inputs : { ...inputs, [defaultsKey]: madeUp },
      outputs,
    });
  }

  /** @throws AwsError as AWS gives it */
  async update(
    caller: Caller,
    type: string,
    id: string,
    oldOutputs: Properties,
    newInputs: Properties,
    options: OperationOptions = {},
  ): Promise<{ outputs: Properties }> {
    const definition = resourceType(type);
    const given = withDefaults(inputSpecs(definition), newInputs);
    if (options.preview) return { outputs: { ...oldOutputs, ...given } };
    const context = this.context(caller, oldOutputs, options.signal);
    try {
      if (definition.update === undefined) throw new TypeError(`${type} cannot be changed in place`);
      await definition.update(context, id, given);
      this.state.remember(type, id, given, newInputs[defaultsKey]);
      return { outputs: this.outputs(context, definition, id) };
    } catch (error) {
      throw explain(`updating ${definition.label} (${id})`, error);
    }
  }

  /** Resolves when it is gone. What is gone already is no error, as with the provider. */
  async delete(
    caller: Caller,
    type: string,
    id: string,
    outputs: Properties = {},
    options: Pick<OperationOptions, "signal"> = {},
  ): Promise<void> {
    const definition = resourceType(type);
    const context = this.context(caller, outputs, options.signal);
    if (definition.read(context, id) === undefined) return;
    try {
      await definition.delete(context, id);
      this.state.forget(type, id);
    } catch (error) {
      throw explain(`deleting ${definition.label} (${id})`, error);
    }
  }

  /**
   * Calls a function of @pulumi/aws.
   *
   * @throws AwsError as AWS or the provider gives it, or for a function or argument that the model does not have
   */
  invoke(caller: Caller, token: string, args: Properties): Promise<Properties> {
    return Promise.resolve().then(() => {
      const definition = invokes.get(token);
      if (definition === undefined) throw unmodelled("function", token, invokes.keys());
      const [failure] = checkInputs(token, definition.args, args);
      // Source: none, the model's own: the Node SDK and the bridge would not let it come this far.
      if (failure !== undefined) throw new AwsError("InvalidArgument", failure.reason);
      // Source: none, the model's own: the engine calls no function whose arguments are unknown.
      if (hasUnknown(args)) throw new AwsError("InvalidArgument", `${token}: an argument is not known yet`);
      const context = this.context(caller, args);
      return { ...definition.call(context, withDefaults(definition.args, args)) };
    });
  }

  /** A copy of everything that exists. */
  snapshot(): CloudSnapshot {
    return structuredClone(this.state.tables);
  }

  /**
   * An operation of AWS's API; undefined for one that the model does not have. Input and output are named as in AWS's model.
   * The answer does not wait for what begins with it.
   */
  operation(
    service: ModelledService,
    action: string,
  ): { takes: readonly string[]; call(caller: Caller, input: object): object } | undefined {
    const found = Object.hasOwn(operations[service], action) ? operations[service][action] : undefined;
    return (
      found && {
        takes: found.takes,
        call: ({ accountId, region }, input) =>
          structuredClone(found.run(this.context({ accountId, region }), structuredClone(input))),
      }
    );
  }

  /** An instance as a managed node of Systems Manager; undefined when there is none of that id in any account. */
  managedInstance(instanceId: string): ManagedInstance | undefined {
    return managedInstance(this.state, instanceId);
  }

  /** Calls the listener after every change, synchronously. Returns what ends it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** What the data plane found; kept for targets that are registered, others are ignored. Fires no change. */
  setTargetHealth(targetGroupArn: string, health: TargetHealthReport): void {
    storeTargetHealth(this.state, targetGroupArn, health);
  }

  /** As DescribeTargetHealth: every registered target, `initial` until something was reported. */
  targetHealth(targetGroupArn: string): TargetHealthReport {
    return structuredClone(this.state.health[targetGroupArn] ?? []);
  }

  private outputs(context: Context, definition: ResourceType, id: string): Properties {
    const found = definition.read(context, id) ?? {};
    const given = this.state.inputsOf(definition.token, id);
    const all = {
      ...given,
      ...region(definition, context.caller, {}),
      ...found,
      ...tagsOfBoth(definition, found, given),
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  }

  private context(caller: Caller, properties: Properties = {}, signal?: AbortSignal): Context {
    if (!this.accounts.has(caller.accountId)) {
      const text = `The security token included in the request is invalid (this cloud has no account ${caller.accountId})`;
      // Source: STS API, Common error types: InvalidClientTokenId; the part in brackets is the model's.
      throw apiError("STS", "GetCallerIdentity", "InvalidClientTokenId", text);
    }
    return {
      caller: { ...caller, region: optionalText(properties, "region") ?? caller.region },
      state: this.state,
      clock: this.clock,
      ids: this.ids,
      hooks: this.hooks,
      accounts: this.accounts,
      ...(signal && { signal }),
      created: () => undefined,
      changed: () => this.changed(),
      nextChange: () => new Promise((resolve) => this.waiting.push(resolve)),
    };
  }

  private changed(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
    for (const listener of [...this.listeners]) listener();
  }
}

function region(definition: ResourceType, caller: Caller, inputs: Properties): Properties {
  return definition.regional === false ? {} : { region: optionalText(inputs, "region") ?? caller.region };
}

function resourceType(token: string): ResourceType {
  const definition = resourceTypes.get(token);
  if (definition === undefined) throw unmodelled("resource type", token, resourceTypes.keys());
  return definition;
}

function unmodelled(kind: string, token: string, known: Iterable<string>): AwsError {
  // Source: none, the model's own limits.
  return new AwsError(
    "UnknownToken",
    `${kind} '${token}' is not in this model of AWS; it has ${[...known].join(", ")}`,
  );
}
