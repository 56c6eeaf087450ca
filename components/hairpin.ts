import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as fs from "node:fs";
import * as path from "node:path";
import { stdinFor } from "../verification/remoteScript";
import type { HostTask } from "../verification/hostTask";
import { localProgram } from "./localProgram";
import { Refusal } from "./refusal";
import type { RemoteWay } from "./remoteAccess";
import { connectionTo, type SshAccess } from "./sshAccess";
import { ssmHostOf, type SsmWay } from "./ssmAccess";

export interface HairpinArgs extends RemoteWay {
  /** The target's instance: a new one is set up even when it has the address of the old one. */
  instanceId: pulumi.Input<string>;
  /** Private IPv4 address of the target. */
  address: pulumi.Input<string>;
  /** Every address of the GWLB, one per AZ: with cross-zone load balancing each of them sends. */
  gatewayAddresses: pulumi.Input<string>[];
}

/**
 * A host that boots is dialled about every 5 s while it refuses (three minutes in all), or every 20 s while nothing
 * answers; the time limit is beyond both, so that a failure has its cause.
 */
const bootDials = 40;
const reachableWithin = "15m";
const laterDials = 10;
/** Package installation over a slow mirror takes minutes. */
const setUpSeconds = 900;
/** Seconds. An agent registers about a minute after boot; one that could not yet tries again after minutes. */
const onlineWithin = 900;

const script = fs.readFileSync(path.join(__dirname, "../hosts/hairpin.sh"), "utf8");

/**
 * Waits until the host is reachable, then applies `hosts/hairpin.sh`. Runs again when the script, the instance or a gateway
 * address changes; a run that finds nothing to do changes nothing.
 */
export class Hairpin extends pulumi.ComponentResource {
  /** The JSON line that the script ends with: what it changed, interface, addresses. */
  readonly result: pulumi.Output<string>;

  constructor(name: string, args: HairpinArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:Hairpin", name, {}, opts);
    const { access, ssm } = args;
    const options = pulumi
      .all(args.gatewayAddresses)
      .apply((all) => all.flatMap((each) => ["--gateway-address", each]));
    if (ssm !== undefined) this.result = this.bySsm(name, args, ssm, options);
    else if (access !== undefined) this.result = this.bySsh(name, args, access, options);
    else throw new Refusal(`Hairpin ${name}: expected ssm or access, got neither`, this);
    this.registerOutputs({ result: this.result });
  }

  private bySsh(
    name: string,
    { instanceId, address, known }: HairpinArgs,
    access: SshAccess,
    options: pulumi.Output<string[]>,
  ): pulumi.Output<string> {
    const reachable = new command.remote.Command(
      `${name}-reachable`,
      {
        connection: connectionTo(access, address, bootDials, known),
        create: "true",
        triggers: [instanceId],
        addPreviousOutputInEnv: false,
      },
      { parent: this, customTimeouts: { create: reachableWithin, update: reachableWithin } },
    );
    // The script comes by standard input: it is never in an argument list, and no quoting can go wrong. `timeout` ends
    // it there when the connection is lost: ending the command here would leave it running.
    const line = options.apply((all) => `sudo -n timeout ${setUpSeconds} sh -s -- ${all.join(" ")}`);
    const setUp = new command.remote.Command(
      name,
      {
        connection: connectionTo(access, address, laterDials, known),
        create: line,
        // A changed script or address is applied to the host as it is, which the script leaves running.
        update: line,
        stdin: stdinFor(script),
        triggers: [instanceId],
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        dependsOn: [reachable],
        customTimeouts: { create: `${setUpSeconds + 60}s`, update: `${setUpSeconds + 60}s` },
      },
    );
    // The connection's key is a secret, what the script says is none.
    return pulumi.unsecret(setUp.stdout);
  }

  /** A program of ours on this machine waits for the agent and runs the script: see `verification/runOnHost.ts`. */
  private bySsm(
    name: string,
    { instanceId }: HairpinArgs,
    ssm: SsmWay,
    options: pulumi.Output<string[]>,
  ): pulumi.Output<string> {
    const task = pulumi.all([ssmHostOf(ssm, instanceId), options]).apply(([host, gateways]): string => {
      const json: HostTask = {
        ...{ host, script, args: gateways },
        ...{ timeout: setUpSeconds, connectDeadline: onlineWithin },
      };
      return JSON.stringify(json);
    });
    const program = localProgram("verification/runOnHost");
    const seconds = `${onlineWithin + setUpSeconds + 180}s`;
    const setUp = new command.local.Command(
      name,
      {
        ...program,
        update: program.create,
        stdin: task,
        triggers: [instanceId],
        logging: command.local.Logging.Stderr,
        addPreviousOutputInEnv: false,
      },
      { parent: this, customTimeouts: { create: seconds, update: seconds } },
    );
    return setUp.stdout;
  }
}
