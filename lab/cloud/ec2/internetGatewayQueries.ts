import { internetGateway } from "./ec2InternetGateway";
import { filtered, filters, single } from "../core/filters";
import type { Invoke } from "../core/model";
import { internetGatewayFilters } from "../operations/internetGateways";
import { optionalText, type Properties } from "../core/properties";
import { region, string, tags } from "../core/specs";
import { ownedBy } from "../core/state";

export const getInternetGateway: Invoke = {
  token: "aws:ec2/getInternetGateway:getInternetGateway",
  args: { filters, internetGatewayId: string(), region, tags },
  call: (context, args) => {
    const id = optionalText(args, "internetGatewayId");
    const own = ownedBy(context.state.tables.internetGateways, context.caller);
    const found = filtered(
      "DescribeInternetGateways",
      own.filter((each) => (id ?? each.id) === each.id),
      args,
      internetGatewayFilters,
    );
    const record = single("EC2 Internet Gateway", found);
    const { arn, ownerId, tags: tagged }: Properties = internetGateway.read(context, record.id) ?? {};
    return {
      ...args,
      arn,
      ownerId,
      tags: tagged,
      // As DescribeInternetGateways has it: `available` is the state of a gateway that is attached.
      attachments: record.vpcId === undefined ? [] : [{ state: "available", vpcId: record.vpcId }],
      id: record.id,
      internetGatewayId: record.id,
      region: record.region,
    };
  },
};
