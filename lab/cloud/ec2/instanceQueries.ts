import { createHash } from "node:crypto";
import { instance } from "./ec2Instance";
import { filtered, filters, single } from "../core/filters";
import type { Invoke } from "../core/model";
import { instanceFilters } from "../operations/instances";
import { flag, optionalText, tagsOf, type Properties } from "../core/properties";
import { boolean, region, string, tags } from "../core/specs";
import { ownedBy } from "../core/state";

/** What the resource has and the function does not (@pulumi/aws, GetInstanceResult). */
const ofTheResource = [
  "hibernation",
  "instanceInitiatedShutdownBehavior",
  "instanceLifecycle",
  "ipv6AddressCount",
  "networkInterfaces",
  "primaryNetworkInterfaceId",
  "rootBlockDevice",
  "spotInstanceRequestId",
  "userDataReplaceOnChange",
  "volumeTags",
  "forceDestroy",
];

export const getInstance: Invoke = {
  token: "aws:ec2/getInstance:getInstance",
  args: {
    filters,
    getPasswordData: boolean(),
    getUserData: boolean(),
    instanceId: string(),
    instanceTags: tags,
    region,
    tags,
  },
  call: (context, args) => {
    const id = optionalText(args, "instanceId");
    const tagged = Object.entries(tagsOf({ tags: args["instanceTags"] }));
    const own = ownedBy(context.state.tables.instances, context.caller).filter(
      (each) =>
        each.state !== "terminated" &&
        (id ?? each.id) === each.id &&
        tagged.every(([key, value]) => each.tags[key] === value),
    );
    // The provider's `tags` of this function are an output only, whatever is given.
    const found = filtered("DescribeInstances", own, { filters: args["filters"] }, instanceFilters(context));
    const record = single("EC2 Instance", found);
    const all: Properties = instance.read(context, record.id) ?? {};
    const shared = Object.fromEntries(Object.entries(all).filter(([key]) => !ofTheResource.includes(key)));
    return {
      ...args,
      ...shared,
      creditSpecifications: [],
      enclaveOptions: [],
      ephemeralBlockDevices: [],
      hostResourceGroupArn: "",
      id: record.id,
      instanceTags: record.tags,
      launchTime: "",
      maintenanceOptions: [],
      metadataOptions: [all["metadataOptions"]],
      networkInterfaceId: record.networkInterfaceId,
      placementGroupId: "",
      privateDnsNameOptions: [],
      region: record.region,
      rootBlockDevices: [all["rootBlockDevice"]],
      tags: record.tags,
      // The provider gives a digest of what it was, in full only when asked for.
      userData: record.userData === undefined ? "" : createHash("sha1").update(record.userData).digest("hex"),
      userDataBase64: flag(args, "getUserData") ? Buffer.from(record.userData ?? "").toString("base64") : "",
    };
  },
};
