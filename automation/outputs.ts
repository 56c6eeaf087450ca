import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { EngineCommand, EngineCommandError, engineEnvironment } from "./engineCommand";
import { StackError } from "./errors";
import { openSettings, type StackSettings } from "./settings";
import { orDamage, UnloadableStateError } from "./stateDamage";
import { checkStackName, resolveWorkspace, type StackSelection, type Workspace } from "./workspace";

export interface StackQuery {
  workspace?: Workspace;
  /** Stack name, as `system-tokyo`. */
  stack: string;
}

/**
 * Runs engine commands on a stack, without its program.
 * @param program the stack if its program is to run afterwards: its settings must exist, and count as they are now
 */
export async function withEngine<T>(
  { workspace, stack }: StackQuery,
  work: (engine: EngineCommand, settings: StackSettings) => Promise<T>,
  program?: StackSelection,
): Promise<T> {
  checkStackName(stack);
  const resolved = resolveWorkspace(workspace);
  const settings = openSettings(resolved, program ?? { name: stack }, program !== undefined);
  const environment: NodeJS.ProcessEnv = { ...process.env, ...resolved.environment };
  environment["PULUMI_BACKEND_URL"] ||= settings.backendUrl ?? "";
  const engine = new EngineCommand(
    resolved.engine,
    settings.directory,
    engineEnvironment(resolved.engine, environment),
  );
  try {
    return await work(engine, settings);
  } catch (error) {
    if (error instanceof UnloadableStateError) throw new StackError(stack, error.message);
    if (!(error instanceof EngineCommandError)) throw error;
    throw new StackError(stack, (await orDamage(error, engine, settings.project, stack)).message);
  } finally {
    settings.close();
  }
}

/** Every output of a deployed stack; secret ones read `[secret]`. @throws StackError when there is no such stack */
export function outputs(query: StackQuery): Promise<Record<string, unknown>> {
  return withEngine(query, async (engine) => {
    const text = await engine.run(["stack", "output", "--json", "--stack", query.stack]);
    return JSON.parse(text) as Record<string, unknown>;
  });
}

/** One output of a deployed stack, also a secret one; undefined when the stack has none of that name. */
export function readOutput(query: StackQuery & { name: string }): Promise<unknown> {
  return withEngine(query, async (engine) => {
    const text = await engine.run(["stack", "output", "--json", "--show-secrets", "--stack", query.stack]);
    return (JSON.parse(text) as Record<string, unknown>)[query.name];
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
export function exportActualState(query: StackQuery, recorded: unknown): Promise<unknown> {
  return withEngine(query, async (engine): Promise<unknown> => {
    const { deployment, ...rest } = recorded as StackExport;
    const found = await refreshPreview(engine, query.stack);
    const resources = (deployment.resources ?? []).flatMap((resource) => {
      const { op, new: now } = found.get(resource.urn) ?? { op: "same" };
      if (op === "delete") return [];
      return [now === undefined || now === null ? resource : { ...resource, inputs: now.inputs, outputs: now.outputs }];
    });
    return { ...rest, deployment: { ...deployment, resources } };
  });
}

interface StackExport {
  deployment: { resources?: { urn: string }[] };
}

/** Of pulumi/sdk/go/common/apitype, StepEventMetadata. */
interface Step {
  op: string;
  urn: string;
  new?: { inputs?: Record<string, unknown>; outputs?: Record<string, unknown> } | null;
}

/** What a refresh would find, by URN. The engine's JSON leaves out what changed in outputs alone; its events do not. */
async function refreshPreview(engine: EngineCommand, stack: string): Promise<Map<string, Step>> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "gwlb-inspection-refresh-"));
  const log = path.join(directory, "events");
  try {
    const args = ["refresh", "--preview-only", "--stack", stack, "--event-log", log];
    // The engine knows this option only where debugging is asked for; Pulumi's own SDK does just that.
    await engine.run(args, "", { PULUMI_DEBUG_COMMANDS: "true" });
    const steps = fs
      .readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .flatMap(
        (line) => (JSON.parse(line) as { resOutputsEvent?: { metadata: Step } }).resOutputsEvent?.metadata ?? [],
      );
    return new Map(steps.map((step) => [step.urn, step]));
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}
