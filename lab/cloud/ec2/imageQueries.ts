import { arnOf } from "../../../path/net/partition";
import { filtered, filters, single } from "../core/filters";
import type { Invoke } from "../core/model";
import { boolean, region } from "../core/specs";
import { architectureOf } from "./images";

/** By `image-id` alone. */
export const getAmi: Invoke = {
  token: "aws:ec2/getAmi:getAmi",
  args: { filters, includeDeprecated: boolean({ default: false }), region },
  call: (context, args) => {
    const own = Object.values(context.state.tables.images)
      .filter((image) => image.region === context.caller.region)
      .map((image) => ({ ...image, tags: {} }));
    const image = single(
      "EC2 AMI",
      filtered("DescribeImages", own, { filters: args["filters"] }, { "image-id": ({ id }) => [id] }),
    );
    return {
      ...args,
      architecture: architectureOf(image),
      arn: arnOf(image.region, "ec2", "", `image/${image.id}`),
      blockDeviceMappings: [],
      bootMode: "uefi-preferred",
      creationDate: "2026-01-01T00:00:00.000Z",
      deprecationTime: "",
      description: image.name,
      enaSupport: true,
      hypervisor: "xen",
      id: image.id,
      imageId: image.id,
      imageLocation: `amazon/${image.name}`,
      imageOwnerAlias: "amazon",
      imageType: "machine",
      imdsSupport: "v2.0",
      kernelId: "",
      lastLaunchedTime: "",
      name: image.name,
      ownerId: "137112412989",
      platform: "",
      platformDetails: "Linux/UNIX",
      productCodes: [],
      public: true,
      ramdiskId: "",
      region: image.region,
      rootDeviceName: "/dev/xvda",
      rootDeviceType: "ebs",
      rootSnapshotId: "",
      sriovNetSupport: "simple",
      state: "available",
      stateReason: {},
      tags: {},
      tpmSupport: "",
      usageOperation: "RunInstances",
      virtualizationType: "hvm",
    };
  },
};
