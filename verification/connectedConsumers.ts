import { DescribeVpcEndpointConnectionsCommand, EC2Client, type VpcEndpointConnection } from "@aws-sdk/client-ec2";
import * as fs from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { connectedExitCode, parseServiceToCheck, type ServiceToCheck } from "./consumerCheck";
import { clientSettings, withoutSecrets } from "./credentials";
import { say } from "./terminal";

/**
 * Tells, as a program, whether consumers are connected to an endpoint service: a ServiceToCheck as JSON on standard input. When they
 * are, standard error names them; when it cannot be told, standard error says why. Exit codes: see `consumerCheck.ts`.
 */

/** Milliseconds. A consumer that was destroyed a moment ago may still be shown. */
const leavingWithin = 180_000;
const pause = 2_000;

async function main(): Promise<number> {
  const service = parseServiceToCheck(await text(process.stdin));
  const client = new EC2Client(clientSettings(service));
  const deadline = Date.now() + leavingWithin;
  for (;;) {
    const connections = await connectionsOf(client, service.serviceId).catch((error: unknown) => {
      throw new Error(
        withoutSecrets(error instanceof Error ? `${error.name}: ${error.message}` : String(error), service),
      );
    });
    const staying = connections.filter(({ VpcEndpointState: state }) => stays(state));
    if (staying.length > 0) {
      say(description(service, staying));
      return connectedExitCode;
    }
    const leaving = connections.some(({ VpcEndpointState: state }) => lower(state) === "deleting");
    if (!leaving || Date.now() > deadline) return 0;
    await sleep(pause);
  }
}

async function connectionsOf(client: EC2Client, serviceId: string): Promise<VpcEndpointConnection[]> {
  const found: VpcEndpointConnection[] = [];
  let token: string | undefined;
  do {
    const answer = await client.send(
      new DescribeVpcEndpointConnectionsCommand({
        Filters: [{ Name: "service-id", Values: [serviceId] }],
        ...(token !== undefined && { NextToken: token }),
      }),
    );
    found.push(...(answer.VpcEndpointConnections ?? []));
    token = answer.NextToken;
  } while (token !== undefined && token !== "");
  return found;
}

/** AWS's documents write the states with capitals, its answers are in camel case. */
function lower(state: string | undefined): string {
  return (state ?? "").toLowerCase();
}

/** Of these AWS says "existing active VPC Endpoint connections"; UNVERIFIED for `pending`. */
function stays(state: string | undefined): boolean {
  return ["pendingacceptance", "pending", "available"].includes(lower(state));
}

function description({ serviceId, region }: ServiceToCheck, connections: VpcEndpointConnection[]): string {
  const accounts = [...new Set(connections.map(({ VpcEndpointOwner: owner }) => owner ?? "unknown"))].sort();
  const lines = accounts.flatMap((account) => {
    const own = connections.filter(({ VpcEndpointOwner: owner }) => (owner ?? "unknown") === account);
    const ids = own.map(({ VpcEndpointId: id }) => id ?? "unknown");
    const stacks = stacksOf(account);
    const command =
      stacks.length > 0
        ? stacks.map((stack) => `pulumi destroy --stack ${stack}`).join(", ")
        : "pulumi destroy --stack STACK, the consumer's stack there";
    const without = `aws ec2 delete-vpc-endpoints --region ${region} --vpc-endpoint-ids ${ids.join(" ")}`;
    return [
      ...own.map(({ VpcEndpointId: id, VpcEndpointState: state }) => `  ${id} of account ${account}: ${state}`),
      `    to remove: ${command}`,
      `    of no stack, with that account's credentials: ${without}`,
    ];
  });
  return [
    `Consumers are connected to endpoint service ${serviceId}: nothing was deleted. Remove them first:`,
    ...lines,
  ].join("\n");
}

/** Stacks whose settings, in the folder that this runs in, name the account; AWS does not know them. */
function stacksOf(account: string): string[] {
  return fs.readdirSync(".").flatMap((file) => {
    const [, stack] = /^Pulumi\.(.+)\.yaml$/.exec(file) ?? [];
    if (stack === undefined) return [];
    try {
      const { config } = parse(fs.readFileSync(file, "utf8")) as { config?: Record<string, unknown> };
      const set = (key: string): unknown =>
        Object.entries(config ?? {}).find(([name]) => name.split(":").at(-1) === key)?.[1];
      return set("securityStack") !== undefined && String(set("accountId")) === account ? [stack] : [];
    } catch {
      return [];
    }
  });
}

main().then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
