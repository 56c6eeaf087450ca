import { source, type Deployment } from "./deployment";
import { openSource, type Case } from "./findingCase";

const outside = "192.0.2.1";
const sourceTable = "system-source-apne1-az4";

/** The source as an internet-facing host, with both of AWS's routes for inspection or one of them, and the gateway's table. */
export function facingInternet(made: Deployment, ...routed: ("in" | "out")[]): Deployment {
  const vpcEndpointId = made.id("endpoint", "system-apne1-az4");
  const gatewayId = made.id("gateway", "system");
  const securityGroupId = made.id("group", source);
  openSource(made)
    .add("ingress", "open", "sgr-open-in", {
      securityGroupId,
      ipProtocol: "icmp",
      fromPort: -1,
      toPort: -1,
      cidrIpv4: "0.0.0.0/0",
    })
    .change("instance", source, { publicIp: "198.51.100.7" })
    .add("table", "edge", "rtb-edge", { vpcId: made.output("table", sourceTable, "vpcId") })
    .add("association", "edge", "rtbassoc-edge", { routeTableId: "rtb-edge", gatewayId })
    .route("system-endpoint-apne1-az4", "0.0.0.0/0", { gatewayId })
    .route(sourceTable, "0.0.0.0/0", routed.includes("out") ? { vpcEndpointId } : { gatewayId });
  return routed.includes("in") ? made.route("edge", "10.2.10.0/24", { vpcEndpointId }) : made;
}

const fromInternet = { source: outside, destination: source };
const throughEndpoint = (made: Deployment): Deployment => facingInternet(made, "in", "out");

/** Between an instance and the internet. */
export const internetCases: Case[] = [
  {
    code: "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
    when: "an instance without public address is the destination",
    fault: (made) => throughEndpoint(made).change("instance", source, { publicIp: "" }),
    request: fromInternet,
    verdict: "lost-before-target",
    nearMiss: throughEndpoint,
    nearRequest: fromInternet,
  },
  {
    code: "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
    when: "the VPC has no internet gateway",
    fault: (made) => throughEndpoint(made).change("gateway", "system", { vpcId: "" }),
    request: fromInternet,
    verdict: "lost-before-target",
    nearMiss: throughEndpoint,
    nearRequest: fromInternet,
  },
  {
    code: "INGRESS_RTB_TRAFFIC_REDIRECTION",
    when: "only what comes in is sent to an endpoint",
    fault: (made) => facingInternet(made, "in"),
    request: { destination: outside },
    verdict: "lost-before-target",
    nearMiss: throughEndpoint,
    nearRequest: { destination: outside },
  },
  {
    code: "INGRESS_RTB_TRAFFIC_REDIRECTION",
    when: "requests from the internet come through an endpoint, answers go straight to the gateway",
    fault: (made) => facingInternet(made, "in"),
    request: fromInternet,
    verdict: "lost-after-target",
    nearMiss: throughEndpoint,
    nearRequest: fromInternet,
  },
  {
    code: "INGRESS_BYPASSES_ENDPOINT",
    when: "only what goes out is sent to an endpoint",
    fault: (made) => facingInternet(made, "out"),
    request: { destination: outside },
    verdict: "one-way",
    nearMiss: throughEndpoint,
    nearRequest: { destination: outside },
  },
  {
    code: "INGRESS_BYPASSES_ENDPOINT",
    when: "no route table is associated with the internet gateway",
    fault: (made) => throughEndpoint(made).remove("association", "edge"),
    request: { ...fromInternet, destination: "198.51.100.7" },
    verdict: "one-way",
    nearMiss: throughEndpoint,
    nearRequest: { ...fromInternet, destination: "198.51.100.7" },
  },
  {
    code: "EGRESS_BYPASSES_ENDPOINT",
    when: "neither what comes in nor what goes out is sent to an endpoint",
    fault: (made) => facingInternet(made),
    request: { destination: outside },
    verdict: "bypassed",
    nearMiss: (made) => facingInternet(made, "out"),
    nearRequest: { destination: outside },
    nearVerdict: "one-way",
  },
];
