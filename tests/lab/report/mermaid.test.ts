import { expect } from "chai";
import type { Browser, Page } from "puppeteer-core";
import { topologyFromStates, trace, type Topology } from "../../../path/topology";
import { focused, toMermaid, topologyGraph } from "../../../path/render/diagram";
import { isGroup, type DiagramGraph, type DiagramNode } from "../../../path/render/diagram/graph";
import { deployedStates, destination, source } from "../../unit/path/topology/deployment";
import { launchBrowser } from "./browser";
import { installMermaid, mermaidVersions } from "./mermaid";

interface Drawing {
  boxes: number;
  lines: number;
  texts: string;
  /** Titles of groups that a box lies over. */
  hidden: string[];
}

/** Mermaid's own parser and renderer, in a browser. @throws Error with what Mermaid does not understand */
async function drawnByMermaid(page: Page, text: string): Promise<Drawing> {
  return (await page.evaluate(`(async () => {
    const text = ${JSON.stringify(text)};
    await mermaid.parse(text);
    const { svg } = await mermaid.render("drawing", text);
    document.body.innerHTML = svg;
    const place = (element) => element.getBoundingClientRect();
    const over = (title, box) =>
      title.left < box.right - 1 && box.left < title.right - 1 && title.top < box.bottom - 1 && box.top < title.bottom - 1;
    const boxes = [...document.querySelectorAll("g.node")].map(place);
    return {
      hidden: [...document.querySelectorAll(".cluster-label")]
        .filter((title) => boxes.some((box) => over(place(title), box)))
        .map((title) => title.textContent),
      boxes: document.querySelectorAll("g.node").length,
      lines: document.querySelectorAll("g.edgePaths > path, path.flowchart-link").length,
      texts: document.body.textContent,
    };
  })()`)) as Drawing;
}

for (const version of mermaidVersions)
  describe(`graph in Mermaid ${version}`, () => {
    let browser: Browser;
    let page: Page;
    let topology: Topology;

    before(async function () {
      this.timeout(60_000);
      topology = topologyFromStates(await deployedStates());
      browser = await launchBrowser();
      page = await browser.newPage();
      await page.addScriptTag({ path: installMermaid(version) });
      await page.evaluate("mermaid.initialize({ startOnLoad: false, securityLevel: 'loose' })");
    });
    after(() => browser.close());

    const boxesIn = (node: DiagramNode): DiagramNode[] =>
      isGroup(node.kind) && node.children.length > 0 ? node.children.flatMap(boxesIn) : [node];

    async function expectDrawn(graph: DiagramGraph): Promise<void> {
      const { boxes, lines, texts, hidden } = await drawnByMermaid(page, toMermaid(graph));
      const inside = graph.nodes.flatMap(boxesIn);
      expect(boxes).to.equal(inside.length);
      expect(lines).to.equal(graph.edges.length);
      expect(hidden).to.deep.equal([]);
      for (const {
        lines: [name = ""],
      } of inside)
        expect(texts).to.contain(name);
    }

    it("is drawn by Mermaid with every box and every line", async () => {
      await expectDrawn(topologyGraph(topology));
    });

    it("is drawn by Mermaid with a path on it", async () => {
      const [path] = trace(topology, { source, destination, protocol: "icmp" }).paths;
      if (path === undefined) throw new Error("no path from source to destination");
      await expectDrawn(focused(topologyGraph(topology, { path })));
    });

    it("keeps names that mean something to Mermaid or HTML as they are", async () => {
      const name = 'end; %% "a" <b> [x] #35; &amp; subgraph';
      const renamed = structuredClone(topology);
      for (const instance of Object.values(renamed.instances)) instance.name = name;
      const { texts } = await drawnByMermaid(page, toMermaid(topologyGraph(renamed)));
      expect(texts).to.contain(name);
    });

    it("could be found wrong", async () => {
      const broken = toMermaid(topologyGraph(topology)).replace("-->", "--->>");
      const error: unknown = await drawnByMermaid(page, broken).catch((reason: unknown) => reason);
      expect(String(error)).to.match(/Parse error|Syntax error|Lexical error/);
    });
  });
