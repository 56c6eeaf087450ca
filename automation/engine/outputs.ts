import type { OutputMap, OutputValue, Stack, StepEventMetadata } from "@pulumi/pulumi/automation";
import { automationSdk, EngineCommand, EngineCommandError, engineEnvironment } from "./engineCommand";
import { StackError } from "../errors";
import { openSettings, type StackSettings } from "./settings";
import { orDamage, UnloadableStateError } from "./stateDamage";
import {
  checkStackName,
  resolveWorkspace,
  type ResolvedWorkspace,
  type StackSelection,
  type Workspace,
} from "./workspace";

/** One stack to be read. */
export interface StackQuery {
  /** Where the program, its settings and its state are. @default this package's folder, with the state where plain `pulumi` has it */
  workspace?: Workspace;
  /** Stack name, as `system-tokyo`. */
  stack: string;
  /** Stops the engine at once, whatever it waits for. */
  killSignal?: AbortSignal;
}

/** The engine for one stack, in the folder of its settings. */
export function openEngine(
  workspace: ResolvedWorkspace,
  settings: StackSettings,
  killSignal?: AbortSignal,
): EngineCommand {
  const environment: NodeJS.ProcessEnv = { ...process.env, ...workspace.environment };
  environment["PULUMI_BACKEND_URL"] ||= settings.backendUrl ?? "";
  return new EngineCommand(
    workspace.engine,
    settings.directory,
    engineEnvironment(workspace.engine, environment),
    killSignal,
  );
}

/** A stack that exists, as Pulumi's SDK has it. */
export async function openStack(engine: EngineCommand, name: string): Promise<Stack> {
  const { LocalWorkspace, Stack: Opened } = automationSdk();
  const workspace = await LocalWorkspace.create({
    workDir: engine.directory,
    pulumiCommand: await engine.pulumiCommand(),
  });
  // Every command names its stack; selecting one would change what the user's own `pulumi` works on.
  workspace.selectStack = () => Promise.resolve();
  return Opened.select(name, workspace);
}

/**
 * Runs engine commands on a stack, without its program.
 * @param program the stack if its program is to run afterwards: its settings must exist, and count as they are now
 */
export async function withEngine<T>(
  { workspace, stack, killSignal }: StackQuery,
  work: (engine: EngineCommand, settings: StackSettings) => Promise<T>,
  program?: StackSelection,
): Promise<T> {
  checkStackName(stack);
  const resolved = resolveWorkspace(workspace);
  const settings = openSettings(resolved, program ?? { name: stack }, program !== undefined);
  const engine = openEngine(resolved, settings, killSignal);
  try {
    return await work(engine, settings);
  } catch (error) {
    if (error instanceof UnloadableStateError) throw new StackError(stack, error.message);
    if (!(error instanceof EngineCommandError)) throw error;
    throw new StackError(stack, (await orDamage(error, engine, settings.project, stack)).message);
  }
}

/** What the engine writes in place of a secret output. */
const hidden = "[secret]";

/** Every output of a stack; of secret ones no more than that they are. */
export async function shownOutputs(engine: EngineCommand, stack: string): Promise<OutputMap> {
  const found = JSON.parse(await engine.run(["stack", "output", "--json", "--stack", stack])) as Record<
    string,
    unknown
  >;
  return Object.fromEntries(
    Object.entries(found).map(([name, value]): [string, OutputValue] => [name, { value, secret: value === hidden }]),
  );
}

/** Every output of a deployed stack; secret ones read `[secret]`. @throws StackError when there is no such stack */
export function outputs(query: StackQuery): Promise<Record<string, unknown>> {
  return withEngine(query, async (engine) => {
    const found = Object.entries(await shownOutputs(engine, query.stack));
    return Object.fromEntries(found.map(([name, { value }]): [string, unknown] => [name, value]));
  });
}

/** One output of a deployed stack, also a secret one; undefined when the stack has none of that name. */
export function readOutput(query: StackQuery & { name: string }): Promise<unknown> {
  return withEngine(query, async (engine): Promise<unknown> => {
    const all = await engine.run(["stack", "output", "--json", "--show-secrets", "--stack", query.stack]);
    return (JSON.parse(all) as Record<string, unknown>)[query.name];
  });
}

/**
 * What `pulumi stack export` writes of a deployed stack: every resource's state, secrets encrypted.
 *
 * @throws StackError when there is no such stack
 */
export function exportState(query: StackQuery): Promise<unknown> {
  return withEngine(query, async (engine): Promise<unknown> => {
    return JSON.parse(await engine.run(["stack", "export", "--stack", query.stack]));
  });
}

/**
 * As `exportState`, but with what the providers find now in place of what the state remembers; what does not exist any
 * more is left out. Needs credentials to read all accounts; changes nothing, the state neither.
 *
 * @param recorded what `exportState` gave
 * @throws StackError when there is no such stack, or a provider cannot read
 */
export function exportActualState(query: StackQuery, recorded: unknown, target?: string[]): Promise<unknown> {
  return withEngine(query, async (engine): Promise<unknown> => {
    const { deployment, ...rest } = recorded as StackExport;
    const found = new Map<string, StepEventMetadata>();
    await (
      await openStack(engine, query.stack)
    ).previewRefresh({
      ...(target && { target }),
      onEvent: ({ resOutputsEvent }) => {
        if (resOutputsEvent) found.set(resOutputsEvent.metadata.urn, resOutputsEvent.metadata);
      },
    });
    const resources = (deployment.resources ?? []).flatMap((resource) => {
      const step = found.get(resource.urn);
      if (step?.op === "delete") return [];
      return [step?.new ? { ...resource, inputs: step.new.inputs, outputs: step.new.outputs } : resource];
    });
    return { ...rest, deployment: { ...deployment, resources } };
  });
}

interface StackExport {
  deployment: { resources?: { urn: string }[] };
}
