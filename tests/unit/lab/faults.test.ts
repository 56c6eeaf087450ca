import { expect } from "chai";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { Cloud } from "../../../lab/cloud/cloud";
import { faults } from "../../../lab/faults/faults";
import type { Fabric } from "../../../lab/fabric/fabric";
import { packageFaults } from "../../../lab/faults/packageFaults";
import { routeFaults } from "../../../lab/faults/routeFaults";
import { serviceFaults } from "../../../lab/faults/serviceFaults";
import { transitFaults } from "../../../lab/faults/transitFaults";
import { region, spoke } from "../../fixtures/aws";
import { expectedVerdict } from "../../lab/expectedVerdict";
import { accessFaultCases, faultCases, internetFaultCases, transitFaultCases } from "../../lab/faultCases";
import { deployedSecurity, runStack } from "../stacks/run";
import { deployCentralised } from "../stacks/centralisedRun";

const cases = [
  ...faultCases,
  ...internetFaultCases,
  ...transitFaultCases,
  ...accessFaultCases.ssm,
  ...accessFaultCases.ssh,
];

/** Of the other account, which it is shared with. */
function isTransitGatewaySeen(cloud: Cloud): boolean {
  const answer = cloud.operation("ec2", "DescribeTransitGateways")?.call({ accountId: spoke, region }, {});
  return (answer as { TransitGateways: unknown[] }).TransitGateways.length > 0;
}

describe("the faults of the centralised design", () => {
  const natSubnets = { "apne1-az4": "10.9.30.0/28", "apne1-az1": "10.9.31.0/28" };
  for (const [name, { make }] of Object.entries(transitFaults)) {
    it(`${name} is taken back, and nothing is changed where an \`up\` has mended it meanwhile`, async () => {
      const { cloud } = (await deployCentralised({ transit: { natSubnets } }, "spoke-b")).runs["spoke-b"];
      const network = (): unknown => {
        const { routeTables, transitGatewayRouteTables: tables, ...rest } = cloud.snapshot();
        const { transitGatewayAttachments, securityGroupRules, vpcs, subnets, networkInterfaces } = rest;
        const routes = Object.values(routeTables).map((table) => ({ ...table, routes: inOrder(table.routes) }));
        const transit = Object.values(tables).map((table) => ({
          ...table,
          attachmentIds: inOrder(table.attachmentIds),
          propagatingAttachmentIds: inOrder(table.propagatingAttachmentIds),
        }));
        const isSeen = isTransitGatewaySeen(cloud);
        return {
          routes,
          transit,
          transitGatewayAttachments,
          securityGroupRules,
          vpcs,
          subnets,
          networkInterfaces,
          isSeen,
        };
      };
      const whole = network();
      const undo = await make({ cloud, fabric: {} as Fabric, snapshot: cloud.snapshot() });
      expect(network()).not.to.deep.equal(whole);
      for (const each of undo) await each();
      expect(network()).to.deep.equal(whole);
      // What was taken back is as an `up` would have it.
      for (const each of undo) await each();
      expect(network()).to.deep.equal(whole);
    });
  }
});

describe("the faults of routes and of the service", () => {
  for (const [name, { make }] of Object.entries({ ...routeFaults, ...serviceFaults })) {
    it(`${name} changes nothing when it is taken back after an \`up\` has mended it`, async () => {
      const { cloud, stacks } = await deployedSecurity();
      await runStack("system", { cloud, stacks });
      const undo = await make({ cloud, fabric: {} as Fabric, snapshot: cloud.snapshot() });
      for (const each of undo) await each();
      const mended = JSON.stringify(cloud.snapshot());
      for (const each of undo) await each();
      expect(JSON.stringify(cloud.snapshot())).to.equal(mended);
    });
  }
});

function inOrder<T>(values: T[]): T[] {
  return [...values].sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
}

describe("docs/faults.md", () => {
  it("lists every fault with what it changes, its verdict and its first finding, and no other", () => {
    const page = readFileSync(path.join(__dirname, "../../../docs/faults.md"), "utf8");
    const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` +\| (.*?) +\| (.*?) +\| (.*?) +\|$/gm)];
    const documented = Object.fromEntries(rows.map(([, name = "", ...cells]) => [name, cells]));
    const expected = Object.fromEntries(
      Object.entries(faults).map(([name, { what }]) => {
        const known = cases.find(({ fault }) => fault === name);
        const then = known?.later === undefined ? "" : `, then \`${known.later}\``;
        const verdict = known === undefined ? "set-up fails" : `\`${known.verdict}\`${then}`;
        return [name, [what, verdict, known?.first === undefined ? "–" : `\`${known.first}\``]];
      }),
    );
    expect(documented).to.deep.equal(expected);
  });

  it("has a case for every fault of the path", () => {
    const ofPath = Object.keys(faults).filter((name) => packageFaults[name] === undefined);
    expect(cases.map(({ fault }) => fault)).to.have.members(ofPath);
  });

  it("has for each what its effect on packets alone comes to, as for two faults at once", () => {
    for (const { fault, verdict, later = verdict, effect } of cases) {
      if (effect !== undefined) expect(expectedVerdict([effect]), fault).to.equal(later);
    }
  });
});
