import { EC2Client, paginateDescribeVpcEndpointConnections, type VpcEndpointConnection } from "@aws-sdk/client-ec2";
import { text } from "node:stream/consumers";
import { parseServiceToCheck, type ServiceToCheck } from "./consumerCheck";
import { clientSettings } from "./credentials";
import { destroying, runProgram, whileUsed } from "./whileUsed";

/**
 * Tells, as a program, whether consumers are connected to an endpoint service: a ServiceToCheck as JSON on standard input. When they
 * are, standard error names them; when it cannot be told, standard error says why. Exit codes: see `consumerCheck.ts`.
 */

async function main(): Promise<number> {
  const service = parseServiceToCheck(await text(process.stdin));
  const client = new EC2Client(clientSettings(service));
  return whileUsed(service, async () => {
    const connections = await connectionsOf(client, service.serviceId);
    const staying = connections.filter(({ VpcEndpointState: state }) => stays(state));
    const leaving = connections.some(({ VpcEndpointState: state }) => lower(state) === "deleting");
    return { ...(staying.length > 0 && { description: description(service, staying) }), leaving };
  });
}

async function connectionsOf(client: EC2Client, serviceId: string): Promise<VpcEndpointConnection[]> {
  const found: VpcEndpointConnection[] = [];
  for await (const page of paginateDescribeVpcEndpointConnections(
    { client },
    { Filters: [{ Name: "service-id", Values: [serviceId] }] },
  )) {
    found.push(...(page.VpcEndpointConnections ?? []));
  }
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
    const command = destroying(account, "securityStack", "the consumer's stack there");
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

runProgram(main);
