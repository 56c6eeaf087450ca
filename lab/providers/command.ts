import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { CommandInputs } from "./commandInputs";
import { checkCommand, commandInputs } from "./commandInputs";
import { CommandOutput } from "./commandOutput";
import { runLocal } from "./localCommand";
import type { Call, Difference, ProviderBackend } from "./providerBackend";
import type { ServedProvider, ServeOptions } from "./providerServer";
import { serveProvider } from "./providerServer";
import { runRemote } from "./remoteCommand";
import type { Properties, PropertyValue } from "./struct";
import { secret, UNKNOWN, withoutNulls } from "./struct";

/** What a command printed, as the resource's outputs. */
interface Printed {
  stdout: string;
  stderr: string;
}

/**
 * Serves a stand-in for the `command` provider (`command:local:Command` and `command:remote:Command` of
 * @pulumi/command 1.2.1) for machines that cannot have the real plugin.
 */
export function serveCommand(options: ServeOptions = {}): Promise<ServedProvider> {
  return serveProvider(commandProvider, options);
}

const commandProvider: ProviderBackend = {
  version: "1.2.1",
  configure: () => undefined,
  check(call, _olds, news) {
    const { inputs, failures } = checkCommand(call.type, withoutNulls(news));
    const { connection } = inputs;
    return { inputs: connection === undefined ? inputs : { ...inputs, connection: secret(connection) }, failures };
  },
  diff: (_call, _id, oldInputs, _oldOutputs, newInputs) => difference(oldInputs, newInputs),
  async create(call, inputs, preview) {
    if (preview) return { id: "", outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN } };
    const command = commandInputs(inputs);
    const nothing = { stdout: "", stderr: "" };
    const printed = command.create === undefined ? nothing : await run(call, command.create, command, nothing);
    return { id: `${call.name}${randomBytes(4).toString("hex")}`, outputs: { ...inputs, ...printed } };
  },
  // A command has no state outside of Pulumi's.
  read: (_call, id, inputs, outputs) => Promise.resolve({ id, inputs, outputs }),
  async update(call, _id, oldOutputs, newInputs, preview) {
    if (preview) return { outputs: { ...newInputs, stdout: UNKNOWN, stderr: UNKNOWN } };
    const command = commandInputs(newInputs);
    const script = command.update ?? command.create;
    const previous = printedBefore(oldOutputs);
    return {
      outputs: { ...newInputs, ...(script === undefined ? previous : await run(call, script, command, previous)) },
    };
  },
  async delete(call, _id, outputs) {
    const command = commandInputs(outputs);
    if (command.delete !== undefined) await run(call, command.delete, command, printedBefore(outputs));
  },
  invoke: (call) => Promise.reject(new Error(`the lab's command provider has no function ${call.type}`)),
};

async function run(call: Call, script: string, inputs: CommandInputs, previous: Printed): Promise<Printed> {
  const { log } = call.instance;
  const output = new CommandOutput(inputs.logging, (line) => log.write("info", line, call.urn, true));
  const runner = call.type === "command:local:Command" ? runLocal : runRemote;
  try {
    await runner(call, script, inputs, previousOutput(inputs, previous), output);
  } finally {
    await log.flushed();
  }
  return { stdout: output.text("stdout"), stderr: output.text("stderr") };
}

function previousOutput(inputs: CommandInputs, { stdout, stderr }: Printed): Record<string, string> {
  if (!inputs.addPreviousOutputInEnv) return {};
  return {
    ...(stdout === "" ? {} : { PULUMI_COMMAND_STDOUT: stdout }),
    ...(stderr === "" ? {} : { PULUMI_COMMAND_STDERR: stderr }),
  };
}

function printedBefore({ stdout, stderr }: Properties): Printed {
  return { stdout: typeof stdout === "string" ? stdout : "", stderr: typeof stderr === "string" ? stderr : "" };
}

/**
 * A change runs `update`, or `create` again where there is none. Only triggers that come or go as a whole replace: of a changed one the
 * real plugin looks for a property `triggers[0]` (pulumi-go-provider 1.3.0 infer/resource.go, `forceReplace`) and finds none.
 */
function difference(oldInputs: Properties, newInputs: Properties): Difference {
  const [olds, news] = [withoutNulls(oldInputs), withoutNulls(newInputs)];
  const same = (before: PropertyValue | undefined, after: PropertyValue | undefined): boolean =>
    isDeepStrictEqual(before, after);
  const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (key) => !key.startsWith("__") && !same(olds[key], news[key]),
  );
  return {
    changes: changed.length > 0,
    changed,
    replaces: changed.filter((key) => key === "triggers" && key in olds !== key in news),
    deleteBeforeReplace: false,
  };
}
