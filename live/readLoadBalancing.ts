import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Answers, LoadBalancerAnswer, TargetGroupAnswer } from "../path/topology/index";
import { told, type Questions } from "./questions";

/** Gateway Load Balancers and GENEVE target groups of an account in a Region. What was refused is absent. @throws LiveError */
export async function readLoadBalancing(
  elb: ElasticLoadBalancingV2Client,
  questions: Questions,
): Promise<Pick<Answers, "loadBalancers" | "targetGroups">> {
  const [loadBalancers, targetGroups] = await Promise.all([
    readLoadBalancers(elb, questions),
    readTargetGroups(elb, questions),
  ]);
  return told({ loadBalancers, targetGroups });
}

async function readLoadBalancers(
  elb: ElasticLoadBalancingV2Client,
  questions: Questions,
): Promise<LoadBalancerAnswer[] | undefined> {
  const all = await questions.all(
    "elasticloadbalancing:DescribeLoadBalancers",
    (Marker, options) => elb.send(new DescribeLoadBalancersCommand({ Marker }), options),
    ({ LoadBalancers }) => LoadBalancers,
  );
  const gateways = all?.filter(({ Type }) => Type === "gateway");
  return (
    gateways &&
    (await Promise.all(
      gateways.map(async (gateway) => {
        const { LoadBalancerArn } = gateway;
        const [Attributes, Listeners] = await Promise.all([
          questions.all(
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            (_, options) => elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }), options),
            (answer) => answer.Attributes,
          ),
          questions.all(
            "elasticloadbalancing:DescribeListeners",
            (Marker, options) => elb.send(new DescribeListenersCommand({ LoadBalancerArn, Marker }), options),
            (answer) => answer.Listeners,
          ),
        ]);
        return { ...gateway, ...told({ Attributes, Listeners }) };
      }),
    ))
  );
}

async function readTargetGroups(
  elb: ElasticLoadBalancingV2Client,
  questions: Questions,
): Promise<TargetGroupAnswer[] | undefined> {
  const all = await questions.all(
    "elasticloadbalancing:DescribeTargetGroups",
    (Marker, options) => elb.send(new DescribeTargetGroupsCommand({ Marker }), options),
    ({ TargetGroups }) => TargetGroups,
  );
  const groups = all?.filter(({ Protocol }) => Protocol === "GENEVE");
  return (
    groups &&
    (await Promise.all(
      groups.map(async (group) => {
        const { TargetGroupArn } = group;
        const [Attributes, Targets] = await Promise.all([
          questions.all(
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            (_, options) => elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }), options),
            (answer) => answer.Attributes,
          ),
          questions.all(
            "elasticloadbalancing:DescribeTargetHealth",
            (_, options) => elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }), options),
            (answer) => answer.TargetHealthDescriptions,
          ),
        ]);
        return { ...group, ...told({ Attributes, Targets }) };
      }),
    ))
  );
}
