import type { Attachment } from "./attachment";
import { routerMacOf } from "./interfaces";
import { subnetGateway } from "./names";
import { NamespacePlan } from "./state";
import { routerSysctls } from "./sysctls";

/**
 * A NAT gateway: what comes to its interface for others goes out again from its own address, and what answers is put back (Amazon VPC User
 * Guide, "NAT gateways": it maps the senders' addresses to its private one; the internet gateway then puts the Elastic IP address in that
 * one's place). Whatever it sends is routed by its subnet's table. What begins outside ends here.
 */
export function natGatewayNamespace(attachment: Attachment): NamespacePlan {
  const { eni, subnet, link } = attachment;
  const plan = new NamespacePlan(routerSysctls);
  const gateway = subnetGateway(subnet.cidrBlock);
  plan.up("lo");
  plan.up(link);
  plan.address(`${eni.privateIpAddress}/32`, link);
  plan.neighbour(gateway, routerMacOf(eni.id), link);
  plan.route("default", link, { target: `via ${gateway} onlink` });
  plan.ruleset = `
  chain input { type filter hook input priority filter; policy drop; }
  chain output { type filter hook output priority filter; policy drop; }
  chain translation {
    type nat hook postrouting priority srcnat; policy accept;
    snat to ${eni.privateIpAddress}
  }
`;
  return plan;
}
