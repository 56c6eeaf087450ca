import { expect } from "chai";
import { topologyFromStates, trace, type Topology } from "../../../../path/topology";
import { focused, layout, toMermaid, topologyGraph, toSvg } from "../../../../path/render/diagram";
import type { PlacedDiagram, PlacedNode } from "../../../../path/render/diagram/layout";
import { deployedStates, destination, source } from "../topology/deployment";

function overlapping({ nodes }: PlacedDiagram): string[] {
  const boxes = nodes.filter(({ kind }) => !["account", "vpc", "subnet"].includes(kind));
  return boxes.flatMap((left, index) =>
    boxes.slice(index + 1).flatMap((right) => (meet(left, right) ? [`${left.id} ${right.id}`] : [])),
  );
}

function meet(left: PlacedNode, right: PlacedNode): boolean {
  return (
    left.x < right.x + right.width &&
    right.x < left.x + left.width &&
    left.y < right.y + right.height &&
    right.y < left.y + left.height
  );
}

/** The same topology, its components given in the opposite order. */
function reversed(topology: Topology): Topology {
  const entries = Object.entries(topology).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).reverse()) : value,
  ]);
  return Object.fromEntries(entries) as Topology;
}

describe("diagram of a topology", () => {
  let topology: Topology;
  before(async () => {
    topology = topologyFromStates(await deployedStates());
  });

  const drawn = (of: Topology = topology) => {
    const [path] = trace(of, { source, destination, protocol: "icmp" }).paths;
    return focused(topologyGraph(of, { path: path! }));
  };
  /** Without the routes of the source's subnets to the endpoints. */
  const bypassing = () => {
    const broken = structuredClone(topology);
    for (const { name, routes } of Object.values(broken.routeTables).filter((table) => /source/.test(table.name))) {
      expect(routes, name).to.not.be.empty;
      routes.splice(0, routes.length, ...routes.filter(({ target }) => target.kind === "local"));
    }
    return broken;
  };

  it("has both accounts, a box per instance, endpoint and GWLB interface, and what leads where", () => {
    const mermaid = toMermaid(topologyGraph(topology));
    for (const { name } of [...Object.values(topology.instances), ...Object.values(topology.subnets)]) {
      expect(mermaid).to.contain(`"${name}<br>`);
    }
    expect(mermaid)
      .to.match(/subgraph n\d+\["Account 111111111111/)
      .and.match(/subgraph n\d+\["Account 222222222222/);
    expect(mermaid.match(/<br>GWLB endpoint/g)).to.have.length(2);
    expect(mermaid.match(/\[\["security<br>GWLB 10\.1\./g)).to.have.length(2);
    // Without cross-zone each interface has the target of its own AZ.
    expect(mermaid.match(/GENEVE/g)).to.have.length(2);
    expect(mermaid).to.contain('-->|"10.2.20.0/24<br>10.2.21.0/24"|');
  });

  it("places every box apart from the others and inside the drawing", async () => {
    for (const graph of [topologyGraph(topology), drawn()]) {
      const placed = await layout(graph);
      expect(overlapping(placed)).to.deep.equal([]);
      for (const { id, x, y, width, height } of placed.nodes) {
        expect(x >= 0 && y >= 0 && x + width <= placed.width && y + height <= placed.height, id).to.be.true;
      }
      expect(placed.edges.filter(({ points }) => points.length < 2)).to.deep.equal([]);
    }
  });

  it("is the same whatever order the states came in", async () => {
    const [one, other] = [topologyGraph(topology), topologyGraph(reversed(topology))];
    expect(toMermaid(other)).to.equal(toMermaid(one));
    expect(toSvg(await layout(other))).to.equal(toSvg(await layout(one)));
  });

  it("draws the way of an inspected ping there and back, through endpoint, service, GWLB and target", async () => {
    const graph = drawn();
    const request = graph.edges.filter(({ kind }) => kind === "request");
    expect(request.map((edge) => "both" in edge && edge.both)).to.deep.equal([false, true, true, true, false]);
    expect(request.every((edge) => "verdict" in edge && edge.verdict === "good")).to.be.true;
    const svg = toSvg(await layout(graph));
    expect(svg)
      .to.contain('class="request good"')
      .and.contain('class="reply good"')
      .and.not.contain('class="request bad"');
  });

  it("draws a way round the targets as a bad one, straight from source to destination", () => {
    const request = drawn(bypassing()).edges.filter(({ kind }) => kind === "request");
    expect(request).to.have.length(1);
    expect(request[0]).to.include({ verdict: "bad", both: false });
  });

  it("marks the box where a packet ends", async () => {
    const broken = structuredClone(topology);
    for (const endpoint of Object.values(broken.endpoints)) endpoint.state = "pendingAcceptance";
    const svg = toSvg(await layout(drawn(broken)));
    expect(svg)
      .to.match(/class="box gwlb-endpoint stop bad"/)
      .and.contain("pendingAcceptance");
    expect(toSvg(await layout(drawn()))).to.not.contain(" stop bad");
  });

  it("draws no verdict that the packets did not confirm", () => {
    const [path] = trace(topology, { source, destination, protocol: "icmp" }).paths;
    const graph = topologyGraph(topology, { path: path!, confirmed: false });
    const legs = graph.edges.filter(({ kind }) => kind === "request" || kind === "reply");
    expect(legs.every((edge) => "verdict" in edge && edge.verdict === "unknown")).to.be.true;
  });

  it("takes names as text, whatever they hold", async () => {
    const hostile = structuredClone(topology);
    const [instance] = Object.values(hostile.instances);
    instance!.name = '</text><script>alert(1)</script>"]\nend\u0000\u009b\u202e\u2066 & --> ';
    const graph = topologyGraph(hostile);
    const svg = toSvg(await layout(graph));
    expect(svg)
      .to.contain("&lt;/text&gt;&lt;script&gt;")
      .and.not.contain("<script")
      .and.not.match(/[^\P{Cc}\n]|\p{Cf}/u);
    const mermaid = toMermaid(graph);
    expect(mermaid).to.contain("#60;script#62;alert#40;1#41;").and.not.contain("<script");
    expect(mermaid.split("\n").length).to.equal(toMermaid(topologyGraph(topology)).split("\n").length);
  });

  it("draws what the topology knows by its id alone outside the accounts", () => {
    const strange = structuredClone(topology);
    for (const { routes } of Object.values(strange.routeTables)) {
      for (const route of routes)
        if (route.target.kind === "internet-gateway") route.target = { kind: "other", id: "tgw-1" };
    }
    const graph = topologyGraph(strange);
    expect(graph.nodes.map(({ id }) => id)).to.include("tgw-1");
  });
});
