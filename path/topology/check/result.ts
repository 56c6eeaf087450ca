import type { Finding, FindingCode, Verdict } from "../../proof/index";
import { finding } from "../../proof/index";
import type { TraceRequest } from "../traceResult";

/** A flow whose trace shows what a finding says. A subnet's id stands for any host in it. */
export interface Witness extends Pick<TraceRequest, "source" | "destination" | "protocol"> {
  /** What the trace comes to. */
  verdict: Verdict;
}

/** Something that holds for all flows of some subnets. */
export interface CheckFinding extends Finding {
  /** Subnets whose flows it concerns; empty where it concerns none, as for an endpoint without routes. */
  subnetIds: string[];
  /** Absent where it is about what no flow uses. */
  witness?: Witness;
}

/** What `check` found, and what it looked at. */
export interface CheckResult {
  /** Causes first, then risks. */
  findings: CheckFinding[];
  /** Where flows could not be followed: nobody knows whether something is wrong behind it. */
  unknown: CheckFinding[];
  /** How much was looked at. */
  looked: {
    /** Subnets of the topology. */
    subnets: number;
    /** Kinds of them, which differ in routes, AZ or network ACL. */
    kinds: number;
    /** Flows that were traced. */
    flows: number;
  };
  /** False where AWS did not tell all: findings may be missing. */
  isWhole: boolean;
  /** What the answers rest on. */
  assumptions: string[];
  /** As a trace's. */
  savedAt?: Record<string, string>;
  /** Whether it rests on what AWS told, not on states. */
  isLive: boolean;
}

export function checkFinding(
  code: FindingCode,
  hop: string,
  seen: string,
  more: Pick<CheckFinding, "subnetIds" | "witness">,
): CheckFinding {
  return { ...finding(code, hop, seen), ...more };
}
