import type { Properties } from "../../../lab/cloud/core/properties";
import type { StackRun } from "../../unit/stacks/run";
import type { ApiRequest } from "./model";
import { requestsOfCall } from "./requests";

/** A call of every function that looks up what is there already, as components/existing*.ts call them, on a security stack by ssh. */
export async function requestsOfLookUps({
  cloud,
  mocks,
  outputs,
}: StackRun): Promise<{ token: string; requests: ApiRequest[] }[]> {
  const first = (token: string) => {
    const found = mocks.registrations.find(({ type }) => type === token);
    if (found?.caller === undefined) throw new Error(`the stack has no ${token}`);
    return { id: found.id, caller: found.caller };
  };
  const { id: vpcId, caller } = first("aws:ec2/vpc:Vpc");
  const filter = (name: string, value: string): Properties => ({ filters: [{ name, values: [value] }] });
  const subnetId = first("aws:ec2/subnet:Subnet").id;
  const ami = String(mocks.registrations.find(({ type }) => type === "aws:ec2/instance:Instance")?.inputs["ami"]);
  const disk = await cloud.create(caller, "aws:kms/key:Key", {});
  const profile = await cloud.create(caller, "aws:iam/instanceProfile:InstanceProfile", { name: "prescribed" });
  const calls: Record<string, Properties> = {
    "aws:ec2/getInstance:getInstance": { instanceId: first("aws:ec2/instance:Instance").id },
    "aws:ec2/getInternetGateway:getInternetGateway": filter("attachment.vpc-id", vpcId),
    "aws:ec2/getPrefixList:getPrefixList": { name: `com.amazonaws.${caller.region}.s3` },
    "aws:ec2/getRouteTable:getRouteTable": { routeTableId: first("aws:ec2/routeTable:RouteTable").id },
    "aws:ec2/getRouteTables:getRouteTables": filter("association.subnet-id", subnetId),
    "aws:ec2/getSubnet:getSubnet": { id: subnetId },
    "aws:ec2/getVpc:getVpc": { id: vpcId },
    "aws:ec2/getVpcEndpoint:getVpcEndpoint": { id: first("aws:ec2/vpcEndpoint:VpcEndpoint").id },
    "aws:ec2/getVpcEndpointService:getVpcEndpointService": { serviceName: outputs["serviceName"] },
    "aws:ec2/getAmi:getAmi": { ...filter("image-id", ami), includeDeprecated: true },
    "aws:ec2/getKeyPair:getKeyPair": { keyName: first("aws:ec2/keyPair:KeyPair").id, includePublicKey: true },
    "aws:iam/getInstanceProfile:getInstanceProfile": { name: profile.id },
    "aws:kms/getKey:getKey": { keyId: disk.outputs["arn"] },
    "aws:lb/getLoadBalancer:getLoadBalancer": { arn: first("aws:lb/loadBalancer:LoadBalancer").id },
    "aws:lb/getTargetGroup:getTargetGroup": { arn: first("aws:lb/targetGroup:TargetGroup").id },
  };
  return Promise.all(
    Object.entries(calls).map(async ([token, args]) => {
      const result = await cloud.invoke(caller, token, args);
      return { token, requests: requestsOfCall({ token, args }, result) };
    }),
  );
}
