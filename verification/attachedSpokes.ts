import {
  EC2Client,
  paginateDescribeTransitGatewayAttachments,
  type TransitGatewayAttachment,
} from "@aws-sdk/client-ec2";
import { text } from "node:stream/consumers";
import { parseGatewayToCheck, type GatewayToCheck } from "./consumerCheck";
import { clientSettings } from "./credentials";
import { destroying, runProgram, whileUsed } from "./whileUsed";

/**
 * Tells, as a program, whether anything but the stack's own VPC is attached to a transit gateway: a GatewayToCheck as JSON on standard input.
 * When there is, standard error names it; when it cannot be told, standard error says why. Exit codes: see `consumerCheck.ts`.
 */

/** States that end by themselves, or are no attachment any more (EC2 API, TransitGatewayAttachment). */
const leavingStates = ["deleting", "rejecting", "failing", "rollingBack"];
const goneStates = ["deleted", "rejected", "failed"];

async function main(): Promise<number> {
  const gateway = parseGatewayToCheck(await text(process.stdin));
  const client = new EC2Client(clientSettings(gateway));
  return whileUsed(gateway, async () => {
    const others = (await attachmentsOf(client, gateway.transitGatewayId)).filter((each) => isConcerned(gateway, each));
    const leaving = others.filter(({ State }) => leavingStates.includes(State ?? ""));
    const staying = others.filter((each) => !leaving.includes(each));
    return {
      ...(staying.length > 0 && { description: description(gateway, staying) }),
      leaving: leaving.length > 0,
    };
  });
}

function isConcerned(
  { ownAttachmentId, routeTableIds }: GatewayToCheck,
  { TransitGatewayAttachmentId: id, State, Association }: TransitGatewayAttachment,
): boolean {
  if (id === ownAttachmentId || goneStates.includes(State ?? "")) return false;
  return routeTableIds === undefined || routeTableIds.includes(Association?.TransitGatewayRouteTableId ?? "");
}

async function attachmentsOf(client: EC2Client, transitGatewayId: string): Promise<TransitGatewayAttachment[]> {
  const found: TransitGatewayAttachment[] = [];
  for await (const page of paginateDescribeTransitGatewayAttachments(
    { client },
    { Filters: [{ Name: "transit-gateway-id", Values: [transitGatewayId] }] },
  )) {
    found.push(...(page.TransitGatewayAttachments ?? []));
  }
  return found;
}

function description({ transitGatewayId, region }: GatewayToCheck, attachments: TransitGatewayAttachment[]): string {
  const accountOf = ({ ResourceOwnerId: owner }: TransitGatewayAttachment): string => owner ?? "unknown";
  const accounts = [...new Set(attachments.map(accountOf))].sort();
  const lines = accounts.flatMap((account) => {
    const own = attachments.filter((each) => accountOf(each) === account);
    const vpcs = own.flatMap(({ ResourceType, TransitGatewayAttachmentId: id }) =>
      ResourceType === "vpc" && id ? id : [],
    );
    return [
      ...own.map(({ TransitGatewayAttachmentId: id, ResourceType, ResourceId, State }) =>
        [`  ${id ?? "unknown"} of account ${account}:`, ResourceType, ResourceId, State].filter(Boolean).join(" "),
      ),
      `    to remove: ${destroying(account, "transitStack", "the spoke's stack there")}`,
      ...vpcs.map(
        (id) =>
          "    of no stack, with that account's credentials: aws ec2 delete-transit-gateway-vpc-attachment " +
          `--region ${region} --transit-gateway-attachment-id ${id}`,
      ),
    ];
  });
  return [
    `Spokes are attached to transit gateway ${transitGatewayId}: nothing was deleted. Remove them first:`,
    ...lines,
  ].join("\n");
}

runProgram(main);
