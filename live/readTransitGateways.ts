import {
  DescribeTransitGatewayRouteTablesCommand,
  DescribeTransitGatewaysCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  GetTransitGatewayRouteTableAssociationsCommand,
  SearchTransitGatewayRoutesCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import type { Answers, TransitGatewayRouteTableAnswer } from "../path/topology/index";
import { told, type Questions } from "./questions";

/** 5 to 1000 (EC2 API). */
const MaxResults = 1000;

/** Transit gateways of an account in a Region, its own and those shared with it. What was refused is absent. @throws LiveError */
export async function readTransitGateways(
  ec2: EC2Client,
  questions: Questions,
): Promise<Pick<Answers, "transitGateways" | "transitGatewayAttachments" | "transitGatewayRouteTables">> {
  const [transitGateways, transitGatewayAttachments, transitGatewayRouteTables] = await Promise.all([
    questions.all(
      "ec2:DescribeTransitGateways",
      (NextToken, options) => ec2.send(new DescribeTransitGatewaysCommand({ MaxResults, NextToken }), options),
      ({ TransitGateways }) => TransitGateways,
    ),
    questions.all(
      "ec2:DescribeTransitGatewayVpcAttachments",
      (NextToken, options) =>
        ec2.send(new DescribeTransitGatewayVpcAttachmentsCommand({ MaxResults, NextToken }), options),
      ({ TransitGatewayVpcAttachments }) => TransitGatewayVpcAttachments,
    ),
    readRouteTables(ec2, questions),
  ]);
  return told({ transitGateways, transitGatewayAttachments, transitGatewayRouteTables });
}

async function readRouteTables(
  ec2: EC2Client,
  questions: Questions,
): Promise<TransitGatewayRouteTableAnswer[] | undefined> {
  const tables = await questions.all(
    "ec2:DescribeTransitGatewayRouteTables",
    (NextToken, options) => ec2.send(new DescribeTransitGatewayRouteTablesCommand({ MaxResults, NextToken }), options),
    ({ TransitGatewayRouteTables }) => TransitGatewayRouteTables,
  );
  return (
    tables &&
    (await Promise.all(
      tables.map(async (table) => {
        const { TransitGatewayRouteTableId } = table;
        const [Associations, Routes] = await Promise.all([
          questions.all(
            "ec2:GetTransitGatewayRouteTableAssociations",
            (NextToken, options) =>
              ec2.send(
                new GetTransitGatewayRouteTableAssociationsCommand({
                  TransitGatewayRouteTableId,
                  MaxResults,
                  NextToken,
                }),
                options,
              ),
            (answer) => answer.Associations,
          ),
          readRoutes(ec2, questions, TransitGatewayRouteTableId),
        ]);
        return { ...table, ...told({ Associations, Routes }) };
      }),
    ))
  );
}

/** Of a table with more routes than one answer holds, and no token for the others, none is told: a part would be taken for all. */
async function readRoutes(
  ec2: EC2Client,
  questions: Questions,
  TransitGatewayRouteTableId: string | undefined,
): Promise<TransitGatewayRouteTableAnswer["Routes"]> {
  const Filters = [{ Name: "state", Values: ["active", "blackhole"] }];
  let isCut = false;
  const routes = await questions.all(
    "ec2:SearchTransitGatewayRoutes",
    async (NextToken, options) => {
      const request = { TransitGatewayRouteTableId, Filters, MaxResults, NextToken };
      const answer = await ec2.send(new SearchTransitGatewayRoutesCommand(request), options);
      isCut = answer.AdditionalRoutesAvailable === true && !answer.NextToken;
      return answer;
    },
    ({ Routes }) => Routes,
  );
  return isCut ? undefined : routes;
}
