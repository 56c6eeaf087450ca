import { partitionOf } from "../../path/net/partition";
import { findGroup } from "./ec2SecurityGroup";
import { findKeyPair } from "./ec2KeyPair";
import { findSubnet } from "./ec2Subnet";
import { arn } from "./arn";
import { ec2Error } from "./errors";
import { instanceInputs, rootBlockDevice, metadataOptions, validateInstance } from "./ec2InstanceInputs";
import type { Context, ResourceType } from "./model";
import { createInterface, deleteInterfaces, privateDnsName } from "./networkInterface";
import { flag, optionalText, tagsOf, text, texts, type Properties } from "./properties";
import type { Instance, NetworkInterface } from "./records";
import { find } from "./state";
import { transition } from "./transition";

/** Seconds of AWS's time that an instance takes, roughly. */
const startSeconds = 20;
const stopSeconds = 30;

function decodedUserData(inputs: Properties): string | undefined {
  const encoded = optionalText(inputs, "userDataBase64");
  const plain = encoded === undefined ? optionalText(inputs, "userData") : Buffer.from(encoded, "base64").toString();
  if (plain !== undefined && Buffer.byteLength(plain) > 16384) {
    // Source: EC2 user guide, "Run commands when you launch an EC2 instance": 16 KB before encoding; code and wording
    // UNVERIFIED.
    throw ec2Error("RunInstances", "InvalidParameterValue", "User data is limited to 16384 bytes");
  }
  return plain;
}

function profileName(context: Context, inputs: Properties): string | undefined {
  const name = optionalText(inputs, "iamInstanceProfile");
  if (name !== undefined && context.state.instanceProfiles[`${context.caller.accountId}/${name}`] === undefined) {
    const message = `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`;
    // Source: EC2 API, Error codes: InvalidParameterValue; that a missing profile is one, and the wording, are UNVERIFIED.
    throw ec2Error("RunInstances", "InvalidParameterValue", message);
  }
  return name;
}

async function create(context: Context, inputs: Properties): Promise<string> {
  const { state, caller, ids } = context;
  const imageId = text(inputs, "ami");
  if (state.tables.images[imageId]?.region !== caller.region) {
    // Source: EC2 API, Error codes: InvalidAMIID.NotFound; wording UNVERIFIED.
    throw ec2Error("RunInstances", "InvalidAMIID.NotFound", `The image id '[${imageId}]' does not exist`);
  }
  const subnetId = optionalText(inputs, "subnetId");
  if (subnetId === undefined) {
    // Without a subnet AWS takes the default VPC. The model's accounts have none.
    const message = "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.";
    // Source: EC2 API, Error codes: VPCIdNotSpecified; wording UNVERIFIED.
    throw ec2Error("RunInstances", "VPCIdNotSpecified", message);
  }
  const subnet = findSubnet(context, "RunInstances", subnetId);
  const groups = securityGroups(context, subnet.vpcId, texts(inputs, "vpcSecurityGroupIds"));
  const keyName = optionalText(inputs, "keyName");
  const key = keyName === undefined ? undefined : findKeyPair(context, "RunInstances", keyName);
  const userData = decodedUserData(inputs);
  const iamInstanceProfile = profileName(context, inputs);
  const privateIpAddress = optionalText(inputs, "privateIp");

  const id = ids.resource("i");
  const asked = inputs["associatePublicIpAddress"];
  const eni = createInterface(context, {
    operation: "RunInstances",
    subnet,
    description: "",
    interfaceType: "interface",
    securityGroupIds: groups,
    owner: { kind: "instance", id },
    ...(privateIpAddress !== undefined && { privateIpAddress }),
    publicAddress: asked === undefined ? subnet.mapPublicIpOnLaunch : flag(inputs, "associatePublicIpAddress"),
    sourceDestCheck: flag(inputs, "sourceDestCheck"),
  });
  const instance: Instance = {
    id,
    accountId: caller.accountId,
    region: caller.region,
    tags: tagsOf(inputs),
    imageId,
    instanceType: text(inputs, "instanceType"),
    state: "pending",
    subnetId: subnet.id,
    networkInterfaceId: eni.id,
    ...(key && { authorizedKey: key.publicKey }),
    ...(userData !== undefined && { userData }),
    ...(iamInstanceProfile !== undefined && { iamInstanceProfile }),
    privateDnsName: privateDnsName(caller.region, eni.privateIpAddress),
  };
  state.tables.instances[id] = instance;
  context.created(id);
  context.changed();
  await transition(context, (unattended) => start(unattended, instance));
  return id;
}

/** pending → running. The provider returns at running, and AWS's status checks are passed later still. */
async function start(context: Context, instance: Instance): Promise<void> {
  await context.clock.wait(startSeconds);
  await context.hooks.settled?.();
  await context.hooks.instanceRunning?.(structuredClone(instance));
  if (instance.state !== "pending") return;
  instance.state = "running";
  context.changed();
  await context.hooks.settled?.();
}

