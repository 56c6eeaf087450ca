import * as pulumi from "@pulumi/pulumi";
import type { ServiceToCheck } from "../verification/consumerCheck";
import { deletionGuard } from "./deletionGuard";
import { ssmWayOf, type SsmWay } from "./ssmAccess";

export interface ConsumerGuardArgs extends SsmWay {
  /** `vpce-svc-…` of the endpoint service. */
  serviceId: pulumi.Input<string>;
  /** What is deleted before it is replaced, and may be neither while consumers are connected. @default nothing */
  before?: pulumi.Resource[];
}

/**
 * Cannot be deleted while consumers are connected to an endpoint service, and names them. Whatever it depends on is deleted after it:
 * with everything of the hub in `dependsOn`, a refusal leaves the hub as it is, also by `pulumi destroy` without the program. What it
 * stands before is not replaced either: the engine deletes what is replaced with a resource ahead of that, if it takes a property of
 * it, too, for else its provider is not loaded (pulumi 3.259.0 pkg/resource/deploy/step_generator.go, `findResourcesReplacedWith` and
 * `calculateDependentReplacements`). It asks AWS by `ec2:DescribeVpcEndpointConnections`.
 *
 * **Cost**: none.
 */
export class ConsumerGuard extends pulumi.ComponentResource {
  constructor(name: string, args: ConsumerGuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gwlb-inspection:index:ConsumerGuard", name, {}, opts);
    const { serviceId, before = [] } = args;
    const service = pulumi.output({ serviceId, ...ssmWayOf(args) });
    deletionGuard(name, "connectedConsumers", this, {
      stdin: pulumi
        .all([service, before.map(({ urn }) => urn)])
        .apply(([json]: [ServiceToCheck, string[]]) => JSON.stringify(json)),
      replaceWith: before,
    });
    this.registerOutputs({});
  }
}
