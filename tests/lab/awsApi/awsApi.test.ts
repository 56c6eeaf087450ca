import { expect } from "chai";
import type { Properties } from "../../../lab/cloud/core/properties";
import { hub } from "../../fixtures/aws";
import { deployCentralised, previewedSpoke } from "../../unit/stacks/centralisedRun";
import { deployedSecurity, mirroringStack, runStack, type StackRun } from "../../unit/stacks/run";
import { livesOf, madeUpNames, requestsOfCalls } from "./life";
import { complaintsAbout, installModel, type ApiRequest } from "./model";
import { requestsOf, requestsOfCall } from "./requests";
import { requestsOfLookUps } from "./sampleCalls";

/** Settings of the security stack that reach AWS, and are not the defaults. */
const variants: [string, Properties][] = [
  ["as it is by default", {}],
  ["with hosts that are reached by ssh", { access: "ssh" }],
  [
    "with every setting changed",
    {
      acceptanceRequired: true,
      crossZone: true,
      stickiness: "source_ip_dest_ip",
      failover: "rebalance",
      deregistrationDelay: 0,
      tcpIdleTimeout: 6000,
      healthCheck: { interval: 300, timeout: 120, healthyThreshold: 10, unhealthyThreshold: 10 },
    },
  ],
  [
    "with the other stickiness and the least of everything",
    {
      stickiness: "source_ip_dest_ip_proto",
      deregistrationDelay: 3600,
      tcpIdleTimeout: 60,
      healthCheck: { interval: 5, timeout: 2, healthyThreshold: 2, unhealthyThreshold: 2 },
    },
  ],
];

const isAws = (token: string): boolean => token.startsWith("aws:");

async function requestsOfRun(run: StackRun): Promise<{ what: string; request: ApiRequest }[]> {
  const ofResources = await Promise.all(
    run.mocks.registrations
      .filter(({ type }) => isAws(type))
      .map(async (registration) =>
        requestsOf(registration, await madeUpNames(run, registration)).map((request) => ({
          what: `${registration.type} ${registration.name}`,
          request,
        })),
      ),
  );
  const ofCalls = (await requestsOfCalls(run)).map(({ token, requests }) =>
    requests.map((request) => ({ what: token, request })),
  );
  return [...ofResources, ...ofCalls].flat();
}