/** The VPC's default group when none is named. */
function securityGroups(context: Context, vpcId: string, named: string[]): string[] {
  const groups = named.map((id) => findGroup(context, "RunInstances", id));
  const foreign = groups.find((group) => group.vpcId !== vpcId);
  if (foreign !== undefined) {
    const message = `Security group ${foreign.id} and the subnet belong to different networks.`;
    // Source: EC2 API, Error codes: InvalidParameter, whose example this is; wording UNVERIFIED.
    throw ec2Error("RunInstances", "InvalidParameter", message);
  }
  if (groups.length > 0) return groups.map((group) => group.id);
  return Object.values(context.state.tables.securityGroups)
    .filter((group) => group.vpcId === vpcId && group.name === "default")
    .map((group) => group.id);
}

function interfaceOf(context: Context, instance: Instance): NetworkInterface | undefined {
  return context.state.tables.networkInterfaces[instance.networkInterfaceId];
}

function read(context: Context, id: string): Properties | undefined {
  const instance = find(context.state.tables.instances, id, context.caller);
  if (instance === undefined || instance.state === "terminated") return undefined;
  const eni = interfaceOf(context, instance);
  const given = context.state.inputsOf("aws:ec2/instance:Instance", id);
  const subnet = context.state.tables.subnets[instance.subnetId];
  const vpc = context.state.tables.vpcs[subnet?.vpcId ?? ""];
  return {
    ami: instance.imageId,
    arn: arn(context, "ec2", `instance/${id}`),
    associatePublicIpAddress: eni?.publicIpAddress !== undefined,
    availabilityZone: subnet?.availabilityZone ?? "",
    disableApiStop: false,
    disableApiTermination: false,
    ebsBlockDevices: [],
    ebsOptimized: false,
    ephemeralBlockDevices: [],
    getPasswordData: false,
    hibernation: false,
    hostId: "",
    iamInstanceProfile: instance.iamInstanceProfile ?? "",
    instanceInitiatedShutdownBehavior: "stop",
    instanceLifecycle: "",
    instanceState: instance.state,
    instanceType: instance.instanceType,
    ipv6AddressCount: 0,
    ipv6Addresses: [],
    keyName: optionalText(given, "keyName") ?? "",
    metadataOptions: metadataOptions(given),
    monitoring: flag(given, "monitoring"),
    networkInterfaces: [],
    outpostArn: "",
    passwordData: "",
    placementGroup: "",
    placementPartitionNumber: 0,
    primaryNetworkInterfaceId: eni?.id ?? "",
    privateDns: instance.privateDnsName,
    privateIp: eni?.privateIpAddress ?? "",
    publicDns:
      eni?.publicIpAddress && vpc?.enableDnsHostnames ? publicDnsName(instance.region, eni.publicIpAddress) : "",
    publicIp: eni?.publicIpAddress ?? "",
    rootBlockDevice: rootBlockDevice(given, id),
    secondaryPrivateIps: [],
    securityGroups: [],
    sourceDestCheck: eni?.sourceDestCheck ?? true,
    spotInstanceRequestId: "",
    subnetId: instance.subnetId,
    tags: instance.tags,
    tenancy: "default",
    userDataReplaceOnChange: flag(given, "userDataReplaceOnChange"),
    vpcSecurityGroupIds: eni?.securityGroupIds ?? [],
  };
}

function publicDnsName(region: string, address: string): string {
  const zone = region === "us-east-1" ? "compute-1" : `${region}.compute`;
  return `ec2-${address.replaceAll(".", "-")}.${zone}.${partitionOf(region).dnsSuffix}`;
}

/** Changed user data has no effect until the instance is replaced: cloud-init runs it once. */
function update(context: Context, id: string, inputs: Properties): void {
  const instance = find(context.state.tables.instances, id, context.caller);
  const eni = instance && interfaceOf(context, instance);
  if (instance === undefined || eni === undefined) {
    const message = `The instance ID '${id}' does not exist`;
    // Source: EC2 API, Error codes: InvalidInstanceID.NotFound; wording UNVERIFIED.
    throw ec2Error("ModifyInstanceAttribute", "InvalidInstanceID.NotFound", message);
  }
  eni.securityGroupIds = securityGroups(context, eni.vpcId, texts(inputs, "vpcSecurityGroupIds"));
  eni.sourceDestCheck = flag(inputs, "sourceDestCheck");
  const iamInstanceProfile = profileName(context, inputs);
  if (iamInstanceProfile === undefined) delete instance.iamInstanceProfile;
  else instance.iamInstanceProfile = iamInstanceProfile;
  instance.instanceType = text(inputs, "instanceType");
  instance.tags = tagsOf(inputs);
  context.changed();
}

async function remove(context: Context, id: string): Promise<void> {
  const instance = find(context.state.tables.instances, id, context.caller);
  if (instance === undefined) return;
  instance.state = "shutting-down";
  context.changed();
  await transition(context, async ({ clock }) => {
    await clock.wait(stopSeconds);
    instance.state = "terminated";
    deleteInterfaces(context, [instance.networkInterfaceId]);
    // AWS shows a terminated instance for about an hour; nothing reads it, so it is gone at once here.
    delete context.state.tables.instances[id];
    context.changed();
  });
}

export const instance: ResourceType = {
  token: "aws:ec2/instance:Instance",
  label: "EC2 Instance",
  inputs: instanceInputs,
  validate: validateInstance,
  alsoReplaces: (changed, news) =>
    news["userDataReplaceOnChange"] === true
      ? changed.filter((key) => key === "userData" || key === "userDataBase64")
      : [],
  create,
  read,
  update,
  delete: remove,
};
