import type { RunInstancesRequest } from "@aws-sdk/client-ec2";
import { ec2Error } from "../core/errors";
import { findGroup } from "./findGroup";
import { findKeyPair } from "./findKeyPair";
import { checkDiskKey } from "../kms/kmsKey";
import { findSubnet } from "./findSubnet";
import type { Context } from "../core/model";
import { createInterface, privateDnsName } from "./networkInterface";
import type { Instance } from "../core/records";
import { begin } from "../core/transition";

/** Seconds of AWS's time that an instance takes, roughly. */
const startSeconds = 20;

const called = "RunInstances";

/** Makes one instance, which begins to start. Fires no change. @throws AwsError, with nothing left behind */
export function launch(context: Context, input: RunInstancesRequest): Instance {
  const { state, caller, ids } = context;
  const imageId = input.ImageId ?? "";
  if (state.tables.images[imageId]?.region !== caller.region) {
    // Source: EC2 API, Error codes: InvalidAMIID.NotFound; wording UNVERIFIED.
    throw ec2Error(called, "InvalidAMIID.NotFound", `The image id '[${imageId}]' does not exist`);
  }
  const { subnetId, groupIds, publicAddress, privateIpAddress } = networkOf(input);
  if (subnetId === undefined) {
    // Without a subnet AWS takes the default VPC. The model's accounts have none.
    const message = "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.";
    // Source: EC2 API, Error codes: VPCIdNotSpecified; wording UNVERIFIED.
    throw ec2Error(called, "VPCIdNotSpecified", message);
  }
  const subnet = findSubnet(context, called, subnetId);
  const securityGroupIds = securityGroups(context, subnet.vpcId, groupIds);
  const key = input.KeyName === undefined ? undefined : findKeyPair(context, called, input.KeyName);
  for (const { Ebs } of input.BlockDeviceMappings ?? []) checkDiskKey(context, Ebs?.KmsKeyId);
  const userData = decoded(input.UserData);
  const iamInstanceProfile = profileName(context, input.IamInstanceProfile);
  const tags = tagsOf(input);
  const id = ids.resource("i");
  const eni = createInterface(context, {
    operation: called,
    subnet,
    description: "",
    interfaceType: "interface",
    securityGroupIds,
    owner: { kind: "instance", id },
    ...(privateIpAddress !== undefined && { privateIpAddress }),
    publicAddress: publicAddress ?? subnet.mapPublicIpOnLaunch,
    sourceDestCheck: true,
  });
  const instance: Instance = {
    id,
    accountId: caller.accountId,
    region: caller.region,
    tags,
    imageId,
    instanceType: input.InstanceType ?? "m1.small",
    state: "pending",
    subnetId: subnet.id,
    networkInterfaceId: eni.id,
    ...(key && { authorizedKey: key.publicKey, keyName: key.name }),
    ...(userData !== undefined && { userData }),
    ...(iamInstanceProfile !== undefined && { iamInstanceProfile }),
    privateDnsName: privateDnsName(caller.region, eni.privateIpAddress),
    ...(input.MetadataOptions && { metadataOptions: input.MetadataOptions }),
    ...(input.Monitoring?.Enabled !== undefined && { monitoring: input.Monitoring.Enabled }),
    launched: Date.now(),
  };
  state.tables.instances[id] = instance;
  begin(context, id, (unattended) => start(unattended, instance));
  return instance;
}

/** pending → running. AWS's status checks are passed later still. */
export async function start(context: Context, instance: Instance): Promise<void> {
  await context.clock.wait(startSeconds);
  await context.hooks.settled?.();
  await context.hooks.instanceRunning?.(structuredClone(instance));
  if (instance.state !== "pending") return;
  instance.state = "running";
  context.changed();
  await context.hooks.settled?.();
}

interface Network {
  subnetId: string | undefined;
  groupIds: string[];
  publicAddress?: boolean | undefined;
  privateIpAddress: string | undefined;
}

/** In the request itself, or as the one network interface that it describes. */
function networkOf(input: RunInstancesRequest): Network {
  const [eni, ...more] = input.NetworkInterfaces ?? [];
  if (eni === undefined) {
    const { SubnetId: subnetId, SecurityGroupIds: groupIds = [], PrivateIpAddress: privateIpAddress } = input;
    return { subnetId, groupIds, privateIpAddress };
  }
  if (more.length > 0 || eni.NetworkInterfaceId !== undefined) {
    // Source: none, the model's own limit.
    throw ec2Error(called, "UnsupportedOperation", "this model of AWS gives an instance one new network interface");
  }
  const { SubnetId: subnetId, Groups: groupIds = [], PrivateIpAddress: privateIpAddress } = eni;
  return { subnetId, groupIds, privateIpAddress, publicAddress: eni.AssociatePublicIpAddress };
}

function tagsOf({ TagSpecifications: all = [] }: RunInstancesRequest): Record<string, string> {
  const own = all.filter(({ ResourceType: type }) => type === "instance");
  return Object.fromEntries(
    own.flatMap(({ Tags = [] }) => Tags.map(({ Key, Value }) => [Key ?? "", Value ?? ""] as const)),
  );
}

function decoded(userData: string | undefined): string | undefined {
  if (userData === undefined) return undefined;
  const plain = Buffer.from(userData, "base64").toString();
  if (Buffer.byteLength(plain) > 16384) {
    // Source: EC2 user guide, "Run commands when you launch an EC2 instance": 16 KB before encoding; code and wording
    // UNVERIFIED.
    throw ec2Error(called, "InvalidParameterValue", "User data is limited to 16384 bytes");
  }
  return plain;
}

/** @param given - by name or ARN */
export function profileName(context: Context, given: RunInstancesRequest["IamInstanceProfile"]): string | undefined {
  const name = given?.Name ?? given?.Arn?.split("/").at(-1);
  if (name !== undefined && context.state.instanceProfiles[`${context.caller.accountId}/${name}`] === undefined) {
    const message = `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`;
    // Source: EC2 API, Error codes: InvalidParameterValue; that a missing profile is one, and the wording, are UNVERIFIED.
    throw ec2Error(called, "InvalidParameterValue", message);
  }
  return name;
}

/** The VPC's default group when none is named. */
export function securityGroups(context: Context, vpcId: string, named: string[]): string[] {
  const groups = named.map((id) => findGroup(context, called, id));
  const foreign = groups.find((group) => group.vpcId !== vpcId);
  if (foreign !== undefined) {
    const message = `Security group ${foreign.id} and the subnet belong to different networks.`;
    // Source: EC2 API, Error codes: InvalidParameter, whose example this is; wording UNVERIFIED.
    throw ec2Error(called, "InvalidParameter", message);
  }
  if (groups.length > 0) return groups.map((group) => group.id);
  return Object.values(context.state.tables.securityGroups)
    .filter((group) => group.vpcId === vpcId && group.name === "default")
    .map((group) => group.id);
}
