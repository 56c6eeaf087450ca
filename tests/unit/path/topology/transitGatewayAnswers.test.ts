import { expect } from "chai";
import { isKnown, topologyFromAnswers, type Answers } from "../../../../path/topology";

const answers = (more: Partial<Answers>): Answers => ({
  source: "profile a",
  region: "ap-northeast-1",
  readAt: "2026-01-01T00:00:00Z",
  unread: [],
  ...more,
});

const spokes: Answers["transitGatewayAttachments"] = [
  {
    TransitGatewayAttachmentId: "tgw-attach-1",
    TransitGatewayId: "tgw-1",
    VpcId: "vpc-1",
    VpcOwnerId: "333333333333",
    State: "pendingAcceptance",
    SubnetIds: ["subnet-1"],
    Options: { ApplianceModeSupport: "enable", SecurityGroupReferencingSupport: "disable" },
  },
];

/** The owner's account is told all, a spoke's its own attachment and nothing of route tables. */
const owner = answers({
  transitGateways: [
    { TransitGatewayId: "tgw-1", OwnerId: "222222222222", Options: { SecurityGroupReferencingSupport: "enable" } },
  ],
  transitGatewayAttachments: spokes,
  transitGatewayRouteTables: [
    {
      TransitGatewayRouteTableId: "tgw-rtb-1",
      TransitGatewayId: "tgw-1",
      Associations: [
        { TransitGatewayAttachmentId: "tgw-attach-1", State: "associated" },
        { TransitGatewayAttachmentId: "tgw-attach-2", State: "disassociating" },
      ],
      Routes: [
        {
          DestinationCidrBlock: "10.3.0.0/16",
          Type: "propagated",
          State: "active",
          TransitGatewayAttachments: [{ TransitGatewayAttachmentId: "tgw-attach-1" }],
        },
        { DestinationCidrBlock: "10.0.0.0/8", Type: "static", State: "blackhole" },
        { DestinationCidrBlock: "fd00::/8", Type: "static", State: "active" },
      ],
    },
  ],
});

describe("transit gateways in AWS's answers", () => {
  it("are read with attachments, associations and routes, whoever was asked first", () => {
    for (const all of [
      [owner, answers({ transitGatewayAttachments: spokes })],
      [answers({ transitGatewayAttachments: spokes, transitGatewayRouteTables: [] }), owner],
    ]) {
      const topology = topologyFromAnswers(all);
      expect(topology.transitGateways["tgw-1"]).to.deep.include({
        accountId: "222222222222",
        securityGroupReferencing: true,
      });
      expect(topology.transitGatewayAttachments["tgw-attach-1"]).to.deep.include({
        accountId: "333333333333",
        vpcId: "vpc-1",
        state: "pendingAcceptance",
        subnetIds: ["subnet-1"],
        applianceMode: true,
        securityGroupReferencing: false,
      });
      expect(topology.transitGatewayRouteTables["tgw-rtb-1"]).to.deep.include({
        attachmentIds: ["tgw-attach-1"],
        routes: [
          { destination: "10.3.0.0/16", type: "propagated", attachmentId: "tgw-attach-1" },
          { destination: "10.0.0.0/8", type: "static" },
        ],
      });
    }
  });

  it("are unknown where AWS did not tell", () => {
    const [table] = owner.transitGatewayRouteTables ?? [];
    const { Associations, Routes, ...refused } = table!;
    expect(Associations).to.have.length(2);
    expect(Routes).to.have.length(3);
    const read = topologyFromAnswers([{ ...owner, transitGatewayRouteTables: [refused] }]);
    const { attachmentIds, routes } = read.transitGatewayRouteTables["tgw-rtb-1"]!;
    expect([isKnown(attachmentIds), isKnown(routes)]).to.deep.equal([false, false]);
  });
});
