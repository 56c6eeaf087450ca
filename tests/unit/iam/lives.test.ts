import { expect } from "chai";
import type { Operations } from "../../../iam/actions";
import { functionActions, resourceActions } from "../../../iam/permissions";
import { actionsOf, needs } from "../../../iam/needs";
import { policyOf } from "../../../iam/policy";
import { usedByTag } from "../../../path/net/ownership";
import { hub, spoke } from "../../fixtures/aws";
import { actionsOfRequest } from "../../lab/awsApi/actions";
import { livesOf, requestsOfCalls, type Asked, type Operation } from "../../lab/awsApi/life";
import type { ApiRequest } from "../../lab/awsApi/model";
import { requestsOfLookUps } from "../../lab/awsApi/sampleCalls";
import { deployedSecurity, mirroringStack, runStack } from "../stacks/run";
import { deployCentralised, previewedSpoke } from "../stacks/centralisedRun";
import { askingsOf } from "./asking";
import { decide } from "./policySimulator";
import { region, thingOf, thingsOf, type Things } from "./things";

const accepting = { endpointAcceptance: { assumeRole: { roleArn: `arn:aws:iam::${hub}:role/accept-endpoints` } } };
const operations: Operation[] = ["create", "read", "update", "delete"];
const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();
const actionsOfAll = (asked: Asked[]): string[] =>
  sorted(asked.flatMap(({ requests }) => requests.flatMap(actionsOfRequest)));

describe("the lives of the program's resources, and the actions that they are said to need", () => {
  const lives = { security: [], system: [], mirror: [], transit: [], spoke: [] } as Record<Lived, Asked[]>;
  const things = Object.fromEntries(
    [...Object.keys(lives), "attachmentAccepter"].map((role) => [role, new Map()]),
  ) as Record<Lived | "attachmentAccepter", Things>;
  const calls: { token: string; requests: ApiRequest[] }[] = [];

  before(async () => {
    for (const access of ["ssm", "ssh"]) {
      const acceptanceRequired = access === "ssm";
      const given = { access, tags: { Team: "network" } };
      const boundary = (account: string) => ({ permissionsBoundary: `arn:aws:iam::${account}:policy/boundary` });
      const { cloud, stacks, run } = await deployedSecurity({ ...given, ...boundary(hub), acceptanceRequired });
      const config = { ...given, ...boundary(spoke), ...(acceptanceRequired && accepting) };
      const system = await runStack("system", { cloud, stacks, config });
      calls.push(...(await requestsOfCalls(run)), ...(await requestsOfCalls(system)));
      if (access === "ssh") calls.push(...(await requestsOfLookUps(run)));
      for (const [id, thing] of await thingsOf(run)) things.security.set(id, thing);
      for (const [id, thing] of await thingsOf(system)) things.system.set(id, thing);
      if (access === "ssm") {
        const mirroring = await mirroringStack(run);
        calls.push(...(await requestsOfCalls(mirroring)));
        things.mirror = await thingsOf(mirroring);
        // As the guide has it, the mirrored appliance's interfaces are tagged.
        for (const { inputs } of mirroring.mocks.registrations.filter(({ type }) =>
          type.endsWith(":TrafficMirrorSession"),
        )) {
          const id = String(inputs["networkInterfaceId"]);
          things.mirror.set(id, thingOf(id, hub, { [usedByTag]: "security-mirroring" }));
        }
        lives.mirror.push(...(await livesOf(mirroring)));
      }
      await liveCentralised(access, { lives, things, calls });
      // Consumers are deleted first.
      lives.system.push(...(await livesOf(system)));
      lives.security.push(...(await livesOf(run)));
      expect(Object.values(cloud.snapshot().vpcs)).to.deep.equal([]);
    }
  });

  const all = (): Asked[] => Object.values(lives).flat();

  for (const [type, row] of Object.entries(resourceActions)) {
    for (const operation of operations) {
      it(`${operation} of ${type} needs just these`, () => {
        const asked = all().filter((each) => each.type === type && each.operation === operation);
        const also = operation === "create" || operation === "update" ? row.read : [];
        const actions = actionsOfAll(asked);
        expect(
          actions.filter((action) => ![...row[operation], ...also].includes(action)),
          "missing",
        ).to.deep.equal([]);
        expect(
          row[operation].filter((action) => !actions.includes(action)),
          "needless",
        ).to.deep.equal([]);
      });
    }
  }

  for (const [token, actions] of Object.entries(functionActions)) {
    it(`a call of ${token} needs just these`, () => {
      const asked = calls.filter((call) => call.token === token).flatMap(({ requests }) => requests);
      expect(sorted(asked.flatMap(actionsOfRequest))).to.deep.equal(sorted(actions));
    });
  }

  it("are lived by every type, from creation to deletion", () => {
    for (const type of Object.keys(resourceActions)) {
      const lived = sorted(
        all()
          .filter((each) => each.type === type)
          .map(({ operation }) => operation),
      );
      const changeable = (resourceActions[type] as Operations).update.length > 0;
      expect(lived, type).to.deep.equal(sorted(operations.filter((each) => each !== "update" || changeable)));
    }
  });

  for (const role of ["security", "system", "accepter", "mirror", "transit", "spoke", "attachmentAccepter"] as const) {
    it(`are allowed by the policy of ${role}, request by request and resource by resource`, () => {
      const account = role === "system" || role === "spoke" ? spoke : hub;
      const types: string[] = needs[role].types;
      const asked = lives[livedBy(role)].filter(({ type }) => types.includes(type));
      const policy = policyOf(role, account, region);
      const known = things[role === "accepter" ? "security" : role];
      const denied = asked.flatMap(({ what, requests }) =>
        requests
          .flatMap((request) => askingsOf(account, request, known))
          .filter((asking) => decide([policy], asking) !== "allowed")
          .map(({ action, resource }) => `${what}: ${action} on ${resource}`),
      );
      // What somebody else has put there, in what is the program's own.
      const foreign =
        /(DetachInternetGateway|ModifyVpcEndpoint|ModifyTransitGatewayVpcAttachment|(Disassociate|Disable)TransitGatewayRouteTable\w*) on arn:\S+-11111111$/;
      expect(sorted(denied).filter((each) => !foreign.test(each))).to.deep.equal([]);
      if (role !== "accepter" && role !== "mirror") {
        expect(denied.filter((each) => foreign.test(each))).not.to.be.empty;
      }
    });

    it(`are allowed to ${role}, with what its functions need, and nothing else is`, () => {
      const own = lives[livedBy(role)];
      const types: string[] = needs[role].types;
      const asked = own.filter(({ type }) => types.includes(type));
      const actions = actionsOfAll(asked);
      expect(actions).not.to.be.empty;
      expect(actionsOf(role)).to.include.members(actions);
      const others = actionsOf(role).filter((action) => !actions.includes(action));
      expect(others).to.deep.equal(withoutRequest[role]);
    });
  }
});

