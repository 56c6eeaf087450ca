import { expect } from "chai";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { serveApi } from "../../../lab/api/server";
import type { AccessRecord } from "../../../lab/api/accessLog";
import { Cloud } from "../../../lab/cloud/cloud";
import type { LoopbackServer } from "../../../lab/loopbackServer";
import { operatorAccount, profileOf, sdkEnvironment } from "../../../lab/sts/credentials";
import { Identities } from "../../../lab/sts/identities";
import { stsService } from "../../../lab/sts/service";
import { installCommandLine } from "./model";

const [hub, spoke] = ["111111111111", "222222222222"];
const accounts = { [hub]: { name: "security" }, [spoke]: { name: "system" } };
const region = "ap-northeast-1";

/** AWS's own command line, which is made of botocore, with nothing changed but the endpoint. */
describe("the lab's API and AWS's command line", function () {
  this.timeout(600_000);
  const cloud = new Cloud({ accounts, clock: { scale: 0.001 } });
  const records: AccessRecord[] = [];
  const logged: string[] = [];
  let folder: string;
  let api: LoopbackServer;
  let program: string;

  before(async () => {
    program = installCommandLine();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "aws-command-line-"));
    const identities = new Identities([...Object.keys(accounts), operatorAccount]);
    api = await serveApi({
      services: {
        ec2: (action) => cloud.operation("ec2", action),
        elasticloadbalancing: (action) => cloud.operation("elasticloadbalancing", action),
        sts: stsService(identities, Object.keys(accounts)),
      },
      identities,
      accountIds: Object.keys(accounts),
      log: (line) => void logged.push(line),
      record: (record) => void records.push(record),
    });
  });

  after(async () => {
    await api.close();
    fs.rmSync(folder, { recursive: true });
  });

  async function aws(account: string, ...args: string[]): Promise<string> {
    const env = { ...process.env, ...sdkEnvironment(folder, Object.keys(accounts), api.url) };
    const common = ["--region", region, "--profile", profileOf(account), "--output", "text"];
    const { stdout } = await promisify(execFile)(program, ["-m", "awscli", ...args, ...common], { env });
    return stdout.trim();
  }

  const refused = (account: string, ...args: string[]): Promise<string> =>
    aws(account, ...args).then(
      () => "none",
      (error: unknown) => (error as { stderr: string }).stderr.trim(),
    );

  it("build the path step by step from nothing: service, principals, endpoint, routes, target", async () => {
    const zone = "apne1-az4";
    const ec2 = (account: string) => (command: string, query: string, args: string[]) =>
      aws(account, "ec2", command, "--query", query, ...args);
    const [inHub, inSpoke] = [ec2(hub), ec2(spoke)];
    const elb = (command: string, query: string, args: string[]) =>
      aws(hub, "elbv2", command, "--query", query, ...args);

    const hubVpc = await inHub("create-vpc", "Vpc.VpcId", ["--cidr-block", "10.1.0.0/16"]);
    expect(hubVpc).to.match(/^vpc-0[0-9a-f]{16}$/);
    const inVpc = (vpc: string, cidr: string) => [
      "--vpc-id",
      vpc,
      "--cidr-block",
      cidr,
      "--availability-zone-id",
      zone,
    ];
    const hubSubnet = await inHub("create-subnet", "Subnet.SubnetId", inVpc(hubVpc, "10.1.1.0/24"));
    const named = "ResourceType=instance,Tags=[{Key=Name,Value=target}]";
    const image = Object.values(cloud.snapshot().images).find((each) => each.region === region)?.id ?? "";
    const launch = ["--image-id", image, "--instance-type", "t3.micro", "--subnet-id", hubSubnet];
    const target = await inHub("run-instances", "Instances[0].InstanceId", [...launch, "--tag-specifications", named]);
    await aws(hub, "ec2", "wait", "instance-running", "--instance-ids", target);
    const byName = ["--filters", "Name=tag:Name,Values=tar*", "Name=instance-state-name,Values=running"];
    expect(await inHub("describe-instances", "Reservations[].Instances[].InstanceId", byName)).to.equal(target);

    const balancing = ["--name", "gwlb", "--type", "gateway", "--subnets", hubSubnet];
    const balancer = await elb("create-load-balancer", "LoadBalancers[0].LoadBalancerArn", balancing);
    const grouped = ["--name", "targets", "--protocol", "GENEVE", "--port", "6081", "--vpc-id", hubVpc];
    const group = await elb("create-target-group", "TargetGroups[0].TargetGroupArn", grouped);
    await aws(hub, "elbv2", "register-targets", "--target-group-arn", group, "--targets", `Id=${target}`);
    const forward = ["--default-actions", `Type=forward,TargetGroupArn=${group}`];
    await aws(hub, "elbv2", "create-listener", "--load-balancer-arn", balancer, ...forward);
    await aws(hub, "elbv2", "wait", "load-balancer-available", "--load-balancer-arns", balancer);

    const serving = ["--gateway-load-balancer-arns", balancer, "--no-acceptance-required"];
    const [service = "", name = ""] = (
      await inHub("create-vpc-endpoint-service-configuration", "ServiceConfiguration.[ServiceId,ServiceName]", serving)
    ).split(/\s+/);
    const principal = ["--add-allowed-principals", `arn:aws:iam::${spoke}:root`];
    const endpointIn = (subnet: string, vpc: string) => [
      ...["--vpc-endpoint-type", "GatewayLoadBalancer", "--service-name", name],
      ...["--vpc-id", vpc, "--subnet-ids", subnet],
    ];
    const vpc = await inSpoke("create-vpc", "Vpc.VpcId", ["--cidr-block", "10.2.0.0/16"]);
    const [source, between, destination] = await Promise.all(
      ["10.2.1.0/24", "10.2.2.0/24", "10.2.3.0/24"].map((cidr) =>
        inSpoke("create-subnet", "Subnet.SubnetId", inVpc(vpc, cidr)),
      ),
    );
    // Whoever is not allowed sees no such service.
    expect(await refused(spoke, "ec2", "create-vpc-endpoint", ...endpointIn(between ?? "", vpc))).to.include(
      `(InvalidServiceName) when calling the CreateVpcEndpoint operation: The Vpc Endpoint Service '${name}' does not exist`,
    );
    await aws(hub, "ec2", "modify-vpc-endpoint-service-permissions", "--service-id", service, ...principal);
    const endpoint = await inSpoke("create-vpc-endpoint", "VpcEndpoint.VpcEndpointId", endpointIn(between ?? "", vpc));
    for (;;) {
      const state = await inSpoke("describe-vpc-endpoints", "VpcEndpoints[0].State", ["--vpc-endpoint-ids", endpoint]);
      if (state === "available") break;
      expect(state).to.equal("pending");
    }
    const table = await inSpoke("create-route-table", "RouteTable.RouteTableId", ["--vpc-id", vpc]);
    await aws(spoke, "ec2", "associate-route-table", "--route-table-id", table, "--subnet-id", source ?? "");
    const route = ["--route-table-id", table, "--destination-cidr-block", "10.2.3.0/24"];
    expect(await inSpoke("create-route", "Return", [...route, "--vpc-endpoint-id", endpoint])).to.equal("True");
    const blocks = "RouteTables[].Routes[].[DestinationCidrBlock,GatewayId,State]";
    const routes = await inSpoke("describe-route-tables", blocks, [
      "--filters",
      `Name=association.subnet-id,Values=${source}`,
    ]);
    expect(routes.split("\n")).to.deep.equal(["10.2.0.0/16\tlocal\tactive", `10.2.3.0/24\t${endpoint}\tactive`]);

    // What the fabric makes the network from.
    const made = cloud.snapshot();
    expect(made.vpcEndpoints[endpoint]).to.include({ state: "available", serviceName: name, accountId: spoke });
    expect(made.targetGroups[group]?.targets.map(({ id }) => id)).to.deep.equal([target]);
    expect(made.subnets[destination ?? ""]?.vpcId).to.equal(vpc);
    const connections = await inHub(
      "describe-vpc-endpoint-connections",
      "VpcEndpointConnections[].VpcEndpointOwner",
      [],
    );
    expect(connections).to.equal(spoke);
    expect(logged).to.deep.equal([]);
  });

  it("get AWS's refusals: what is in use, what a dry run would do, what there is not", async () => {
    const [vpc] = Object.values(cloud.snapshot().vpcs).filter(({ accountId }) => accountId === spoke);
    const id = vpc?.id ?? "";
    expect(await refused(spoke, "ec2", "delete-vpc", "--vpc-id", id)).to.include("(DependencyViolation)");
    expect(await refused(spoke, "ec2", "delete-vpc", "--vpc-id", id, "--dry-run")).to.include("(DryRunOperation)");
    expect(await refused(hub, "ec2", "describe-vpcs", "--vpc-ids", id)).to.include("(InvalidVpcID.NotFound)");
    expect(await refused(hub, "ec2", "describe-vpn-gateways"))
      .to.include("the lab")
      .and.include("(InvalidAction)");
    expect(cloud.snapshot().vpcs).to.have.property(id);
  });

  it("page through what is more than a page", async () => {
    const subnets = await aws(spoke, "ec2", "describe-subnets", "--query", "length(Subnets)");
    expect(subnets).to.equal("3");
    const zones = ["elbv2", "describe-target-groups", "--page-size", "1", "--query", "TargetGroups[].TargetGroupName"];
    expect(await aws(hub, ...zones)).to.equal("targets");
  });

  it("are told of in the log: account, action, parameters and error", () => {
    const refusedOnce = records.find(({ action, error }) => action === "ec2:CreateVpcEndpoint" && error !== undefined);
    expect(refusedOnce).to.include({ accountId: spoke, region, error: "InvalidServiceName" });
    expect(refusedOnce?.parameters).to.include({ VpcEndpointType: "GatewayLoadBalancer" });
  });
});
