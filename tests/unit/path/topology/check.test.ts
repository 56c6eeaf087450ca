import { expect } from "chai";
import * as fc from "fast-check";
import type { findingKinds } from "../../../../path/proof/findings";
import { checkFindingKinds } from "../../../../path/proof/checkFindingKinds";
import { check, trace, type CheckFinding, type ResourceState, type Topology } from "../../../../path/topology";
import { associate, centralised, spokeB, spokeVpc } from "./centralised";
import { deployedStates, Deployment } from "./deployment";

const toDestination = "system-source-apne1-az4-to-apne1-az1";
const toSource = "system-destination-apne1-az1-to-apne1-az4";
const sourceTable = "system-source-apne1-az4";
const outside = "203.0.113.0/24";

/** Both sources' ways to everything outside go to endpoints. */
function egress(made: Deployment, zones: [string, string]): Deployment {
  for (const [place, azId] of ["az4", "az1"].entries()) {
    made.route(`system-source-apne1-${azId}`, "0.0.0.0/0", {
      vpcEndpointId: made.id("endpoint", `system-apne1-${zones[place]}`),
    });
    const gatewayId = made.id("gateway", "system");
    made.route(`system-endpoint-apne1-${azId}`, "0.0.0.0/0", { gatewayId });
  }
  return made;
}

const withoutCrossZone = (made: Deployment): Deployment =>
  made.change("loadBalancer", "security", { enableCrossZoneLoadBalancing: false });
const withCrossZone = (made: Deployment): Deployment =>
  made.change("loadBalancer", "security", { enableCrossZoneLoadBalancing: true });
const withoutTarget = (made: Deployment): Deployment => made.remove("attachment", /security-target-apne1-az1/);
const withoutEndpoint = (made: Deployment): Deployment =>
  made.remove("route", /apne1-az1/).remove("endpoint", "system-apne1-az1");

interface Case {
  code: keyof typeof findingKinds;
  fault: (made: Deployment) => unknown;
  /** Where it is told, and what of it. */
  hop: string;
  seen: RegExp;
  /** Does not bring it. */
  nearMiss: (made: Deployment) => unknown;
}

