// One run of the engine over the tests' program: its own process, as Pulumi's SDK keeps state in its modules.
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import type { Settings } from "./program";
import { program } from "./program";

export interface Run {
  operation: "up" | "preview" | "refresh" | "destroy";
  workDirectory: string;
  settings: Settings;
}

export interface Done {
  outputs: Record<string, unknown>;
  /** `create hub`, `replace hub`, …; what stays the same is left out. */
  steps: string[];
  diagnostics: { message: string; ephemeral: boolean; urn: string }[];
  error?: string;
}

async function main({ operation, workDirectory, settings }: Run): Promise<Done> {
  const stop = new AbortController();
  // Not `once`: tsx ends a process that has no listener left when it looks.
  process.on("SIGINT", () => stop.abort());
  const stack = await LocalWorkspace.createOrSelectStack(
    { projectName: "providers", stackName: "tests", program: () => Promise.resolve(program(settings)) },
    { workDir: workDirectory },
  );
  const done: Done = { outputs: {}, steps: [], diagnostics: [] };
  const onEvent = (event: EngineEvent): void => {
    const step = (event.resourcePreEvent ?? undefined)?.metadata;
    if (step !== undefined && !["same", "read", "refresh"].includes(step.op)) {
      done.steps.push(`${step.op} ${step.urn.split("::").slice(3).join("::")} ${step.type}`);
    }
    const { diagnosticEvent } = event;
    if (diagnosticEvent !== undefined && String(diagnosticEvent.severity) !== "debug") {
      const { message, ephemeral, urn } = diagnosticEvent;
      done.diagnostics.push({ message, ephemeral: ephemeral ?? false, urn: urn ?? "" });
      process.stderr.write(message);
    }
  };
  const options = { onEvent, signal: stop.signal };
  try {
    if (operation === "refresh") await stack.refresh(options);
    else if (operation === "destroy") await stack.destroy(options);
    else if (operation === "preview") await stack.preview(options);
    else {
      const { outputs } = await stack.up(options);
      for (const [name, { value }] of Object.entries(outputs)) done.outputs[name] = value as unknown;
    }
  } catch (error) {
    done.error = error instanceof Error ? error.message : String(error);
  }
  return done;
}

let input = "";
process.stdin.on("data", (chunk: Buffer) => (input += chunk.toString()));
process.stdin.on("end", () => {
  void main(JSON.parse(input) as Run).then((done) => process.stdout.write(`${JSON.stringify(done)}\n`));
});
