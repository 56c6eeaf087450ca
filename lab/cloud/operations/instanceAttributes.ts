import type {
  DescribeInstanceAttributeRequest,
  InstanceAttribute,
  ModifyInstanceAttributeRequest,
} from "@aws-sdk/client-ec2";
import { findInstance } from "../ec2/findInstance";
import { securityGroups } from "../ec2/launch";
import type { Context } from "../core/model";
import { operation } from "./operation";

export const DescribeInstanceAttribute = operation(
  ["Attribute", "InstanceId"],
  (context: Context, { Attribute, InstanceId: id = "" }: DescribeInstanceAttributeRequest): InstanceAttribute => {
    const instance = findInstance(context, "DescribeInstanceAttribute", id);
    const eni = context.state.tables.networkInterfaces[instance.networkInterfaceId];
    const InstanceId = instance.id;
    const { userData } = instance;
    const all: Partial<Record<NonNullable<typeof Attribute>, Omit<InstanceAttribute, "InstanceId">>> = {
      instanceType: { InstanceType: { Value: instance.instanceType } },
      userData: { UserData: userData === undefined ? {} : { Value: Buffer.from(userData).toString("base64") } },
      disableApiStop: { DisableApiStop: { Value: false } },
      disableApiTermination: { DisableApiTermination: { Value: false } },
      instanceInitiatedShutdownBehavior: { InstanceInitiatedShutdownBehavior: { Value: "stop" } },
      sourceDestCheck: { SourceDestCheck: { Value: eni?.sourceDestCheck ?? true } },
      groupSet: { Groups: (eni?.securityGroupIds ?? []).map((GroupId) => ({ GroupId })) },
    };
    return { InstanceId, ...(Attribute !== undefined && all[Attribute]) };
  },
);

export const ModifyInstanceAttribute = operation(
  ["Groups", "InstanceId", "InstanceType", "SourceDestCheck"],
  (context: Context, input: ModifyInstanceAttributeRequest): object => {
    const instance = findInstance(context, "ModifyInstanceAttribute", input.InstanceId ?? "");
    const eni = context.state.tables.networkInterfaces[instance.networkInterfaceId];
    if (eni !== undefined) {
      if (input.Groups !== undefined) eni.securityGroupIds = securityGroups(context, eni.vpcId, input.Groups);
      eni.sourceDestCheck = input.SourceDestCheck?.Value ?? eni.sourceDestCheck;
    }
    instance.instanceType = input.InstanceType?.Value ?? instance.instanceType;
    context.changed();
    return {};
  },
);