type Lived = "security" | "system" | "mirror" | "transit" | "spoke";

/** Whose stacks ask by the role. */
function livedBy(role: Lived | "accepter" | "attachmentAccepter"): Lived {
  return role === "accepter" ? "system" : role === "attachmentAccepter" ? "spoke" : role;
}

/** The centralised design, with one spoke: its lives, what there is, and what its functions ask for. */
async function liveCentralised(
  access: string,
  to: {
    lives: Record<Lived, Asked[]>;
    things: Record<Lived | "attachmentAccepter", Things>;
    calls: { token: string; requests: ApiRequest[] }[];
  },
): Promise<void> {
  const tags = { Team: "network" };
  const boundary = { permissionsBoundary: `arn:aws:iam::${spoke}:policy/boundary` };
  const natSubnets = { "apne1-az4": "10.9.30.0/28", "apne1-az1": "10.9.31.0/28" };
  const changes = { security: { access }, transit: { tags, natSubnets }, "spoke-a": { access, tags, ...boundary } };
  const centralised = await deployCentralised(changes, "spoke-a");
  const { runs } = centralised;
  const again = await previewedSpoke(centralised, changes["spoke-a"]);
  for (const run of [runs.transit, runs["spoke-a"], again]) to.calls.push(...(await requestsOfCalls(run)));
  const [hubs, spokes] = [await thingsOf(runs.transit), await thingsOf(runs["spoke-a"])];
  for (const [id, thing] of hubs) to.things.transit.set(id, thing);
  // Tags are an account's own: of what is another's, nobody sees them.
  for (const [id, thing] of [...hubs, ...spokes]) to.things.attachmentAccepter.set(id, thing);
  for (const [id, thing] of spokes) {
    to.things.spoke.set(id, thing.type === "transit-gateway-attachment" ? thingOf(id, spoke, thing.tags) : thing);
  }
  for (const [id, { type }] of hubs) if (type === "transit-gateway") to.things.spoke.set(id, thingOf(id, hub));
  to.lives.spoke.push(...(await livesOf(runs["spoke-a"])));
  to.lives.transit.push(...(await livesOf(runs.transit)));
}

/** By functions, and by the program itself to reach hosts by SSM and to look for consumers. */
const bySsm = ["CancelCommand", "DescribeInstanceInformation", "GetCommandInvocation", "GetParameter", "SendCommand"];
const withoutRequest = {
  security: ["ec2:DescribeVpcEndpointConnections", ...bySsm.map((operation) => `ssm:${operation}`)],
  system: ["ec2:DescribeVpcEndpointServices", ...bySsm.map((operation) => `ssm:${operation}`)],
  accepter: [],
  mirror: ["ec2:DescribeNetworkInterfaces"],
  // The second is for private names of interface endpoints, of which it has none.
  transit: [
    "ec2:DescribeTransitGatewayAttachments",
    "ec2:DescribeVpcEndpointServices",
    "route53:AssociateVPCWithHostedZone",
  ],
  // Where the transit gateway is of the spoke's own account.
  spoke: [
    ...["DisableTransitGatewayRouteTablePropagation", "DisassociateTransitGatewayRouteTable"].map(
      (operation) => `ec2:${operation}`,
    ),
    ...bySsm.map((operation) => `ssm:${operation}`),
  ],
  attachmentAccepter: ["ec2:SearchTransitGatewayRoutes"],
};
