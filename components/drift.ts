import * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { printableLine } from "../path/render/printable";
import { lastLine } from "../verification/hostOutput";
import type { HostTask } from "../verification/hostTask";
import type { RemoteHost, SsmHost } from "../path/proof/request";
import { HostRunner } from "./hostRunner";
import { lastOutputs, triggersIn } from "./ownState";

/** Seconds. A host that was set up answers within a few; where none can be reached a preview must not take long. */
const reachableWithin = 10;
const lookSeconds = 60;
/** Of `hosts/hairpin.sh`: something is in the way of the set-up, or a step of it would fail. */
const wouldFail = [1, 69];

/** Characters of what a host says. */
const longestQuote = 300;
/** Only what is an SSM host's can be read of a state. */
const taskSchema = z.object({
  host: z.custom<SsmHost>((host) => typeof host === "object" && host !== null && "instanceId" in host).optional(),
  script: z.string().optional(),
  args: z.array(z.string()),
});
type LastTask = z.infer<typeof taskSchema>;
const checkResult = z.object({ changes: z.array(z.string()) });

export interface SetUp {
  /** Type and name of the command in the stack's state. */
  command: { type: string; name: string };
  instanceId: pulumi.Input<string>;
  host: pulumi.Input<RemoteHost>;
  script: string;
  /** The script's arguments; it knows `--check`, too. */
  args: pulumi.Input<string[]>;
}

/**
 * Triggers of the command that sets up a host: its instance, and since when it has been set up again, which is the time of this run
 * where the host is no longer as it was set up. A host that was set up by this stack is looked at in previews, too, which changes
 * nothing; of one that cannot be looked at nothing is known, and it is left as it is.
 */
export function setUpTriggers(setUp: SetUp, resource: pulumi.Resource): pulumi.Output<string[]> {
  const { command, instanceId, host, args, script } = setUp;
  const reading = lastOutputs(command.type, command.name);
  // A look takes as long as the rest of a preview, which changes nothing: it begins at once, at what was set up then.
  const early = pulumi.runtime.isDryRun() ? reading.then((last) => last && lookAgain(last)) : undefined;
  const triggers = pulumi.all([instanceId, host, args]).apply(async ([id, remote, options]) => {
    const last = await reading;
    const [lastId, since] = triggersIn(last ?? {}) ?? [];
    // It is going to be set up anyway.
    if (lastId !== id) return [id];
    const asBefore = typeof since === "string" ? [id, since] : [id];
    // And so it is, by an update, with other arguments: that it is not yet as they say is nobody's doing.
    if (last !== undefined && !wasSetUpWith(options, last)) return asBefore;
    const task = lookTask(remote, script, options);
    const begun = await early;
    const { difference, problem } = await (begun !== undefined && isDeepStrictEqual(begun.task, task)
      ? begun.looking
      : lookAt(task));
    if (problem !== undefined) {
      await pulumi.log.warn(
        `${command.name}: whether the host is as it was set up is not known: ${quotable(problem)}`,
        resource,
      );
    }
    if (difference === undefined) return asBefore;
    await pulumi.log.info(
      `${command.name}: somebody has changed the host, it is set up again: ${quotable(difference)}`,
      resource,
    );
    return [id, new Date().toISOString()];
  });
  // The host's key is a secret, these are none.
  return pulumi.unsecret(triggers);
}

/** What the host was set up with; undefined with ssh, where it is a secret. */
function lastTask({ stdin }: Record<string, unknown>): LastTask | undefined {
  try {
    return taskSchema.safeParse(JSON.parse(String(stdin))).data;
  } catch {
    return undefined;
  }
}

/** By the command line with ssh, by the task with SSM; true where neither can be read. */
function wasSetUpWith(args: string[], last: Record<string, unknown>): boolean {
  const { create } = last;
  if (typeof create === "string" && create.includes(" -- ")) return create.endsWith(` -- ${args.join(" ")}`);
  const task = lastTask(last);
  return task === undefined || isDeepStrictEqual(task.args, args);
}

/** The look at what a host was set up with; undefined with ssh. */
function lookAgain(last: Record<string, unknown>): { task: HostTask; looking: Promise<Look> } | undefined {
  const { host, script, args } = lastTask(last) ?? {};
  if (host === undefined || script === undefined || args === undefined) return undefined;
  const task = lookTask(host, script, args);
  return { task, looking: lookAt(task) };
}

function lookTask(host: RemoteHost, script: string, args: string[]): HostTask {
  return { host, script, args: [...args, "--check"], timeout: lookSeconds, connectDeadline: reachableWithin };
}

interface Look {
  /** What is not as it was set up; absent where all is, or nothing can be told. */
  difference?: string;
  /** Why nothing can be told. */
  problem?: string;
}

async function lookAt(task: HostTask): Promise<Look> {
  try {
    const { exitCode, stdout, stderr } = await HostRunner.get().run(task);
    if (wouldFail.includes(exitCode)) return { difference: lastLine(stderr) };
    if (exitCode !== 0) return { problem: stderr.trim() || `exit code ${exitCode}` };
    const { changes } = checkResult.parse(JSON.parse(lastLine(stdout)));
    return changes.length === 0 ? {} : { difference: changes.join("; ") };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** As a message quotes it, which goes to a terminal. */
function quotable(text: string): string {
  return printableLine(text).slice(0, longestQuote);
}
