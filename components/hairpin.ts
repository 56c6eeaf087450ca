import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as fs from "node:fs";
import * as path from "node:path";
import { stdinFor } from "../verification/remoteScript";
import { connectionTo, type SshAccess } from "./sshAccess";

export interface HairpinArgs {
  /** The target's instance: a new one is set up even when it has the address of the old one. */
  instanceId: pulumi.Input<string>;
  /** Private IPv4 address of the target. */
  address: pulumi.Input<string>;
  /** How it is reached. */
  access: SshAccess;
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

const hairpinScript = stdinFor(fs.readFileSync(path.join(__dirname, "../hosts/hairpin.sh"), "utf8"));

/**
 * Waits until the host is reachable, then applies `hosts/hairpin.sh`. Runs again when the script, the instance or a gateway
 * address changes; a run that finds nothing to do changes nothing.
 */
export class Hairpin extends pulumi.ComponentResource {
  /** The JSON line that the script ends with: what it changed, interface, addresses. */
  readonly result: pulumi.Output<string>;

  constructor(name: string, args: HairpinArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:Hairpin", name, {}, opts);
    const reachable = new command.remote.Command(
      `${name}-reachable`,
      {
        connection: connectionTo(args.access, args.address, bootDials),
        create: "true",
        triggers: [args.instanceId],
        addPreviousOutputInEnv: false,
      },
      { parent: this, customTimeouts: { create: reachableWithin, update: reachableWithin } },
    );
    const options = pulumi
      .all(args.gatewayAddresses)
      .apply((all) => all.map((each) => `--gateway-address ${each}`).join(" "));
    // The script comes by standard input: it is never in an argument list, and no quoting can go wrong. `timeout` ends
    // it there when the connection is lost: ending the command here would leave it running.
    const script = pulumi.interpolate`sudo -n timeout ${setUpSeconds} sh -s -- ${options}`;
    const setUp = new command.remote.Command(
      name,
      {
        connection: connectionTo(args.access, args.address, laterDials),
        create: script,
        // A changed script or address is applied to the host as it is, which the script leaves running.
        update: script,
        stdin: hairpinScript,
        triggers: [args.instanceId],
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        dependsOn: [reachable],
        customTimeouts: { create: `${setUpSeconds + 60}s`, update: `${setUpSeconds + 60}s` },
      },
    );
    // The connection's key is a secret, what the script says is none.
    this.result = pulumi.unsecret(setUp.stdout);
    this.registerOutputs({ result: this.result });
  }
}
