import type { Verdict } from "../../../../path/proof";
import type { FindingCode } from "../../../../path/proof/findings";
import type { TraceRequest } from "../../../../path/topology";
import { source, type Deployment } from "./deployment";

export interface Case {
  code: FindingCode;
  /** Which way of coming to it, where there are several. */
  when: string;
  fault: (made: Deployment) => unknown;
  request?: Partial<TraceRequest>;
  verdict: Verdict;
  /** As the fault, but harmless or another one: the code must not appear. */
  nearMiss: (made: Deployment) => unknown;
  nearRequest?: Partial<TraceRequest>;
  nearVerdict?: Verdict;
}

/** The source may send pings anywhere. */
export function openSource(made: Deployment): Deployment {
  const securityGroupId = made.id("group", source);
  return made.add("egress", "open", "sgr-open", {
    securityGroupId,
    ipProtocol: "icmp",
    fromPort: -1,
    toPort: -1,
    cidrIpv4: "0.0.0.0/0",
  });
}
