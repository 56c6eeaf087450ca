import * as fs from "node:fs";
import * as path from "node:path";
import { serveApi } from "./api/server";
import { Cloud } from "./cloud/cloud";
import { serveControl, type ControlRequest } from "./world/control";
import { Faults } from "./faults/faults";
import { Fabric } from "./fabric/fabric";
import { serveAws } from "./providers/aws";
import { recorded } from "./providers/operationRecord";
import { Agents } from "./ssm/agents";
import { operatorAccount, sdkEnvironment } from "./sts/credentials";
import { RunCommand } from "./ssm/runCommand";
import { Identities } from "./sts/identities";
import { stsService } from "./sts/service";

/** What the daemon is told by the process that starts it, in a JSON file. */
export interface DaemonOptions {
  name: string;
  /** The lab's folder on the host. */
  directory: string;
  scale: number;
  imagePath: string;
}

export interface DaemonStatus {
  name: string;
  scale: number;
  /** Environment with which the Pulumi engine finds the lab's providers, and the AWS SDK its credentials and services. */
  environment: Record<string, string>;
  instances: { id: string; name: string; pid: number }[];
}

/** The accounts of the example configurations and a further one; any other is refused as AWS would refuse the credentials. */
const accounts = {
  "111111111111": { name: "security" },
  "222222222222": { name: "system" },
  "333333333333": { name: "further system" },
};

const log = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

/**
 * The process inside a lab's world: cloud model, provider servers, fabric. It ends with its standard input, unless it
 * was told to detach, so that a lab never outlives by accident the command that started it.
 */
async function main(optionsFile: string): Promise<void> {
  const options = JSON.parse(fs.readFileSync(optionsFile, "utf8")) as DaemonOptions;
  const cloud = new Cloud({ accounts, clock: { scale: options.scale } });
  const operations = fs.openSync(path.join(options.directory, "operations.jsonl"), "a", 0o600);
  const recordedCloud = recorded(cloud, (record) => void fs.writeSync(operations, `${JSON.stringify(record)}\n`));
  const requests = fs.openSync(path.join(options.directory, "requests.jsonl"), "a", 0o600);
  const fabric = await Fabric.start(cloud, { ...options, log });
  const agents = new Agents({
    managedInstance: (id) => cloud.managedInstance(id),
    reaches: (id, address) => fabric.reaches(id, address),
    exec: async (id, argv, stdin) => (await fabric.running(id))?.exec(argv, { stdin }),
  });
  const accountIds = Object.keys(accounts);
  const identities = new Identities([...accountIds, operatorAccount]);
  const runCommand = new RunCommand(agents);
  const [aws, api] = await Promise.all([
    serveAws(recordedCloud, { accountIds, host: "127.0.0.1", port: 0, log }),
    serveApi({
      services: {
        ec2: (action) => cloud.operation("ec2", action),
        elasticloadbalancing: (action) => cloud.operation("elasticloadbalancing", action),
        ssm: (action) =>
          RunCommand.has(action)
            ? { call: ({ accountId, region }, input) => runCommand.handle({ accountId, region }, action, input) }
            : undefined,
        sts: stsService(identities, accountIds),
      },
      identities,
      accountIds,
      log,
      record: (record) => void fs.writeSync(requests, `${JSON.stringify(record)}\n`),
    }),
  ]);
  const sdk = sdkEnvironment(options.directory, accountIds, api.url);
  const faults = new Faults(cloud, fabric);

  let detached = false;
  // Whatever we made is in the world and dies with it: see `startWorld`.
  const end = (why: string): void => {
    log(`ending: ${why}`);
    process.exit(0);
  };

  const handle = async (request: ControlRequest): Promise<unknown> => {
    switch (request.kind) {
      case "status":
        return {
          name: options.name,
          scale: options.scale,
          environment: {
            PULUMI_DEBUG_PROVIDERS: `aws:${aws.port}`,
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            ...sdk,
          },
          instances: await fabric.instances(),
        } satisfies DaemonStatus;
      case "detach":
        detached = true;
        return undefined;
      case "inspect":
        return fabric.inspect();
      case "counters":
        return fabric.counters();
      case "break":
        return faults.break(request.fault);
      case "impair":
        return fabric.impair(request.impairment);
      case "repair":
        return faults.repair(request.fault);
      case "enter":
        return fabric.enter(request.instance, request.command);
      case "reboot":
        return fabric.reboot(request.instance);
      case "shutdown":
        // Answer first: the socket goes with us.
        setImmediate(() => end("asked to"));
        return undefined;
    }
  };
  await serveControl(path.join(options.directory, "control.sock"), handle);
  log(`lab ${options.name} is ready`);

  process.stdin.on("end", () => {
    if (!detached) end("the command that started this lab has ended");
  });
  process.stdin.resume();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => end(signal));
}

const [optionsFile] = process.argv.slice(2);
if (optionsFile === undefined) throw new Error("usage: daemon OPTIONS.json");
main(optionsFile).catch((error: unknown) => {
  log(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
});
