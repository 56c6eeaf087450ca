import type { DescribeTransitGatewayAttachmentsRequest } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { serveApi } from "../../../lab/api/server";
import type { LoopbackServer } from "../../../lab/loopbackServer";
import { profileOf, sdkEnvironment } from "../../../lab/sts/credentials";
import { Identities } from "../../../lab/sts/identities";
import { connectedExitCode } from "../../../verification/consumerCheck";

const account = "111111111111";
const region = "ap-northeast-1";
const transitGatewayId = "tgw-0123456789abcdef0";
const ownAttachmentId = "tgw-attach-own";
const program = path.join(__dirname, "../../../verification/attachedSpokes.ts");

interface Attached {
  id: string;
  owner: string;
  state: string;
  table?: string;
  type?: string;
}

/** The program with the AWS SDK, over real HTTP. */
describe("the look for attached spokes", () => {
  let answers: Attached[][];
  let asked: string[][];
  let folder: string;
  let server: LoopbackServer;

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "attached-"));
    [answers, asked] = [[], []];
    server = await serveApi({
      services: {
        ec2: () => ({
          call: (_, input) => {
            const { Filters = [] } = input as DescribeTransitGatewayAttachmentsRequest;
            asked.push(Filters.flatMap(({ Name, Values = [] }) => [Name ?? "", ...Values]));
            const [found = []] = answers.length > 1 ? answers.splice(0, 1) : answers;
            return {
              TransitGatewayAttachments: found.map(({ id, owner, state, table, type = "vpc" }) => ({
                TransitGatewayAttachmentId: id,
                ResourceOwnerId: owner,
                ResourceType: type,
                ResourceId: `of-${id}`,
                State: state,
                ...(table !== undefined && { Association: { TransitGatewayRouteTableId: table } }),
              })),
            };
          },
        }),
      },
      identities: new Identities([account]),
      log: () => undefined,
    });
  });

  afterEach(async () => {
    await server.close();
    fs.rmSync(folder, { recursive: true });
  });

  async function look(more: object = {}): Promise<{ code: number | null; said: string }> {
    const sdk = sdkEnvironment(folder, [account], server.url);
    const args = ["--no-warnings", "--require", require.resolve("tsx/cjs"), program];
    const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...sdk } });
    const profile = profileOf(account);
    child.stdin.end(JSON.stringify({ transitGatewayId, ownAttachmentId, region, profile, ...more }));
    const [said, code] = await Promise.all([
      text(child.stderr),
      new Promise<number | null>((resolve) => child.on("close", resolve)),
    ]);
    return { code, said };
  }

  const own = { id: ownAttachmentId, owner: account, state: "available", table: "tgw-rtb-inspection" };

  it("finds none but the stack's own, and what is no attachment any more", async () => {
    answers = [[own, { id: "tgw-attach-1", owner: "222222222222", state: "deleted" }]];
    expect(await look()).to.deep.equal({ code: 0, said: "" });
    expect(asked).to.deep.equal([["transit-gateway-id", transitGatewayId]]);
  });

  it("names each attachment, its account, and the command that removes it", async () => {
    const settings = 'config:\n  gwlb-inspection:accountId: "222222222222"\n  gwlb-inspection:transitStack: transit\n';
    fs.writeFileSync(path.join(folder, "Pulumi.spoke-a.yaml"), settings);
    answers = [
      [
        own,
        { id: "tgw-attach-1", owner: "222222222222", state: "available" },
        { id: "tgw-attach-2", owner: "333333333333", state: "pendingAcceptance" },
        { id: "tgw-attach-3", owner: "333333333333", state: "available", type: "vpn" },
      ],
    ];
    const { code, said } = await look();
    expect(code).to.equal(connectedExitCode);
    const byHand = (id: string): string =>
      `    of no stack, with that account's credentials: aws ec2 delete-transit-gateway-vpc-attachment --region ${region} --transit-gateway-attachment-id ${id}`;
    expect(said.trimEnd().split("\n")).to.deep.equal([
      `Spokes are attached to transit gateway ${transitGatewayId}: nothing was deleted. Remove them first:`,
      "  tgw-attach-1 of account 222222222222: vpc of-tgw-attach-1 available",
      "    to remove: pulumi destroy --stack spoke-a",
      byHand("tgw-attach-1"),
      "  tgw-attach-2 of account 333333333333: vpc of-tgw-attach-2 pendingAcceptance",
      "  tgw-attach-3 of account 333333333333: vpn of-tgw-attach-3 available",
      "    to remove: pulumi destroy --stack STACK, the spoke's stack there",
      byHand("tgw-attach-2"),
    ]);
  });

  it("counts only what is in the stack's route tables where the transit gateway stays", async () => {
    answers = [[own, { id: "tgw-attach-1", owner: "222222222222", state: "available", table: "tgw-rtb-others" }]];
    expect(await look({ routeTableIds: ["tgw-rtb-spokes"] })).to.deep.equal({ code: 0, said: "" });
    expect((await look({ routeTableIds: ["tgw-rtb-others"] })).code).to.equal(connectedExitCode);
  });

  it("waits for a spoke that is leaving", async () => {
    answers = [[{ id: "tgw-attach-1", owner: "222222222222", state: "deleting" }], []];
    expect(await look()).to.deep.equal({ code: 0, said: "" });
    expect(asked).to.have.length(2);
  });

  it("says why when it cannot tell, with another exit code", async () => {
    const { code, said } = await look({ profile: profileOf("444444444444") });
    expect(code).to.equal(1);
    expect(said).to.contain("lab-444444444444");
  });
});
