import * as pulumi from "@pulumi/pulumi";
import { runProgram } from "../components/localProgram";
import { ownResourcesNow } from "../components/ownState";
import type { SsmWay } from "../components/ssmAccess";
import { idInArn } from "../path/net/partition";
import type { ServiceToCheck } from "../verification/consumerCheck";
import { hookResources } from "./hooks";

/**
 * What the endpoint service's consumers hang on, and what a replacement of the whole begins with: AWS refuses only the last step of it,
 * when their path is cut. The listener is replaced the other way round, deleted first: ConsumerGuard stands before that.
 */
const held = [
  "aws:ec2/vpc:Vpc",
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:lb/targetGroup:TargetGroup",
  "aws:ec2/vpcEndpointService:VpcEndpointService",
];

/**
 * Refuses, as the first step of it, to replace what is deployed while consumers are connected. A replacement is a resource that is made
 * although the state has it (pulumi 3.259.0 pkg/resource/deploy/step.go, `CreateStep.Apply`: its hooks are told nothing of the old one).
 *
 * @param credentials - to ask AWS by, in the hub's account
 * @param serviceId - of an endpoint service that is not the stack's own
 */
export function refuseReplacements(credentials: SsmWay, serviceId?: string): void {
  const isHeld = (type: string): boolean => held.includes(type);
  hookResources("gwlb-inspection-replaced", isHeld, ["beforeCreate"], ({ urn }) =>
    checkReplacement(urn, credentials, serviceId),
  );
}

/** @throws Error that names who is connected, or why that cannot be told, where a resource that is about to be made is deployed */
async function checkReplacement(urn: string, credentials: SsmWay, serviceId?: string): Promise<void> {
  // As it is now: what a refresh has found to be gone is made again, not replaced.
  const state = await ownResourcesNow();
  const service = serviceId ?? ownService(Object.values(state));
  if (!(urn in state) || service === undefined) return;
  const asked = await valueOf(pulumi.output({ ...credentials, serviceId: service }));
  const { exitCode, stderr } = await runProgram("verification/connectedConsumers", JSON.stringify(asked));
  if (exitCode === 0) return;
  throw new Error(`to replace it cuts the path of every consumer, and then AWS refuses: ${stderr.trim()}`);
}

function ownService(resources: { type: string; outputs: Record<string, unknown> }[]): string | undefined {
  const arn = resources.find(({ type }) => type === "aws:ec2/vpcEndpointService:VpcEndpointService")?.outputs["arn"];
  return typeof arn === "string" ? idInArn(arn) : undefined;
}

function valueOf(output: pulumi.Output<ServiceToCheck>): Promise<ServiceToCheck> {
  return new Promise((resolve) => output.apply(resolve));
}
