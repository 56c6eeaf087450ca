import { expect } from "chai";
import { captureCommand, capturePoint, filterCommand } from "../../../lab/capture";
import { inspectFabric } from "../../../lab/fabric/inspect";
import { copy, ids, twoVpcs } from "../../fixtures/fabricSnapshot";

const entries = inspectFabric(twoVpcs());
const point = (node: string): string => {
  const { namespace, link } = capturePoint(entries, node);
  return `${namespace} ${link}`;
};
const entry = (id: string) => {
  const found = entries.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};

describe("where a capture listens", () => {
  it("is an instance's own interface, by id and by ENI", () => {
    expect(point(ids.source)).to.equal(`${ids.source} ens5`);
    expect(point(entry(ids.source).networkInterfaceId ?? "")).to.equal(`${ids.source} ens5`);
  });

  it("is all links of a VPC's router", () => {
    expect(point(ids.systemVpc)).to.equal(`${ids.systemVpc} any`);
  });

  it("is the TUN of a GWLB endpoint, by id and by link", () => {
    const { link = "" } = entry(ids.gwlbEndpoint);
    expect(link).to.match(/^gwe/);
    expect(point(ids.gwlbEndpoint)).to.equal(`${ids.systemVpc} ${link}`);
    expect(point(link)).to.equal(`${ids.systemVpc} ${link}`);
  });

  it("is one ENI of a load balancer, or all of them", () => {
    const eni = entry(ids.loadBalancerNamespace);
    expect(point(eni.networkInterfaceId ?? "")).to.equal(`${ids.loadBalancerNamespace} ${eni.link}`);
    const other = { ...eni, networkInterfaceId: "eni-0fff", link: "e0fff" };
    expect(capturePoint([...entries, other], eni.id)).to.deep.equal({ namespace: eni.namespace, link: "any" });
    expect(capturePoint([...entries, other], "eni-0fff")).to.deep.equal({ namespace: eni.namespace, link: "e0fff" });
  });

  it("is not the name that all instances' links have", () => {
    expect(() => point("ens5")).to.throw(/No node "ens5"/);
  });

  it("must exist: the error lists what there is", () => {
    expect(() => point("i-0none")).to.throw(new RegExp(`No node "i-0none".*${ids.gwlbEndpoint}`));
  });

  it("is no subnet, which has no link", () => {
    expect(() => point(ids.sourceSubnet)).to.throw(new RegExp(`no link of its own: capture ${ids.systemVpc}`));
  });

  it("must be clear: the error lists the ids of all that are named so", () => {
    const named = copy(twoVpcs());
    for (const id of [ids.source, ids.neighbour]) named.instances[id]!.tags = { Name: "web" };
    const both = inspectFabric(named);
    expect(() => capturePoint(both, "web")).to.throw(new RegExp(`several nodes.*(${ids.source}|${ids.neighbour})`));
    expect(capturePoint(both, ids.source).namespace).to.equal(ids.source);
  });

  it("is the VPC when its gateways are named alike", () => {
    const named = copy(twoVpcs());
    named.vpcs[ids.systemVpc]!.tags = { Name: "system" };
    named.internetGateways[ids.internetGateway]!.tags = { Name: "system" };
    expect(capturePoint(inspectFabric(named), "system")).to.deep.equal({ namespace: ids.systemVpc, link: "any" });
  });
});

describe("the capture's command line", () => {
  it("has the filter as one argument that cannot be an option", () => {
    const command = captureCommand({ namespace: "vpc-1", link: "any" }, { pcap: false, filter: "-w /etc/passwd" });
    expect(command.slice(0, 5)).to.deep.equal(["ip", "netns", "exec", "vpc-1", "tcpdump"]);
    expect(command.slice(-2)).to.deep.equal(["--", "-w /etc/passwd"]);
    expect(command).to.include("-l");
  });

  it("compiles a filter beforehand, at the same place, as one argument, too", () => {
    expect(filterCommand({ namespace: "vpc-1", link: "any" }, "-w /etc/passwd").join("|")).to.equal(
      "ip|netns|exec|vpc-1|tcpdump|--interface=any|-d|--|-w /etc/passwd",
    );
  });

  it("writes each packet at once, and ends after as many as told", () => {
    const command = captureCommand({ namespace: "", link: "i01" }, { pcap: true, count: 3 });
    expect(command[0]).to.equal("tcpdump");
    expect(command.join(" ")).to.include("--packet-buffered -w - -c 3");
    expect(command).not.to.include("--");
  });
});
