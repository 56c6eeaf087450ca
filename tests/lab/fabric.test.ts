import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import * as readline from "node:readline";
import { expect } from "chai";
import type { CloudSnapshot, RouteRecord } from "../../lab/cloud/core/records";
import { internetHostAddress, packageServerAddress, workstationAddress } from "../../lab/fabric/addresses";
import { run, type Run } from "../../lab/fabric/command";
import { endpointTun } from "../../lab/fabric/names";
import { Network } from "../../lab/fabric/network";
import { addresses, allow, copy, ids, steer, twoVpcs } from "../fixtures/fabricSnapshot";

const probe = `
  const socket = require("node:net").connect(JSON.parse(process.argv[1]));
  const end = (outcome) => { console.log(outcome); process.exit(0); };
  socket.on("error", (error) => end(error.code)).on("connect", () => end("connected"));
  setTimeout(end, 500, "silence");
`;

/** Real namespaces, links, routes and rules, in a world of their own that ends with its first process. */
describe("fabric in the kernel", function () {
  this.timeout(30_000);
  const mirrors: ChildProcess[] = [];
  let world: ChildProcess;
  let inWorld: Run;
  let network: Network;
  let snapshot: CloudSnapshot;
  /** Process id of the world's first process. */
  let init: string;

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
    init = fs.readFileSync(`/proc/${world.pid}/task/${world.pid}/children`, "utf8").trim();
    inWorld = (command, input) =>
      run(["nsenter", "--target", init, "--mount", "--net", "--pid", "--", ...command], input);
    network = new Network({ run: inWorld });
  });

  after(() => {
    world.kill("SIGKILL");
  });

  // They are outside of the world's PID namespace and would outlive a test that failed.
  afterEach(async () => {
    for (const mirror of mirrors.splice(0)) {
      if (mirror.exitCode !== null || mirror.signalCode !== null) continue;
      mirror.kill("SIGKILL");
      await once(mirror, "exit");
    }
  });

  /**
   * Whether the kernel at `destination` answers a TCP connection to a port on which nobody listens: its refusal has gone
   * there and back. Silence is no answer, and so is an ICMP error. Anything else is the test's own error.
   */
  async function answers(namespace: string, destination: string, localAddress?: string): Promise<boolean> {
    const enter = namespace === "" ? [] : ["nsenter", `--net=/run/netns/${namespace}`, "--"];
    const options = JSON.stringify({ host: destination, port: 22, localAddress });
    const [program = "", ...rest] = [...enter, process.execPath, "-e", probe, options];
    const outcome = (await inWorld([program, ...rest])).trim();
    const unanswered = ["silence", "EHOSTUNREACH", ...(namespace === "" ? ["ENETUNREACH"] : [])];
    expect(outcome).to.be.oneOf(["ECONNREFUSED", ...unanswered]);
    return outcome === "ECONNREFUSED";
  }

  /** Opens the GWLB endpoint's TUN in the GWLB's namespace, as its gateway process does, and sends back what enters it. */
  async function mirrorEndpoint(): Promise<[ChildProcess, string[]]> {
    // Without --pid nsenter does not fork: the process that is killed is the one that holds the TUN.
    const inside = ["--target", init, "--mount", "--net", "--"];
    const enter = ["nsenter", `--net=/run/netns/${ids.loadBalancerNamespace}`, "--"];
    const script = path.join(__dirname, "../fixtures/tunMirror.ts");
    const mirror = ["--import", require.resolve("tsx"), script, endpointTun(ids.gwlbEndpoint)];
    const child = spawn("nsenter", [...inside, ...enter, process.execPath, ...mirror], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    mirrors.push(child);
    const packets: string[] = [];
    const lines = readline.createInterface({ input: child.stdout });
    await once(lines, "line", { signal: AbortSignal.timeout(10_000) });
    lines.on("line", (line) => packets.push(line));
    return [child, packets];
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

  it("carries packets between subnets and within one", async () => {
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
      const rule = allow("ingress", group, { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "10.2.10.0/24" });
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
    expect(await answers("", addresses.bastionPublic, workstationAddress)).to.equal(true);
    expect(await answers(ids.bastion, workstationAddress)).to.equal(true);
    await change(({ networkInterfaces }) => {
      for (const eni of Object.values(networkInterfaces)) delete eni.publicIpAddress;
    });
    expect(await answers("", addresses.bastionPublic, workstationAddress)).to.equal(false);
    expect(await answers(ids.bastion, workstationAddress)).to.equal(false);
  });

  it("takes what comes from the internet, and what goes there, through the endpoint that the routes name", async () => {
    const endpoint = { kind: "vpcEndpoint", id: ids.gwlbEndpoint } as const;
    const edge = { ...snapshot.routeTables[ids.destinationTable]!, id: "rtb-0000000000000ed6e", associations: [] };
    const routed = (into: CloudSnapshot, ways: { comingIn: boolean; goingOut: boolean }): void => {
      const { routeTables } = into;
      const toGateway = { kind: "internetGateway", id: ids.internetGateway } as const;
      const [localRoute] = edge.routes;
      const own = { destinationCidrBlock: "10.2.0.0/24", target: endpoint };
      const routes = [...(localRoute ? [localRoute] : []), ...(ways.comingIn ? [own] : [])];
      routeTables[edge.id] = { ...edge, routes, associations: [{ id: "a", gatewayId: ids.internetGateway }] };
      const out = routeTables[ids.bastionTable]?.routes.find((route) => route.destinationCidrBlock === "0.0.0.0/0");
      if (out !== undefined) out.target = ways.goingOut ? endpoint : toGateway;
      const main = routeTables[ids.systemMainTable]!;
      main.routes = [...main.routes, { destinationCidrBlock: "0.0.0.0/0", target: toGateway }];
    };
    const [, packets] = await mirrorEndpoint();
    /** Answers to a connection from the internet, one to it, and the packets that the endpoint has taken of both. */
    const outcome = async (): Promise<[boolean, boolean, number]> => {
      packets.length = 0;
      const fromInternet = await answers("", addresses.bastionPublic, internetHostAddress);
      const toInternet = await answers(ids.bastion, internetHostAddress);
      return [fromInternet, toInternet, packets.length];
    };
    await change((each) => routed(each, { comingIn: true, goingOut: true }));
    expect(await outcome(), "both ways").to.deep.equal([true, true, 4]);
    snapshot = twoVpcs();
    await change((each) => routed(each, { comingIn: false, goingOut: true }));
    expect(await outcome(), "out only").to.deep.equal([true, true, 2]);
    snapshot = twoVpcs();
    await change((each) => routed(each, { comingIn: false, goingOut: false }));
    expect(await outcome(), "neither").to.deep.equal([true, true, 0]);
    snapshot = twoVpcs();
    await change((each) => routed(each, { comingIn: true, goingOut: false }));
    const [fromInternet, toInternet] = await outcome();
    expect([fromInternet, toInternet], "in only: AWS takes no straight way out").to.deep.equal([false, false]);
  });

  it("takes what goes out by a NAT gateway past its subnet's table in both directions, and lets nothing begin outside", async () => {
    const nat = { id: "nat-0000000000000a40", address: "10.2.40.10", publicAddress: "198.51.100.40" };
    const [, packets] = await mirrorEndpoint();
    const through = async (state: "available" | "deleting", back: "endpoint" | "local"): Promise<void> => {
      snapshot = twoVpcs();
      await change(({ networkInterfaces, natGateways, routeTables, subnets }) => {
        const subnet = { ...subnets[ids.sourceSubnet]!, id: "subnet-0000000000000a40", cidrBlock: "10.2.40.0/24" };
        subnets[subnet.id] = subnet;
        const { accountId, region, vpcId } = subnet;
        const owned = { accountId, region, tags: {}, vpcId, subnetId: subnet.id };
        const eni = { ...networkInterfaces["eni-00000000000000a30"]!, ...owned, id: "eni-00000000000000a40" };
        networkInterfaces[eni.id] = {
          ...eni,
          privateIpAddress: nat.address,
          publicIpAddress: nat.publicAddress,
          macAddress: "06:00:00:00:0a:40",
          interfaceType: "natGateway",
          owner: { kind: "natGateway", id: nat.id },
        };
        const networkInterfaceId = eni.id;
        natGateways[nat.id] = {
          ...owned,
          id: nat.id,
          connectivityType: "public",
          state,
          networkInterfaceId,
          created: 0,
        };
        const table = routeTables[ids.bastionTable]!;
        const [localRoute, out] = table.routes as [RouteRecord, RouteRecord];
        const endpoint = { kind: "vpcEndpoint", id: ids.gwlbEndpoint } as const;
        const inspected = { destinationCidrBlock: "10.2.10.0/24", target: endpoint };
        const own = [localRoute, out, ...(back === "endpoint" ? [inspected] : [])];
        const associations = [{ id: "a", subnetId: subnet.id }];
        routeTables["rtb-00000000000000a40"] = { ...table, id: "rtb-00000000000000a40", routes: own, associations };
        const toNat = { destinationCidrBlock: "0.0.0.0/0", target: { kind: "natGateway", id: nat.id } } as const;
        routeTables[ids.sourceTable]!.routes.push(toNat);
      });
      packets.length = 0;
    };
    await through("available", "local");
    expect(await answers(ids.source, internetHostAddress)).to.equal(true);
    expect(packets, "by the local route").to.deep.equal([]);
    await through("available", "endpoint");
    expect(await answers(ids.source, internetHostAddress)).to.equal(true);
    expect(packets, "answers, translated back").to.deep.equal([`${internetHostAddress} > ${addresses.source}`]);
    expect(await answers("", nat.publicAddress, internetHostAddress), "from outside").to.equal(false);
    await through("deleting", "local");
    expect(await answers(ids.source, internetHostAddress), "not available").to.equal(false);
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
    expect(await answers(ids.loadBalancerNamespace, addresses.target, addresses.gateway)).to.equal(true);
  });

  it("lets one GWLB hold an address in each of two subnets, each leaving by its own interface", async () => {
    await change(({ networkInterfaces, subnets }) => {
      const eni = copy(snapshot).networkInterfaces["eni-00000000000000b20"]!;
      const subnet = { ...subnets[ids.gatewaySubnet]!, id: "subnet-00000000000000b21", cidrBlock: "10.1.21.0/24" };
      subnets[subnet.id] = subnet;
      const second = { ...eni, id: "eni-00000000000000b21", subnetId: subnet.id, privateIpAddress: "10.1.21.10" };
      networkInterfaces[second.id] = { ...second, macAddress: "06:00:00:00:0b:21" };
    });
    expect(await answers(ids.loadBalancerNamespace, addresses.target, addresses.gateway)).to.equal(true);
    expect(await answers(ids.loadBalancerNamespace, addresses.target, "10.1.21.10")).to.equal(true);
    expect(await answers(ids.target, "10.1.21.10"), "and is reached there").to.equal(true);
  });

  it("puts an interface endpoint's address where its security group lets it be reached", async () => {
    await change(({ networkInterfaces, vpcEndpoints, securityGroupRules }) => {
      const endpoint = { ...vpcEndpoints[ids.gwlbEndpoint]!, id: "vpce-00000000000000a6", type: "Interface" as const };
      vpcEndpoints[endpoint.id] = { ...endpoint, serviceName: "com.amazonaws.ap-northeast-1.ssm" };
      const eni = copy(snapshot).networkInterfaces["eni-00000000000000a30"]!;
      networkInterfaces["eni-00000000000000a31"] = {
        ...eni,
        id: "eni-00000000000000a31",
        privateIpAddress: "10.2.30.11",
        macAddress: "06:00:00:00:0a:31",
        interfaceType: "vpc_endpoint",
        securityGroupIds: ["sg-0b"],
        owner: { kind: "vpcEndpoint", id: endpoint.id },
      };
      const rule = allow("ingress", "sg-0b", { cidrIpv4: "10.2.10.0/24" });
      securityGroupRules[rule.id] = rule;
    });
    expect(await answers(ids.source, "10.2.30.11")).to.equal(true);
    expect(await answers(ids.destination, "10.2.30.11")).to.equal(false);
  });

  it("starts an instance without IP forwarding and leaves alone what it sets itself", async () => {
    const forwarding = async (value?: string): Promise<string> => {
      const command = value === undefined ? "cat" : `echo ${value} >`;
      const script = `${command} /proc/sys/net/ipv4/ip_forward`;
      return (await inWorld(["nsenter", `--net=/run/netns/${ids.target}`, "--", "sh", "-c", script])).trim();
    };
    await network.close();
    await network.reconcile(snapshot);
    expect(await forwarding()).to.equal("0");
    await forwarding("1");
    await change(({ routeTables }) => (routeTables[ids.securityMainTable]!.routes = []));
    expect(await forwarding()).to.equal("1");
  });

  it("leads a subnet's packets through a GWLB endpoint and routes them on by the endpoint's own subnet", async () => {
    await change(steer);
    expect(await answers(ids.source, addresses.destination), "nobody holds the endpoint's TUN").to.equal(false);
    const [mirror, packets] = await mirrorEndpoint();
    expect(await answers(ids.source, addresses.destination), "TUN not moved yet").to.equal(false);
    await network.reconcile(snapshot);
    expect(await answers(ids.source, addresses.destination)).to.equal(true);
    const there = `${addresses.source} > ${addresses.destination}`;
    const back = `${addresses.destination} > ${addresses.source}`;
    expect(packets).to.include.members([there, back]);
    expect(await answers(ids.source, addresses.neighbour), "within the subnet").to.equal(true);
    expect(
      packets.filter((line) => line !== there && line !== back),
      "what else went in",
    ).to.deep.equal([]);

    mirror.kill("SIGKILL");
    await once(mirror, "exit");
    expect(await answers(ids.source, addresses.destination), "the TUN is gone: dropped, not let by").to.equal(false);
    await mirrorEndpoint();
    await network.reconcile(snapshot);
    expect(await answers(ids.source, addresses.destination), "a new TUN").to.equal(true);
  });

  it("tracks connections per interface although an inspected packet crosses the router twice", async () => {
    await mirrorEndpoint();
    await change((changed) => {
      steer(changed);
      for (const eni of Object.values(changed.networkInterfaces)) {
        if (eni.owner.id === ids.source) eni.securityGroupIds = ["sg-0e"];
        if (eni.owner.id === ids.destination) eni.securityGroupIds = ["sg-0f"];
      }
      const rules = [
        allow("egress", "sg-0e", { cidrIpv4: "10.2.20.0/24" }),
        allow("ingress", "sg-0f", { cidrIpv4: "10.2.10.0/24" }),
      ];
      for (const rule of rules) changed.securityGroupRules[rule.id] = rule;
    });
    expect(await answers(ids.source, addresses.destination)).to.equal(true);
    expect(await answers(ids.destination, addresses.source)).to.equal(false);
  });

  it("adds and removes one instance beside others, after its processes were ended", async () => {
    const removed: string[] = [];
    const careful = new Network({
      run: inWorld,
      beforeRemoval: async (id) => {
        removed.push(id, await inWorld(["ls", `/run/netns/${id}`]));
      },
    });
    await network.close();
    await careful.reconcile(snapshot);
    const without = copy(snapshot);
    without.instances[ids.neighbour]!.state = "terminated";
    await careful.reconcile(without);
    expect(removed).to.deep.equal([ids.neighbour, `/run/netns/${ids.neighbour}\n`]);
    expect(await answers(ids.source, addresses.neighbour)).to.equal(false);
    expect(await answers(ids.source, addresses.destination)).to.equal(true);
    await careful.reconcile(snapshot);
    expect(await answers(ids.source, addresses.neighbour)).to.equal(true);
    await careful.close();
  });

  it("mends what a failed change has left half-done", async () => {
    let failing = 2;
    const fragile = new Network({
      run: (command, input) => {
        // First nothing gets beyond the namespaces' creation, then the change of the source's namespace fails half-way.
        if (failing === 2 && input?.startsWith("netns add"))
          return inWorld(["ip", "-batch", "-"], input.split("\n")[0]);
        if (failing === 2 && command.includes("-eu")) return Promise.reject(new Error("no namespace"));
        if (failing === 0 || !command.includes(`--net=/run/netns/${ids.source}`)) return inWorld(command, input);
        return inWorld(command, `${input ?? ""}\nip link set dev nowhere up\n`);
      },
    });
    await network.close();
    const failure = (): Promise<string> =>
      fragile.reconcile(snapshot).then(
        () => "none",
        (error: Error) => error.message,
      );
    expect(await failure()).to.contain("no namespace");
    failing = 1;
    expect(await failure()).to.contain("nowhere");
    failing = 0;
    await fragile.reconcile(snapshot);
    expect(await answers(ids.source, addresses.destination)).to.equal(true);
    expect(await answers(ids.bastion, workstationAddress)).to.equal(true);
    await fragile.close();
    expect(await inWorld(["ls", "/run/netns"])).to.equal("");
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
