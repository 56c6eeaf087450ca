import { EngineCommand, EngineCommandError, engineEnvironment } from "./engineCommand";
import { StackError } from "./errors";
import { openSettings, type StackSettings } from "./settings";
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
  try {
    const environment: NodeJS.ProcessEnv = { ...process.env, ...resolved.environment };
    environment["PULUMI_BACKEND_URL"] ||= settings.backendUrl ?? "";
    const engine = new EngineCommand(
      resolved.engine,
      settings.directory,
      engineEnvironment(resolved.engine, environment),
    );
    return await work(engine, settings);
  } catch (error) {
    if (error instanceof EngineCommandError) throw new StackError(stack, error.message);
    throw error;
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
 * @throws StackError when there is no such stack, or a provider cannot read
 */
export function exportActualState(query: StackQuery): Promise<unknown> {
  return withEngine(query, async (engine): Promise<unknown> => {
    const recorded = JSON.parse(await engine.run(["stack", "export", "--stack", query.stack])) as StackExport;
    const { steps } = JSON.parse(
      await engine.run(["refresh", "--preview-only", "--json", "--stack", query.stack]),
    ) as RefreshPreview;
    const found = new Map((steps ?? []).map((step) => [step.urn, step]));
    const resources = (recorded.deployment.resources ?? []).flatMap((resource) => {
      const step = found.get(resource.urn);
      if (step?.op === "delete") return [];
      return [step?.newState === undefined ? resource : { ...resource, ...step.newState }];
    });
    return { ...recorded, deployment: { ...recorded.deployment, resources } };
  });
}

interface StackExport {
  deployment: { resources?: { urn: string }[] };
}

/** What `pulumi refresh --preview-only --json` prints (pulumi/pkg/backend/display, PreviewDigest). */
interface RefreshPreview {
  steps?: { op: string; urn: string; newState?: { urn: string } }[];
}
