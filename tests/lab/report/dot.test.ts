import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { topologyFromStates, trace, type Topology } from "../../../path/topology";
import { focused, toDot, topologyGraph } from "../../../path/render/diagram";
import { deployedStates, destination, source } from "../../unit/path/topology/deployment";

/** What Graphviz draws of it. @throws AssertionError with what Graphviz complains of, warnings too */
function drawnByGraphviz(input: string): string {
  const { stdout, stderr, status } = spawnSync("dot", ["-Tsvg"], { input, encoding: "utf8" });
  expect([status, stderr]).to.deep.equal([0, ""]);
  return stdout;
}

const countOf = (svg: string, kind: string): number => svg.match(new RegExp(`class="${kind}"`, "g"))?.length ?? 0;

describe("graph in DOT", () => {
  let topology: Topology;
  before(async () => (topology = topologyFromStates(await deployedStates())));

  it("is drawn by Graphviz with every frame, box and line, and a path on it", () => {
    const [path] = trace(topology, { source, destination, protocol: "icmp" }).paths;
    if (path === undefined) throw new Error("no path from source to destination");
    for (const graph of [topologyGraph(topology), focused(topologyGraph(topology, { path }))]) {
      const svg = drawnByGraphviz(toDot(graph));
      expect(countOf(svg, "edge")).to.equal(graph.edges.length);
      expect(countOf(svg, "cluster")).to.be.greaterThan(4);
      expect(svg.replaceAll("&#45;", "-")).to.include("system-source-apne1-az4");
    }
    expect(countOf(drawnByGraphviz(toDot(topologyGraph(topology))), "cluster")).to.equal(2 + 2 + 12);
  });

  it("keeps names that mean something to DOT as they are", () => {
    const renamed = structuredClone(topology);
    const name = 'a" b\\n ]; } &amp; <c>\\';
    for (const instance of Object.values(renamed.instances)) instance.name = `${name}\u202e\n`;
    const svg = drawnByGraphviz(toDot(topologyGraph(renamed)));
    const shown = svg
      .replaceAll("&#160;", " ")
      .replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">");
    expect(shown.replaceAll("&#45;", "-").replaceAll("&amp;", "&")).to.include(name);
    expect(svg).not.to.include("\u202e");
  });
});
