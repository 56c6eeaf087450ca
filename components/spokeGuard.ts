import * as pulumi from "@pulumi/pulumi";
import type { GatewayToCheck } from "../verification/consumerCheck";
import { deletionGuard } from "./deletionGuard";
import { ssmWayOf, type SsmWay } from "./ssmAccess";

/** What spokes are attached to. */
export interface SpokeGuardArgs extends SsmWay {
  /** `tgw-…` */
  transitGatewayId: pulumi.Input<string>;
  /** `tgw-attach-…` of the inspection VPC, which goes with the stack. */
  ownAttachmentId: pulumi.Input<string>;
  /** `tgw-rtb-…`, those of the stack, where the transit gateway itself stays. @default it goes: whatever is attached to it counts */
  routeTableIds?: pulumi.Input<string>[];
}

/**
 * Cannot be deleted while spokes are attached to the transit gateway, and names them, as `ConsumerGuard` does with consumers. It asks AWS by
 * `ec2:DescribeTransitGatewayAttachments`.
 *
 * **Cost**: none.
 */
export class SpokeGuard extends pulumi.ComponentResource {
  constructor(name: string, args: SpokeGuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:SpokeGuard", name, {}, opts);
    const { transitGatewayId, ownAttachmentId, routeTableIds } = args;
    const gateway = pulumi.output({
      transitGatewayId,
      ownAttachmentId,
      ...(routeTableIds !== undefined && { routeTableIds }),
      ...ssmWayOf(args),
    });
    deletionGuard(name, "attachedSpokes", this, {
      stdin: gateway.apply((json: GatewayToCheck) => JSON.stringify(json)),
    });
    this.registerOutputs({});
  }
}
