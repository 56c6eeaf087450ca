import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { expect } from "chai";
import type { CloudSnapshot } from "../../lab/cloud/records";
import { packageServerAddress, workstationAddress } from "../../lab/fabric/addresses";
import { run, type Run } from "../../lab/fabric/command";
import { Network } from "../../lab/fabric/network";
import { addresses, allow, copy, ids, steer, twoVpcs } from "../fixtures/fabricSnapshot";

/** Real namespaces, links, routes and rules, in a world of their own that ends with its first process. */
describe("fabric in the kernel", function () {
  this.timeout(30_000);
  let world: ChildProcess;
  let inWorld: Run;
  let network: Network;
  let snapshot: CloudSnapshot;

  before(async () => {
    world = spawn(
      "unshare",
      [
        ...["--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"],
        ...[
          "sh",
          "-c",
          "mount -t tmpfs tmpfs /run && mkdir /run/netns && ip link set lo up && echo up && exec sleep infinity",
        ],
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    await new Promise<void>((resolve, reject) => {
      world.stdout?.once("data", () => resolve());
      world.once("exit", (code) => reject(new Error(`unshare: exit ${code}`)));
    });
    const init = fs.readFileSync(`/proc/${world.pid}/task/${world.pid}/children`, "utf8").trim();
    inWorld = (command, input) =>
      run(["nsenter", "--target", init, "--mount", "--net", "--pid", "--", ...command], input);
    network = new Network({ run: inWorld });
  });

  after(() => {
    world.kill("SIGKILL");
  });

  /** Whether a ping is answered; silence is no answer, and so is an ICMP error. */
  async function answers(namespace: string, destination: string, options: string[] = []): Promise<boolean> {
    const ping: [string, ...string[]] = [
      "ping",
      "-n",
      "-q",
      "-c",
      "2",
      "-i",
      "0.05",
      "-W",
      "0.3",
      ...options,
      destination,
    ];
    const enter: string[] = namespace === "" ? [] : ["nsenter", `--net=/run/netns/${namespace}`, "--"];
    const [program = "", ...rest] = [...enter, ...ping];
    try {
      await inWorld([program, ...rest]);
      return true;
    } catch (error) {
      expect(String(error)).to.contain("exit 1");
      return false;
    }
  }

  async function change(edit: (snapshot: CloudSnapshot) => void): Promise<void> {
    snapshot = copy(snapshot);
    edit(snapshot);
    await network.reconcile(snapshot);
  }

  beforeEach(async () => {
    snapshot = twoVpcs();
    await network.reconcile(snapshot);
  });

  it("builds two VPCs within 1.5 s and changes one route within 0.1 s", async () => {
    await network.close();
    const start = Date.now();
    await network.reconcile(snapshot);
    const built = Date.now();
    await change(steer);
    const steered = Date.now();
    expect(built - start, "full build, ms").to.be.lessThan(1500);
    expect(steered - built, "one change, ms").to.be.lessThan(100);
  });

  it("carries pings between subnets and within one", async () => {
    expect(await answers(ids.source, addresses.destination)).to.equal(true);
    expect(await answers(ids.source, addresses.neighbour)).to.equal(true);
    expect(await answers(ids.source, "10.2.10.99"), "an address that no ENI has").to.equal(false);
    expect(await answers(ids.source, addresses.target), "another VPC").to.equal(false);
  });

  it("gives the instance ens5 with the record's address and MAC", async () => {
    const link = await inWorld(["ip", "-n", ids.source, "-o", "addr", "show", "ens5"]);
    expect(link).to.contain(`${addresses.source}/24`);
    expect(await inWorld(["ip", "-n", ids.source, "-o", "link", "show", "ens5"])).to.contain(
      "06:00:00:00:00:10".slice(0, 8),
    );
  });

  it("drops, for the source's subnet only, what its route table sends to an endpoint that is not there", async () => {
    await change(({ routeTables }) => {
      const target = { kind: "vpcEndpoint", id: "vpce-0dead" } as const;
      routeTables[ids.sourceTable]?.routes.push({ destinationCidrBlock: "10.2.20.0/24", target });
    });
    expect(await answers(ids.source, addresses.destination)).to.equal(false);
    expect(await answers(ids.source, addresses.neighbour), "its own subnet").to.equal(true);
    expect(await answers(ids.bastion, addresses.destination), "another subnet").to.equal(true);
    await change(({ routeTables }) => routeTables[ids.sourceTable]?.routes.pop());
    expect(await answers(ids.source, addresses.destination), "after the route's removal").to.equal(true);
  });

  it("lets replies back but nothing else where a security group allows one direction", async () => {
    await change(({ networkInterfaces, securityGroupRules }) => {
      const group = "sg-0c";
      for (const eni of Object.values(networkInterfaces)) {
        if (eni.owner.id === ids.destination) eni.securityGroupIds = [group];
      }
      const rule = allow("ingress", group, { ipProtocol: "icmp", cidrIpv4: "10.2.10.0/24" });
      securityGroupRules[rule.id] = rule;
    });
    expect(await answers(ids.source, addresses.destination), "ingress is allowed").to.equal(true);
    expect(await answers(ids.bastion, addresses.destination), "ingress from elsewhere").to.equal(false);
    expect(await answers(ids.destination, addresses.source), "no egress").to.equal(false);
    await change(({ securityGroupRules }) => {
      for (const rule of Object.values(securityGroupRules)) {
        if (rule.securityGroupId === "sg-0c") delete securityGroupRules[rule.id];
      }
    });
    expect(await answers(ids.source, addresses.destination), "no rule at all").to.equal(false);
  });

  it("does not show the host what its security group drops", async () => {
    await change(({ securityGroupRules }) => {
      for (const [id, rule] of Object.entries(securityGroupRules)) {
        if (rule.direction === "ingress") delete securityGroupRules[id];
      }
    });
    const received = async (): Promise<number> => {
      const json = await inWorld(["ip", "-n", ids.destination, "-s", "-j", "link", "show", "ens5"]);
      return (JSON.parse(json) as { stats64: { rx: { packets: number } } }[])[0]!.stats64.rx.packets;
    };
    const before = await received();
    expect(await answers(ids.source, addresses.destination)).to.equal(false);
    expect(await received()).to.equal(before);
  });

  it("matches the members of a referenced security group", async () => {
    await change(({ networkInterfaces, securityGroupRules }) => {
      for (const eni of Object.values(networkInterfaces)) {
        if (eni.owner.id === ids.destination) eni.securityGroupIds = ["sg-0c"];
        if (eni.owner.id === ids.source) eni.securityGroupIds.push("sg-0d");
      }
      const rule = allow("ingress", "sg-0c", { referencedSecurityGroupId: "sg-0d" });
      securityGroupRules[rule.id] = rule;
    });
    expect(await answers(ids.source, addresses.destination)).to.equal(true);
    expect(await answers(ids.neighbour, addresses.destination)).to.equal(false);
  });

  it("reaches a public address from the workstation and back, and nothing without one", async () => {
    expect(await answers("", addresses.bastionPublic, ["-I", workstationAddress])).to.equal(true);
    expect(await answers(ids.bastion, workstationAddress)).to.equal(true);
    await change(({ networkInterfaces }) => {
      for (const eni of Object.values(networkInterfaces)) delete eni.publicIpAddress;
    });
    expect(await answers("", addresses.bastionPublic, ["-I", workstationAddress])).to.equal(false);
    expect(await answers(ids.bastion, workstationAddress)).to.equal(false);
  });

  it("reaches S3 only from a subnet whose table has the endpoint's route", async () => {
    expect(await answers(ids.source, packageServerAddress)).to.equal(true);
    expect(await answers(ids.destination, packageServerAddress)).to.equal(false);
    await change(({ routeTables }) => {
      const table = routeTables[ids.sourceTable]!;
      table.routes = table.routes.filter((route) => route.destinationPrefixListId === undefined);
    });
    expect(await answers(ids.source, packageServerAddress)).to.equal(false);
  });

  it("gives every GWLB address its own way out", async () => {
    expect(await answers(ids.loadBalancerNamespace, addresses.target, ["-I", addresses.gateway])).to.equal(true);
  });

  it("changes nothing when nothing has changed", async () => {
    const commands: string[][] = [];
    const watched = new Network({
      run: (command, input) => {
        commands.push(command);
        return inWorld(command, input);
      },
    });
    await network.close();
    await watched.reconcile(snapshot);
    commands.length = 0;
    await watched.reconcile(copy(snapshot));
    expect(commands.filter((command) => !command.includes("-eu"))).to.deep.equal([]);
    await watched.close();
  });

  it("removes everything it made", async () => {
    await network.close();
    expect(await inWorld(["ls", "/run/netns"])).to.equal("");
    expect(await inWorld(["sh", "-c", "ip -o link show | grep -v ': lo:' || true"])).to.equal("");
  });
});
