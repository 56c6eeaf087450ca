import { expect } from "chai";
import type { VerificationRequest } from "../../../path/proof/request";
import { parseRequest } from "../../../path/proof/requestSchema";
import { dependenciesOf, idsByName, inputsByName, tokens } from "../components/run";
import { keysInClear, without } from "./registrations";
import { deployedSecurity, runStack, type StackRun } from "./run";

const host = "system-internet-apne1-az4";
const internetInspection = { subnets: { "apne1-az4": "10.2.40.0/24" }, egressTo: ["192.0.2.10"] };

describe("the system stack with internet inspection", () => {
  let security: Awaited<ReturnType<typeof deployedSecurity>>;
  let run: StackRun;
  const deploy = (changes: object): Promise<StackRun> =>
    runStack("system", {
      cloud: security.cloud,
      stacks: security.stacks,
      config: { access: "ssh", internetInspection: { ...internetInspection, ...changes } },
    });
  const pairsOf = ({ outputs }: StackRun): VerificationRequest["pairs"] =>
    (outputs["verification"] as VerificationRequest).pairs.filter(({ source, destination }) =>
      [source.name, destination.name].includes(host),
    );

  before(async () => {
    security = await deployedSecurity({ access: "ssh" });
    run = await deploy({ ingressFrom: "203.0.113.10" });
  });

  it("leads the subnet's way in and out through its AZ's own endpoint, and the other AZ's not at all", () => {
    const tables = idsByName(run.mocks, tokens.routeTable);
    const vpcEndpointId = idsByName(run.mocks, tokens.endpoint)["system-apne1-az4"];
    const gatewayId = idsByName(run.mocks, tokens.internetGateway)["system"];
    const routes = inputsByName(run.mocks, tokens.route);
    expect(Object.keys(routes)).to.have.length(9 + 3);
    expect(routes).to.deep.include({
      "system-endpoint-apne1-az4-to-internet": {
        routeTableId: tables["system-endpoint-apne1-az4"],
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId,
      },
      [`${host}-to-internet`]: { routeTableId: tables[host], destinationCidrBlock: "0.0.0.0/0", vpcEndpointId },
      "system-internet-to-internet-apne1-az4": {
        routeTableId: tables["system-edge"],
        destinationCidrBlock: "10.2.40.0/24",
        vpcEndpointId,
      },
    });
    expect(inputsByName(run.mocks, tokens.association)["system-edge"]).to.deep.equal({
      gatewayId,
      routeTableId: tables["system-edge"],
    });
  });

  it("makes a host with a public address that pings, and is pinged by, just what is measured", () => {
    const instance = run.mocks.find(tokens.instance, host).inputs;
    expect(instance).to.deep.include({
      subnetId: idsByName(run.mocks, tokens.subnet)[host],
      associatePublicIpAddress: true,
    });
    const group = idsByName(run.mocks, tokens.securityGroup)[host];
    const rules = (type: string): unknown[] =>
      Object.values(inputsByName(run.mocks, type))
        .filter(({ securityGroupId }) => securityGroupId === group)
        .map(({ ipProtocol, fromPort, cidrIpv4 }) => `${String(ipProtocol)} ${String(fromPort)} ${String(cidrIpv4)}`);
    expect(rules(tokens.ingress)).to.have.members(["tcp 22 10.2.0.0/28", "icmp -1 203.0.113.10/32"]);
    expect(rules(tokens.egress)).to.have.members(["icmp -1 192.0.2.10/32"]);
    // The gateway is detached only when no public address is in use.
    expect(dependenciesOf(run.mocks, "gwlb-inspection:index:TestHost", host)).to.include("InternetGateway system");
  });

  it("measures from the host to the internet, and from this machine to the host's public address", () => {
    const [outwards, inwards, ...more] = pairsOf(run);
    expect(more).to.deep.equal([]);
    const { id } = run.mocks.find(tokens.instance, host);
    const eni = Object.values(run.cloud.snapshot().networkInterfaces).find(({ owner }) => owner.id === id);
    const { privateIpAddress: privateIp, publicIpAddress: publicIp } = eni ?? {};
    expect(outwards).to.deep.include({ destination: { name: "192.0.2.10", address: "192.0.2.10" }, expectReply: true });
    expect(outwards?.source).to.deep.include({ name: host, azId: "apne1-az4", address: privateIp });
    expect(outwards?.source.host).to.deep.include({ address: privateIp });
    expect(inwards).to.deep.equal({
      source: { name: "203.0.113.10", azId: "apne1-az4", address: "203.0.113.10", host: "this machine" },
      destination: { name: host, azId: "apne1-az4", address: privateIp, publicAddress: publicIp },
      expectReply: true,
    });
    const { inputs } = run.mocks.find(tokens.local, "system-path");
    expect(parseRequest(String(inputs["stdin"])).pairs).to.have.length(6);
    expect(dependenciesOf(run.mocks, "gwlb-inspection:index:PathVerification", "system-path")).to.include(
      `Instance ${host}`,
    );
    expect(keysInClear(run.mocks, without("verification", run.outputs))).to.deep.equal([]);
  });

  it("has a gateway without a bastion, too, when hosts are reached by SSM", async () => {
    const hub = await deployedSecurity({ access: "ssm" });
    const { mocks, outputs } = await runStack("system", {
      cloud: hub.cloud,
      stacks: hub.stacks,
      config: { access: "ssm", internetInspection },
    });
    const { pairs } = outputs["verification"] as VerificationRequest;
    expect(Object.keys(inputsByName(mocks, tokens.internetGateway))).to.deep.equal(["system"]);
    expect(Object.keys(inputsByName(mocks, tokens.instance))).to.not.include("system-bastion");
    const [outwards] = pairs.filter(({ source }) => source.name === host);
    expect(outwards?.source.host).to.deep.include({ instanceId: idsByName(mocks, tokens.instance)[host] });
  });

  it("measures from inside only, and lets nobody in, when it is not told where this machine comes from", async () => {
    const inside = await deploy({});
    expect(pairsOf(inside).map(({ source }) => source.name)).to.deep.equal([host]);
    const group = idsByName(inside.mocks, tokens.securityGroup)[host];
    const rules = Object.values(inputsByName(inside.mocks, tokens.ingress)).filter(
      ({ securityGroupId }) => securityGroupId === group,
    );
    expect(rules.map(({ ipProtocol }) => ipProtocol)).to.deep.equal(["tcp"]);
  });
});
