import { arnOf, partitionOf } from "../../path/net/partition";
import { arn } from "./core/arn";
import { apiError } from "./core/errors";
import { imageParameters } from "./ec2/images";
import type { Invoke } from "./core/model";
import { text } from "./core/properties";
import { boolean, region, string } from "./core/specs";

export const getCallerIdentity: Invoke = {
  token: "aws:index/getCallerIdentity:getCallerIdentity",
  args: { id: string() },
  call: ({ caller }) => ({
    accountId: caller.accountId,
    arn: arnOf(caller.region, "sts", caller.accountId, "assumed-role/lab/gwlb-inspection"),
    id: caller.accountId,
    userId: `AROALAB${caller.accountId}:gwlb-inspection`,
  }),
};

export const getRegion: Invoke = {
  token: "aws:index/getRegion:getRegion",
  args: { id: string(), region },
  call: ({ caller }) => ({
    description: caller.region,
    endpoint: `ec2.${caller.region}.${partitionOf(caller.region).dnsSuffix}`,
    id: caller.region,
    name: caller.region,
    region: caller.region,
  }),
};

export const getParameter: Invoke = {
  token: "aws:ssm/getParameter:getParameter",
  args: { name: string({ required: true }), region, withDecryption: boolean({ default: true }) },
  call: (context, args) => {
    const name = text(args, "name");
    const imageName = imageParameters[name];
    const image = Object.values(context.state.tables.images).find(
      (candidate) => candidate.region === context.caller.region && candidate.name === imageName,
    );
    if (image === undefined) {
      // Source: SSM API, GetParameter: ParameterNotFound. Only the public parameters of machine images are modelled.
      throw apiError("SSM", "GetParameter", "ParameterNotFound", name);
    }
    return {
      ...args,
      arn: arn(context, "ssm", `parameter${name}`).replace(`:${context.caller.accountId}:`, "::"),
      id: name,
      insecureValue: image.id,
      name,
      region: context.caller.region,
      type: "String",
      value: image.id,
      version: 1,
    };
  },
};
