import type { DescribeVpcEndpointConnectionsRequest } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { serveApi } from "../../../lab/api/server";
import type { EndpointConnection } from "../../../lab/cloud/ec2/endpointConnections";
import type { LoopbackServer } from "../../../lab/loopbackServer";
import { profileOf, sdkEnvironment } from "../../../lab/sts/credentials";
import { Identities } from "../../../lab/sts/identities";
import { connectedExitCode } from "../../../verification/consumerCheck";

const account = "111111111111";
const region = "ap-northeast-1";
const serviceId = "vpce-svc-0123456789abcdef0";
const program = path.join(__dirname, "../../../verification/connectedConsumers.ts");

/** The program with the AWS SDK, over real HTTP. */
describe("the look for connected consumers", () => {
  let answers: EndpointConnection[][];
  let asked: string[][];
  let folder: string;
  let server: LoopbackServer;

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "connected-"));
    [answers, asked] = [[], []];
    server = await serveApi({
      services: {
        ec2: () => ({
          call: ({ accountId, region: own }, input) => {
            const { Filters = [] } = input as DescribeVpcEndpointConnectionsRequest;
            asked.push([accountId, own, ...Filters.flatMap(({ Name, Values = [] }) => [Name ?? "", ...Values])]);
            const [found = []] = answers.length > 1 ? answers.splice(0, 1) : answers;
            return {
              VpcEndpointConnections: found.map((each) => ({
                ServiceId: each.serviceId,
                VpcEndpointId: each.endpointId,
                VpcEndpointOwner: each.ownerId,
                VpcEndpointState: each.state,
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

  async function look(profile = profileOf(account)): Promise<{ code: number | null; said: string }> {
    const sdk = sdkEnvironment(folder, [account], server.url);
    const args = ["--no-warnings", "--require", require.resolve("tsx/cjs"), program];
    const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...sdk } });
    child.stdin.end(JSON.stringify({ serviceId, region, profile }));
    const [said, code] = await Promise.all([
      text(child.stderr),
      new Promise<number | null>((resolve) => child.on("close", resolve)),
    ]);
    return { code, said };
  }

  const connection = (endpointId: string, ownerId: string, state: string): EndpointConnection => ({
    serviceId,
    endpointId,
    ownerId,
    state,
  });

  it("finds nobody where there is no connection, or none that stays", async () => {
    answers = [[connection("vpce-1", "222222222222", "rejected")]];
    expect(await look()).to.deep.equal({ code: 0, said: "" });
    expect(asked).to.deep.equal([[account, region, "service-id", serviceId]]);
  });

  it("names each endpoint, its account, and the command that removes it", async () => {
    const settings =
      'config:\n  gwlb-inspection:accountId: "222222222222"\n  gwlb-inspection:securityStack: security\n';
    fs.writeFileSync(path.join(folder, "Pulumi.system.yaml"), settings);
    fs.writeFileSync(path.join(folder, "Pulumi.broken.yaml"), "config: [");
    answers = [
      [
        connection("vpce-1", "222222222222", "available"),
        connection("vpce-2", "222222222222", "pendingAcceptance"),
        connection("vpce-3", "333333333333", "available"),
      ],
    ];
    const { code, said } = await look();
    expect(code).to.equal(connectedExitCode);
    expect(said.trimEnd().split("\n")).to.deep.equal([
      `Consumers are connected to endpoint service ${serviceId}: nothing was deleted. Remove them first:`,
      "  vpce-1 of account 222222222222: available",
      "  vpce-2 of account 222222222222: pendingAcceptance",
      "    to remove: pulumi destroy --stack system",
      `    of no stack, with that account's credentials: aws ec2 delete-vpc-endpoints --region ${region} --vpc-endpoint-ids vpce-1 vpce-2`,
      "  vpce-3 of account 333333333333: available",
      "    to remove: pulumi destroy --stack STACK, the consumer's stack there",
      `    of no stack, with that account's credentials: aws ec2 delete-vpc-endpoints --region ${region} --vpc-endpoint-ids vpce-3`,
    ]);
  });

  it("waits for a consumer that is leaving", async () => {
    answers = [[connection("vpce-1", "222222222222", "deleting")], []];
    expect(await look()).to.deep.equal({ code: 0, said: "" });
    expect(asked).to.have.length(2);
  });

  it("says why when it cannot tell, with another exit code", async () => {
    const { code, said } = await look(profileOf("444444444444"));
    expect(code).to.equal(1);
    expect(said).to.contain("lab-444444444444");
  });
});