const cases: Case[] = [
  {
    code: "SUBNET_BYPASSES_INSPECTION",
    fault: (made) => made.remove("route", toDestination).remove("route", toSource),
    hop: sourceTable,
    seen: /^system-source-apne1-az4 reaches system-destination-apne1-az1 past .*; through one: from system-source-apne1-az1$/,
    nearMiss: (made) => made.remove("route", /^system-(source|destination)-.*-to-/),
  },
  {
    code: "SUBNET_NOT_INSPECTED",
    fault: (made) => made.remove("route", /^system-(source|destination)-apne1-az1-to-|-to-apne1-az1$/),
    hop: "system-source-apne1-az1",
    seen: /^system-source-apne1-az1, system-destination-apne1-az1 reaches .* past every endpoint/,
    nearMiss: (made) => made.remove("route", /^system-(source|destination)-.*-to-/),
  },
  {
    code: "ONE_WAY_ROUTES",
    fault: (made) => made.remove("route", toDestination),
    hop: sourceTable,
    seen: /^system-source-apne1-az4 → system-destination-apne1-az1: requests go past .*, replies through vpce-\w+;/,
    nearMiss: (made) => made.remove("route", toDestination).remove("route", toSource),
  },
  {
    code: "ONE_WAY_ROUTES",
    fault: (made) => made.remove("route", toSource),
    hop: "system-destination-apne1-az1",
    seen: /replies go past every endpoint|requests go past every endpoint/,
    nearMiss: () => undefined,
  },
  {
    code: "RETURN_THROUGH_OTHER_ENDPOINT",
    fault: (made) => made.change("route", toSource, { vpcEndpointId: made.id("endpoint", "system-apne1-az1") }),
    hop: "system-apne1-az1",
    seen: /requests through/,
    nearMiss: () => undefined,
  },
  {
    code: "ENDPOINT_PENDING_ACCEPTANCE",
    fault: (made) => made.change("endpoint", "system-apne1-az4", { state: "pendingAcceptance" }),
    hop: "system-apne1-az4",
    seen: /pendingAcceptance/,
    nearMiss: () => undefined,
  },
  {
    code: "ELBV2_NO_TARGETS_IN_AZ",
    fault: (made) => withoutTarget(withoutCrossZone(made)),
    hop: "security",
    seen: /cross-zone load balancing is off/,
    nearMiss: (made) => withoutTarget(withCrossZone(made)),
  },
  {
    code: "ENDPOINT_IN_OTHER_AZ",
    fault: (made) => egress(made, ["az1", "az1"]),
    hop: "system-apne1-az1",
    seen: /^system-source-apne1-az4 in apne1-az4 to .*the internet: through system-apne1-az1 in apne1-az1$/,
    nearMiss: (made) => egress(made, ["az4", "az1"]),
  },
  {
    code: "TARGETS_IN_OTHER_AZ_ONLY",
    fault: (made) => withoutTarget(withCrossZone(made)),
    hop: "system-apne1-az1",
    seen: /is in apne1-az1, all targets are in apne1-az4$/,
    nearMiss: withCrossZone,
  },
  {
    code: "TARGET_NEVER_CHOSEN",
    fault: (made) => withoutEndpoint(withoutCrossZone(made)),
    hop: "security-target-apne1-az1",
    seen: /is in apne1-az1; endpoints that were read are in apne1-az4$/,
    nearMiss: (made) => withoutEndpoint(withCrossZone(made)),
  },
  {
    code: "ENDPOINT_WITHOUT_ROUTE",
    fault: (made) => made.remove("route", /^system-(source|destination)-/),
    hop: "system-apne1-az1",
    seen: /^vpce-\w+: no route leads to it$/,
    nearMiss: (made) => made.remove("route", toDestination),
  },
  {
    code: "ENDPOINT_WITHOUT_ROUTE",
    fault: (made) => {
      const endpoint = made.id("endpoint", "system-apne1-az1");
      made.states = made.states.filter(
        ({ type, outputs }) => !type.endsWith(":Route") || outputs?.["vpcEndpointId"] !== endpoint,
      );
      made.add("table", "spare", "rtb-spare", { vpcId: made.output("subnet", sourceTable, "vpcId") });
      made.route("spare", outside, { vpcEndpointId: endpoint });
    },
    hop: "system-apne1-az1",
    seen: /routes in spare, which no subnet has only$/,
    nearMiss: (made) => {
      made.add("table", "spare", "rtb-spare", { vpcId: made.output("subnet", sourceTable, "vpcId") });
    },
  },
  {
    code: "PRINCIPAL_NOT_USED",
    fault: (made) => made.remove("endpoint", /^system-apne1-/),
    hop: "security",
    seen: /^arn:aws:iam::222222222222:root has no endpoint of com\.amazonaws\.vpce\./,
    nearMiss: (made) => made.remove("endpoint", "system-apne1-az1"),
  },
  {
    code: "SECURITY_GROUP_ALLOWS_BYPASS",
    fault: () => undefined,
    hop: "system-source-apne1-az4",
    seen: /^tcp 22 from 10\.2\.0\.0\/28 lets system-bastion in system-public-apne1-az4 reach .* past every endpoint$/,
    nearMiss: (made) => made.remove("group", "system-bastion"),
  },
];

/** What a trace of the witness must show for a finding to be true. */
function isConfirmed(topology: Topology, { code, witness, hop }: CheckFinding): boolean {
  if (witness === undefined)
    return ["ENDPOINT_WITHOUT_ROUTE", "PRINCIPAL_NOT_USED", "TARGET_NEVER_CHOSEN"].includes(code);
  const result = trace(topology, witness);
  if (result.verdict !== witness.verdict) return false;
  const through = result.paths.map(({ request }) => request.hops.find(({ kind }) => kind === "vpc-endpoint"));
  switch (code) {
    case "SUBNET_BYPASSES_INSPECTION":
    case "SUBNET_NOT_INSPECTED":
    case "SECURITY_GROUP_ALLOWS_BYPASS":
      return result.possibleVerdicts.join() === "bypassed";
    case "ONE_WAY_ROUTES":
      return result.possibleVerdicts.join() === "one-way";
    case "ENDPOINT_IN_OTHER_AZ":
      return through.every((each) => ![undefined, result.source.azId, result.destination.azId].includes(each?.azId));
    case "TARGETS_IN_OTHER_AZ_ONLY":
      return result.paths.every(({ request }) => {
        const zones = request.hops
          .filter(({ kind, in: packet }) => kind === "instance" && packet?.outer)
          .map(({ azId }) => azId);
        return !zones.includes(through[0]?.azId);
      });
    case "TARGET_NEVER_CHOSEN":
      return result.paths.every(({ request }) => !request.hops.some(({ name }) => name === hop));
    default:
      return result.findings.some((each) => each.code === code && each.hop === hop);
  }
}

