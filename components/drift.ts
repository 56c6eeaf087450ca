import * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { printableLine } from "../path/render/printable";
import { lastLine } from "../verification/hostOutput";
import type { HostTask } from "../verification/hostTask";
import type { RemoteHost } from "../path/proof/request";
import { HostRunner } from "./hostRunner";
import { lastOutputs, triggersIn } from "./ownState";

/** Seconds. A host that was set up answers within a few; where none can be reached a preview must not take long. */
const reachableWithin = 10;
const lookSeconds = 60;
/** Of `hosts/hairpin.sh`: something is in the way of the set-up, or a step of it would fail. */
const wouldFail = [1, 69];

/** Characters of what a host says. */
const longestQuote = 300;
const taskSchema = z.object({ args: z.array(z.string()) });
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
  // What reaches hosts takes as long to load as the rest of a preview: both at a time.
  void reading.then((last) => last !== undefined && HostRunner.get());
  const triggers = pulumi.all([instanceId, host, args]).apply(async ([id, remote, options]) => {
    const last = await reading;
    const [lastId, since] = triggersIn(last ?? {}) ?? [];
    // It is going to be set up anyway.
    if (lastId !== id) return [id];
    const asBefore = typeof since === "string" ? [id, since] : [id];
    // And so it is, by an update, with other arguments: that it is not yet as they say is nobody's doing.
    if (last !== undefined && !wasSetUpWith(options, last)) return asBefore;
    const different = await differenceOn(remote, script, options, (problem) =>
      pulumi.log.warn(`${command.name}: whether the host is as it was set up is not known: ${problem}`, resource),
    );
    if (different !== undefined) {
      await pulumi.log.info(
        `${command.name}: somebody has changed the host, it is set up again: ${different}`,
        resource,
      );
      return [id, new Date().toISOString()];
    }
    return asBefore;
  });
  // The host's key is a secret, these are none.
  return pulumi.unsecret(triggers);
}

/** By the command line with ssh, by the task with SSM; true where neither can be read. */
function wasSetUpWith(args: string[], { create, stdin }: Record<string, unknown>): boolean {
  if (typeof create === "string" && create.includes(" -- ")) return create.endsWith(` -- ${args.join(" ")}`);
  try {
    const { data } = taskSchema.safeParse(JSON.parse(String(stdin)));
    return data === undefined || isDeepStrictEqual(data.args, args);
  } catch {
    return true;
  }
}

/** What is not as it was set up; undefined where all is, or nothing can be told. */
async function differenceOn(
  host: RemoteHost,
  script: string,
  args: string[],
  unknown: (problem: string) => Promise<void>,
): Promise<string | undefined> {
  const task: HostTask = {
    host,
    script,
    args: [...args, "--check"],
    timeout: lookSeconds,
    connectDeadline: reachableWithin,
  };
  try {
    const { exitCode, stdout, stderr } = await HostRunner.get().run(task);
    if (wouldFail.includes(exitCode)) return quotable(lastLine(stderr));
    if (exitCode !== 0) throw new Error(stderr.trim() || `exit code ${exitCode}`);
    const { changes } = checkResult.parse(JSON.parse(lastLine(stdout)));
    return changes.length === 0 ? undefined : quotable(changes.join("; "));
  } catch (error) {
    await unknown(quotable(error instanceof Error ? error.message : String(error)));
    return undefined;
  }
}

/** As a message quotes it, which goes to a terminal. */
function quotable(text: string): string {
  return printableLine(text).slice(0, longestQuote);
}
