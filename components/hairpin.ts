import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  defaultHealthCheck,
  setUpProblem,
  wholeHealthCheck,
  type HealthCheck,
  type HealthCheckSettings,
} from "../path/net/healthCheck";
import { stdinFor } from "../verification/remoteScript";
import type { HostTask } from "../verification/hostTask";
import type { RemoteHost } from "../path/proof/request";
import { setUpTriggers } from "./drift";
import { localProgram } from "./localProgram";
import { Refusal } from "./refusal";
import { remoteHostOf, type HostAccess } from "./remoteAccess";
import { connectionTo } from "./sshAccess";

/** The host that is set up as a target, and the GWLB whose packets it turns round. */
export interface HairpinArgs {
  /** How the target is reached. */
  access: HostAccess;
  /** The target's instance: a new one is set up even when it has the address of the old one. */
  instanceId: pulumi.Input<string>;
  /** Private IPv4 address of the target. */
  privateIp: pulumi.Input<string>;
  /** Every address of the GWLB, one per AZ: with cross-zone load balancing each of them sends. */
  gatewayAddresses: pulumi.Input<string>[];
  /** What it answers; HTTPS it cannot. @default that of `HealthCheckSettings` */
  healthCheck?: HealthCheckSettings;
}

/** The command that sets up a host, by either way. */
type SetUpCommand = Pick<command.local.Command, "stdout" | "triggers">;

/**
 * Seconds that a host may take until it answers by ssh, and its bastion before it, and that either may refuse us once it answers: users
 * and keys come while it boots.
 */
const answersWithin = 300;
const refusesAtMost = 60;
/** The plugin's own attempts, on a host that is known to let us in. */
const dials = 10;
/** Seconds for the log-in and the sudo that are tried. */
const trialSeconds = 60;
/** Package installation over a slow mirror takes minutes. */
const setUpSeconds = 900;
/** Seconds. An agent registers about a minute after boot; one that could not yet tries again after minutes. */
const onlineWithin = 900;

const script = fs.readFileSync(path.join(__dirname, "../hosts/hairpin.sh"), "utf8");

/**
 * Waits until the host is reachable, then applies `hosts/hairpin.sh`. Runs again when the script, the instance, a gateway
 * address or the health check changes, and when somebody has changed the host; a run that finds nothing to do changes nothing.
 */
export class Hairpin extends pulumi.ComponentResource {
  /** The JSON line that the script ends with: what it changed, interface, addresses. */
  readonly result: pulumi.Output<string>;
  /** Since when the host is set up again, which somebody had changed: ISO 8601; undefined as long as nobody has. */
  readonly repairedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: HairpinArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:Hairpin", name, {}, opts);
    const health = healthOptions(wholeHealthCheck(args.healthCheck), (problem) => {
      throw new Refusal(`Hairpin ${name}: ${problem}`, this);
    });
    const options = pulumi
      .all([args.privateIp, pulumi.all(args.gatewayAddresses)])
      .apply(([own, all]) => ["--address", own, ...all.flatMap((each) => ["--gateway-address", each]), ...health]);
    const { access, instanceId, privateIp } = args;
    const type = access.by === "ssm" ? "command:local:Command" : "command:remote:Command";
    const host = remoteHostOf(access, args);
    const triggers = setUpTriggers({ command: { type, name }, instanceId, host, script, args: options }, this);
    const setUp =
      access.by === "ssm"
        ? this.bySsm(name, host, triggers, options)
        : this.bySsh(name, connectionTo(access, privateIp, dials), host, triggers, options);
    // With ssh the connection's key is a secret, what the script says is none.
    this.result = pulumi.unsecret(setUp.stdout);
    this.repairedAt = pulumi.unsecret(setUp.triggers).apply((triggers) => triggers?.[1] as string | undefined);
    this.registerOutputs({ result: this.result });
  }

  private bySsh(
    name: string,
    connection: command.types.input.remote.ConnectionArgs,
    host: pulumi.Output<RemoteHost>,
    triggers: pulumi.Output<string[]>,
    options: pulumi.Output<string[]>,
  ): SetUpCommand {
    // The script comes by standard input: it is never in an argument list, and no quoting can go wrong. `timeout` ends
    // it there when the connection is lost: ending the command here would leave it running.
    const line = options.apply((all) => `sudo -n timeout ${setUpSeconds} sh -s -- ${all.join(" ")}`);
    const trial = host.apply((host) =>
      taskFor({
        host,
        script: "true",
        args: [],
        timeout: trialSeconds,
        connectDeadline: answersWithin,
        refusalDeadline: refusesAtMost,
      }),
    );
    const setUpHash = line.apply((text) => createHash("sha256").update(text).update(script).digest("hex"));
    // By a program of ours: behind a proxy the plugin never recovers from a handshake that failed, and loses its cause
    // (pulumi-command 1.2.1 remote/connection.go). It runs whenever the plugin is going to dial.
    const reachable = this.runHere(`${name}-reachable`, trial, {
      triggers: pulumi.all([triggers, setUpHash]).apply(([[id = "", ...since], hash]) => [id, hash, ...since]),
      seconds: 2 * answersWithin + 2 * refusesAtMost + trialSeconds,
    });
    return new command.remote.Command(
      name,
      {
        connection,
        create: line,
        // A changed script or address is applied to the host as it is, which the script leaves running.
        update: line,
        stdin: stdinFor(script),
        triggers,
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        dependsOn: [reachable],
        customTimeouts: { create: `${setUpSeconds + 60}s`, update: `${setUpSeconds + 60}s` },
      },
    );
  }

  /** The same program waits for the agent and runs the script. */
  private bySsm(
    name: string,
    host: pulumi.Output<RemoteHost>,
    triggers: pulumi.Output<string[]>,
    options: pulumi.Output<string[]>,
  ): SetUpCommand {
    const task = pulumi
      .all([host, options])
      .apply(([host, args]) => taskFor({ host, script, args, timeout: setUpSeconds, connectDeadline: onlineWithin }));
    return this.runHere(name, task, { triggers, seconds: onlineWithin + setUpSeconds + 180 });
  }

  /** A program of ours on this machine, which runs a script on the host: see `verification/runOnHost.ts`. */
  private runHere(
    name: string,
    task: pulumi.Output<string>,
    { triggers, seconds }: { triggers: pulumi.Input<string[]>; seconds: number },
  ): command.local.Command {
    const program = localProgram("verification/runOnHost");
    return new command.local.Command(
      name,
      {
        ...program,
        update: program.create,
        stdin: task,
        triggers,
        logging: command.local.Logging.Stderr,
        addPreviousOutputInEnv: false,
      },
      { parent: this, customTimeouts: { create: `${seconds}s`, update: `${seconds}s` } },
    );
  }
}

function taskFor(task: HostTask): string {
  return JSON.stringify(task);
}

/** What hosts/hairpin.sh is to answer health checks with: a plain web server, which has no certificate. */
function healthOptions({ protocol, port, path }: HealthCheck, refuse: (problem: string) => never): string[] {
  const problem = setUpProblem({ protocol, path });
  if (problem !== undefined) refuse(`healthCheck.${problem}`);
  return [
    // What the script does anyway is not said: a host that is set up would be set up again.
    ...(port === defaultHealthCheck.port ? [] : ["--health-port", String(port)]),
    ...(path === undefined ? [] : ["--health-path", path]),
  ];
}