describe("the requests of the program's resources and botocore's model of the AWS APIs", () => {
  let security: StackRun;
  let system: StackRun;

  before(async function () {
    // Downloads botocore, the first time.
    this.timeout(300_000);
    installModel();
    const deployed = await deployedSecurity();
    security = deployed.run;
    system = await runStack("system", { cloud: deployed.cloud, stacks: deployed.stacks });
  });

  async function expectAccepted(run: StackRun): Promise<string[]> {
    const requests = await requestsOfRun(run);
    const complaints = complaintsAbout(requests.map(({ request }) => request));
    expect(complaints).to.have.length(requests.length);
    const refused = requests.flatMap(({ what, request }, index) =>
      (complaints[index] ?? []).map((complaint) => `${what}, ${request.operation}: ${complaint}`),
    );
    expect(refused).to.deep.equal([]);
    return requests.map(({ request }) => request.operation);
  }

  for (const [how, config] of variants) {
    it(`takes the security stack ${how}`, async () => {
      const run = Object.keys(config).length === 0 ? security : (await deployedSecurity(config)).run;
      const operations = await expectAccepted(run);
      expect(operations).to.include.members([
        "CreateLoadBalancer",
        "CreateTargetGroup",
        "ModifyTargetGroupAttributes",
        "CreateListener",
        "RegisterTargets",
        "CreateVpcEndpointServiceConfiguration",
        "ModifyVpcEndpointServicePermissions",
        "DescribeNetworkInterfaces",
        "GetParameter",
      ]);
    });
  }

  it("takes the system stack", async () => {
    const { cloud, stacks } = await deployedSecurity({ access: "ssh" });
    await expectAccepted(await runStack("system", { cloud, stacks, config: { access: "ssh" } }));
    const operations = await expectAccepted(system);
    expect(operations).to.include.members(["CreateVpcEndpoint", "CreateRoute", "DescribeVpcEndpointServices"]);
  });

  it("takes a system stack that accepts its own endpoints", async () => {
    const { cloud, stacks } = await deployedSecurity({ acceptanceRequired: true });
    const assumeRole = { roleArn: "arn:aws:iam::111111111111:role/accept-endpoints" };
    const accepting = await runStack("system", { cloud, stacks, config: { endpointAcceptance: { assumeRole } } });
    const operations = await expectAccepted(accepting);
    const both = ["AcceptVpcEndpointConnections", "DescribeVpcEndpointConnections"];
    expect(operations).to.include.members(both).and.not.include("RejectVpcEndpointConnections");
  });

  for (const access of ["ssm", "ssh"]) {
    it(`takes what reads, changes and deletes the resources of both stacks, reached by ${access}`, async () => {
      const acceptanceRequired = access === "ssm";
      const accepting = {
        endpointAcceptance: { assumeRole: { roleArn: `arn:aws:iam::${hub}:role/accept-endpoints` } },
      };
      const { cloud, stacks, run } = await deployedSecurity({ access, acceptanceRequired });
      const config = { access, ...(acceptanceRequired && accepting) };
      const consumer = await runStack("system", { cloud, stacks, config });
      const asked = [...(await livesOf(consumer)), ...(await livesOf(run))];
      const requests = asked.flatMap(({ what, operation, requests: some }) =>
        some.map((request) => ({ what: `${operation} ${what}`, request })),
      );
      const complaints = complaintsAbout(requests.map(({ request }) => request));
      expect(complaints).to.have.length(requests.length);
      const refused = requests.flatMap(({ what, request }, index) =>
        (complaints[index] ?? []).map((complaint) => `${what}, ${request.operation}: ${complaint}`),
      );
      expect(refused).to.deep.equal([]);
    });
  }

  it("takes the centralised design's stacks, from creation to deletion", async () => {
    const natSubnets = { "apne1-az4": "10.9.30.0/28", "apne1-az1": "10.9.31.0/28" };
    const centralised = await deployCentralised({ transit: { natSubnets } }, "spoke-a");
    const { runs } = centralised;
    const made: string[] = [];
    for (const run of [runs.transit, runs["spoke-a"]]) made.push(...(await expectAccepted(run)));
    expect(made).to.include.members([
      "CreateTransitGateway",
      "CreateTransitGatewayVpcAttachment",
      "CreateNatGateway",
      "CreateResourceShare",
    ]);
    const calls = await requestsOfCalls(await previewedSpoke(centralised, {}));
    const lives = [...(await livesOf(runs["spoke-a"])), ...(await livesOf(runs.transit))];
    const requests = [...lives, ...calls].flatMap((each) => each.requests);
    expect(requests.map(({ operation }) => operation)).to.include("DescribeTransitGatewayVpcAttachments");
    expect(complaintsAbout(requests)).to.deep.equal(requests.map(() => []));
  });

  it("takes a stack that mirrors a target, from creation to deletion", async () => {
    const { run } = await deployedSecurity();
    const mirroring = await mirroringStack(run);
    expect(await expectAccepted(mirroring)).to.include.members([
      ...["CreateTrafficMirrorFilter", "CreateTrafficMirrorFilterRule"],
      ...["CreateTrafficMirrorTarget", "CreateTrafficMirrorSession", "DescribeNetworkInterfaces"],
    ]);
    const requests = (await livesOf(mirroring)).flatMap((each) => each.requests);
    expect(complaintsAbout(requests)).to.deep.equal(requests.map(() => []));
  });

  it("takes what looks up what is there already", async () => {
    const { run } = await deployedSecurity({ access: "ssh" });
    const requests = (await requestsOfLookUps(run)).flatMap((call) => call.requests);
    expect(complaintsAbout(requests)).to.deep.equal(requests.map(() => []));
  });

  it("is asked about every type of resource and every function of aws that the program has, and names a new one", () => {
    expect(() => requestsOf({ type: "aws:ec2/vpnGateway:VpnGateway", inputs: {}, id: "nat-1" }, {})).to.throw(
      "no API request is known for aws:ec2/vpnGateway:VpnGateway",
    );
    const gateway = "aws:ec2/getVpnGateway:getVpnGateway";
    expect(() => requestsOfCall({ token: gateway, args: {} }, {})).to.throw(gateway);
    const vpc = { type: "aws:ec2/vpc:Vpc", inputs: { cidrBlock: "10.0.0.0/16", ipv6IpamPoolId: "x" }, id: "vpc-1" };
    expect(() => requestsOf(vpc, {})).to.throw("Vpc: no API request is known that carries ipv6IpamPoolId");
  });

  const group = (changes: Properties) => (inputs: Properties) => ({ ...inputs, ...changes });
  const nested = (key: string, changes: Properties) => (inputs: Properties) => ({
    ...inputs,
    [key]: { ...(inputs[key] as Properties), ...changes },
  });
  const targetGroup = "aws:lb/targetGroup:TargetGroup";
  const wrong: [string, string, (inputs: Properties) => Properties, RegExp][] = [
    ["an unknown protocol", targetGroup, group({ protocol: "GENEVE2" }), /'GENEVE2' is none of HTTP, .*GENEVE/],
    ["a port as text", targetGroup, group({ port: "6081" }), /Invalid type for parameter Port.*<class 'str'>/],
    [
      "a health check's port as a number",
      targetGroup,
      nested("healthCheck", { port: 80 }),
      /Invalid type.*HealthCheckPort/,
    ],
    ["too short an interval", targetGroup, nested("healthCheck", { interval: 4 }), /Interval.* 4/],
    ["too long an interval", targetGroup, nested("healthCheck", { interval: 301 }), /301 is over the maximum of 300/],
    ["too many checks", targetGroup, nested("healthCheck", { healthyThreshold: 11 }), /11 is over the maximum of 10/],
    [
      "failover in camelCase, as typings suggest",
      targetGroup,
      group({ targetFailovers: [{ onDeregistration: "noRebalance", onUnhealthy: "no_rebalance" }] }),
      /target_failover.on_deregistration is 'noRebalance', its values are rebalance, no_rebalance/,
    ],
    [
      "stickiness of no known type",
      targetGroup,
      nested("stickiness", { type: "source_port" }),
      /stickiness.type is 'source_port'/,
    ],
    [
      "stickiness that is neither on nor off",
      targetGroup,
      nested("stickiness", { enabled: "yes" }),
      /stickiness.enabled is 'yes'/,
    ],
    ["too long a deregistration delay", targetGroup, group({ deregistrationDelay: 3601 }), /its range is 0-3600/],
    [
      "too short an idle timeout",
      "aws:lb/listener:Listener",
      group({ tcpIdleTimeoutSeconds: 59 }),
      /its range is 60-6000/,
    ],
    [
      "an unknown load balancer type",
      "aws:lb/loadBalancer:LoadBalancer",
      group({ loadBalancerType: "GATEWAY" }),
      /is none of/,
    ],
    ["a CIDR that is a number", "aws:ec2/vpc:Vpc", group({ cidrBlock: 10 }), /Invalid type for parameter CidrBlock/],
    ["a flag as text", "aws:ec2/vpc:Vpc", group({ enableDnsSupport: "true" }), /Invalid type.*EnableDnsSupport/],
    [
      "a route table that is missing",
      "aws:ec2/route:Route",
      group({ routeTableId: undefined }),
      /Missing required parameter.*RouteTableId/,
    ],
    [
      "one subnet that is no list",
      "aws:lb/loadBalancer:LoadBalancer",
      group({ subnets: "subnet-1" }),
      /Invalid type.*Subnets/,
    ],
    [
      "an unknown instance type",
      "aws:ec2/instance:Instance",
      group({ instanceType: "t3.tiny" }),
      /'t3.tiny' is none of/,
    ],
    [
      "tokens that are neither optional nor required",
      "aws:ec2/instance:Instance",
      nested("metadataOptions", { httpTokens: "on" }),
      /'on' is none of/,
    ],
  ];
  /** All in one question: the models are big. */
  let answers: string[] | undefined;
  async function complaintsAboutWrong(): Promise<string[]> {
    const requests = wrong.map(async ([, type, change]) => {
      const [found] = [security, system].flatMap((run) => {
        const registration = run.mocks.registrations.find((each) => each.type === type);
        return registration === undefined ? [] : [{ run, registration }];
      });
      if (found === undefined) throw new Error(`neither stack has ${type}`);
      const { run, registration } = found;
      const names = await madeUpNames(run, registration);
      return requestsOf({ ...registration, inputs: change(registration.inputs) }, names);
    });
    const asked = await Promise.all(requests);
    const complaints = complaintsAbout(asked.flat());
    return asked.map((some) => complaints.splice(0, some.length).flat().join("\n"));
  }
  wrong.forEach(([what, , , complaint], index) => {
    it(`does not take ${what}`, async () => {
      answers ??= await complaintsAboutWrong();
      expect(answers[index]).to.match(complaint);
    });
  });

  it("does not take parameters, attributes and filters that there are none of", () => {
    const requests: ApiRequest[] = [
      { service: "ec2", operation: "CreateVpc", parameters: { Cidr: "10.0.0.0/16" } },
      {
        service: "elbv2",
        operation: "ModifyTargetGroupAttributes",
        parameters: { TargetGroupArn: "arn", Attributes: [{ Key: "stickiness.kind", Value: "true" }] },
      },
      {
        service: "ec2",
        operation: "DescribeNetworkInterfaces",
        parameters: { Filters: [{ Name: "subnet", Values: ["subnet-1"] }] },
      },
    ];
    const [parameter, attribute, filter] = complaintsAbout(requests);
    expect(parameter?.join()).to.match(/Unknown parameter in input: "Cidr"/);
    expect(attribute).to.deep.equal([
      "ModifyTargetGroupAttributes.Attributes[0]: there is no attribute 'stickiness.kind'",
    ]);
    expect(filter).to.deep.equal(["DescribeNetworkInterfaces.Filters: there is no filter 'subnet'"]);
  });
});