describe("a check of all flows", () => {
  let states: readonly ResourceState[];
  before(async () => (states = await deployedStates()));
  const made = (fault: (deployment: Deployment) => unknown = () => undefined): Deployment => {
    const deployment = new Deployment(states);
    fault(deployment);
    return deployment;
  };

  it("has nothing to mend in what the program deploys: a bastion beside the path is a risk", () => {
    const { findings, unknown } = check(made().topology);
    expect(new Set(findings.map(({ code, nature }) => `${code} ${nature}`))).to.deep.equal(
      new Set(["SUBNET_NOT_INSPECTED risk", "SECURITY_GROUP_ALLOWS_BYPASS risk"]),
    );
    expect(unknown).to.deep.equal([]);
  });

  it("finds nothing by SSM, where there is no bastion", async () => {
    const { findings, looked } = check(new Deployment(await deployedStates("ssm")).topology);
    expect(findings).to.deep.equal([]);
    expect(looked.flows).to.be.greaterThan(0);
  });

  for (const { code, fault, hop, seen, nearMiss } of cases) {
    it(`finds ${code} at ${hop}, with a flow that shows it`, () => {
      const { topology } = made(fault);
      const found = check(topology).findings.filter((each) => each.code === code);
      const here = found.filter((each) => each.hop === hop || each.hop.split(", ").includes(hop));
      expect(here.map((each) => each.seen).join("\n"), JSON.stringify(found)).to.match(new RegExp(seen.source, "m"));
      for (const each of found) expect(isConfirmed(topology, each), JSON.stringify(each)).to.equal(true);
    });

    it(`does not find ${code} where it is nearly so`, () => {
      const found = check(made(nearMiss).topology).findings.filter(
        (each) => each.code === code && each.hop.includes(hop),
      );
      expect(found.filter((each) => seen.test(each.seen))).to.deep.equal([]);
    });
  }

  it("has a case for each of its codes", () => {
    expect(cases.map(({ code }) => code)).to.include.members(Object.keys(checkFindingKinds));
  });

  it("does not say that something is of no use where AWS did not tell all", () => {
    const { topology } = made((deployment) => deployment.remove("endpoint", /^system-apne1-/));
    const codes = (unread?: string[]) =>
      check({ ...topology, ...(unread && { unread }) }).findings.map(({ code }) => code);
    expect(codes()).to.include("PRINCIPAL_NOT_USED");
    expect(codes(["ec2:DescribeVpcEndpoints, x: no"])).not.to.include("PRINCIPAL_NOT_USED");
  });

  it("names allowed accounts of which nothing was read", () => {
    const principalArn = "arn:aws:iam::333333333333:root";
    const { assumptions, findings } = check(
      made((deployment) => {
        const vpcEndpointServiceId = deployment.id("service", "security");
        deployment.add("principal", "other", "p-1", { principalArn, vpcEndpointServiceId });
      }).topology,
    );
    expect(assumptions.join("\n")).to.include(`${principalArn}, which security allows, uses it`);
    expect(findings.map(({ code }) => code)).not.to.include("PRINCIPAL_NOT_USED");
  });

  it("names rules that name a security group which nobody tells of, each once, with a flow that fails by it", () => {
    const lost = (made: Deployment): Partial<CheckFinding>[] =>
      check(made.topology)
        .findings.filter(({ code }) => code.startsWith("SG_REFERENC"))
        .map(({ code, hop, seen, witness }) => ({ code, hop, seen, witness }));
    expect(lost(centralised(states))).to.deep.equal([]);
    const referring = (): Deployment =>
      centralised(states).change("ingress", "b-ingress", { cidrIpv4: "", referencedSecurityGroupId: "sg-a" });
    const told = { hop: "b", seen: "all traffic from sg-a matches nothing of a → b" };
    const witness = { source: "i-a", destination: "i-b", protocol: "icmp" };
    expect(lost(referring())).to.deep.equal([
      { code: "SG_REFERENCES_NOT_PRESERVED", ...told, witness: { ...witness, verdict: "lost-after-target" } },
    ]);
    const past = (made: Deployment): Deployment => {
      for (const each of ["a", "b"]) {
        made.remove("transitGatewayAssociation", `${each}-association`);
        associate(made, each, "inspected");
      }
      return made;
    };
    expect(lost(past(referring()))).to.deep.equal([
      { code: "SG_REFERENCING_SUPPORT", ...told, witness: { ...witness, verdict: "lost-before-target" } },
    ]);
    const supported = past(referring()).change("transitGateway", "hub", { securityGroupReferencingSupport: "enable" });
    expect(lost(supported)).to.deep.equal([]);
    // Another rule lets the packets in.
    const allowed = referring().add("ingress", "b-other", "sgr-b-other", {
      securityGroupId: "sg-b",
      ipProtocol: "-1",
      cidrIpv4: "10.3.0.0/16",
    });
    expect(lost(allowed)).to.deep.equal([]);
  });

  it("names each of two attached VPCs that have a CIDR in common, of which no state tells which was attached first", () => {
    const overlapping = (made: Deployment): string[] =>
      check(made.topology)
        .findings.filter(({ code }) => code === "VPC_CIDRS_OVERLAP")
        .map(({ hop }) => hop);
    const made = centralised(states);
    expect(overlapping(made)).to.deep.equal([]);
    spokeVpc(made, { ...spokeB, name: "c", cidr: "10.4.128.0/17", address: "10.4.129.10" });
    expect(overlapping(made)).to.have.members(["b", "c"]);
    // Which of them is led to somebody has said.
    const byHand = { destinationCidrBlock: "10.4.0.0/16", transitGatewayRouteTableId: "tgw-rtb-inspected" };
    made.add("transitGatewayRoute", "b", "r", { ...byHand, transitGatewayAttachmentId: "tgw-attach-b" });
    expect(overlapping(made)).to.deep.equal(["c"]);
    // In tables of its own it reaches others.
    made.remove("transitGatewayPropagation", "c").add("transitGatewayRoute", "c", "other", {
      destinationCidrBlock: "10.4.128.0/17",
      transitGatewayRouteTableId: "tgw-rtb-spokes",
      transitGatewayAttachmentId: "tgw-attach-c",
    });
    expect(overlapping(made)).to.deep.equal([]);
  });

  it("says where a flow cannot be followed", () => {
    const nat = (deployment: Deployment) => deployment.route(sourceTable, "0.0.0.0/0", { natGatewayId: "nat-1" });
    const { unknown } = check(made(nat).topology);
    expect(unknown.map(({ code, hop }) => `${code} ${hop}`)).to.deep.equal(["UNKNOWN_RESOURCE nat-1"]);
  });

  describe("of whatever routes", () => {
    const tiers = ["source", "destination"].flatMap((tier) =>
      ["az4", "az1"].map((azId) => `system-${tier}-apne1-${azId}`),
    );
    const tables = [...tiers, "system-public-apne1-az4"];
    const blocks = ["10.2.10.0/24", "10.2.11.0/24", "10.2.20.0/24", "10.2.21.0/24", "0.0.0.0/0"];
    const route = fc.record({
      table: fc.constantFrom(...tables),
      destination: fc.constantFrom(...blocks),
      to: fc.constantFrom("az4", "az1", "gateway", "none"),
    });
    const changed = fc.uniqueArray(route, { maxLength: 6, selector: ({ table, destination }) => table + destination });
    const change = (routes: { table: string; destination: string; to: string }[], crossZone: boolean): Topology => {
      const deployment = made((each) =>
        each.change("loadBalancer", "security", { enableCrossZoneLoadBalancing: crossZone }),
      );
      for (const { table, destination, to } of routes) {
        const routeTableId = deployment.id("table", table);
        deployment.states = deployment.states.filter(
          ({ type, outputs = {} }) =>
            !type.endsWith(":Route") ||
            outputs["routeTableId"] !== routeTableId ||
            outputs["destinationCidrBlock"] !== destination,
        );
        if (to === "gateway") deployment.route(table, destination, { gatewayId: deployment.id("gateway", "system") });
        if (to.startsWith("az"))
          deployment.route(table, destination, { vpcEndpointId: deployment.id("endpoint", `system-apne1-${to}`) });
      }
      return deployment.topology;
    };

    it("has witnesses that a trace confirms, each", () => {
      fc.assert(
        fc.property(changed, fc.boolean(), (routes, crossZone) => {
          const topology = change(routes, crossZone);
          for (const each of check(topology).findings)
            expect(isConfirmed(topology, each), JSON.stringify(each)).to.equal(true);
        }),
        { numRuns: 40 },
      );
    });

    it("leaves out no two subnets between which a flow goes one way", () => {
      fc.assert(
        fc.property(changed, (routes) => {
          const topology = change(routes, true);
          const found = check(topology).findings.filter(({ code }) => code === "ONE_WAY_ROUTES");
          const subnets = Object.values(topology.subnets).filter(({ name }) => tables.includes(name));
          expect(subnets).to.have.length(5);
          for (const one of subnets) {
            for (const other of subnets.filter(({ id }) => id !== one.id)) {
              const { possibleVerdicts } = trace(topology, { source: one.id, destination: other.id, protocol: "icmp" });
              if (possibleVerdicts.join() !== "one-way") continue;
              const isTold = found.some(({ subnetIds }) => subnetIds.includes(one.id) && subnetIds.includes(other.id));
              expect(isTold, `${one.name} → ${other.name}`).to.equal(true);
            }
          }
        }),
        { numRuns: 40 },
      );
    });
  });
});
