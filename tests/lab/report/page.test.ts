import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser } from "puppeteer-core";
import { changesBetween } from "../../../automation/watch";
import { History } from "../../../cli/history";
import { writeReport } from "../../../cli/reportFolder";
import { topologyFromStates } from "../../../path/topology";
import { failingReport, inspectedReport, largeReport } from "../../fixtures/pathReports";
import { deployedStates } from "../../unit/path/topology/deployment";
import {
  accessibilityFaults,
  cutOffInPrint,
  drawingFaults,
  launchBrowser,
  smallTexts,
  unreachableByKeys,
  visit,
} from "./browser";

const reports = { inspected: inspectedReport, failing: failingReport, large: largeReport };

describe("report in a browser", () => {
  let browser: Browser;
  let directory: string;
  before(async function () {
    this.timeout(240_000);
    browser = await launchBrowser();
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "report-"));
    const topology = topologyFromStates(await deployedStates());
    for (const [name, report] of Object.entries(reports)) {
      const captures = new Map([["security-target-apne1-az4", Buffer.from("pcap")]]);
      await writeReport(path.join(directory, name), { stack: "system", report, captures }, () =>
        Promise.resolve(topology),
      );
    }
    const history = new History(path.join(directory, "history"));
    const rounds = [...Array<typeof inspectedReport>(40).fill(inspectedReport), failingReport, failingReport];
    for (const [index, report] of rounds.entries()) {
      await history.add(
        { kind: "measured", stack: "system", report, changes: changesBetween(rounds[index - 1], report) },
        { captures: new Map(), topologyOf: () => Promise.resolve(topology) },
      );
    }
  });
  after(async () => {
    await browser.close();
    fs.rmSync(directory, { recursive: true });
  });

  for (const name of [...Object.keys(reports), "history"]) {
    const open = () => visit(browser, pathToFileURL(path.join(directory, name, "index.html")).href);

    it(`${name}: nothing to complain about, nothing asked for but itself, no script run`, async () => {
      const { page, complaints, requests } = await open();
      expect(complaints).to.deep.equal([]);
      expect(requests.filter((url) => url !== page.url() && !url.startsWith("data:"))).to.deep.equal([]);
      expect(await page.$$("script, img")).to.have.length(0);
      // Without its style, because the policy's hash is wrong, it would have the browser's margin.
      expect(await page.evaluate("getComputedStyle(document.body).margin")).to.equal("0px");
      await page.close();
    });

    for (const width of [1280, 390]) {
      for (const scheme of ["light", "dark"]) {
        it(`${name}: fits ${width} px, ${scheme}: the page does not scroll sideways, drawings are in order`, async () => {
          const { page } = await open();
          await page.setViewport({ width, height: 900 });
          await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
          expect(await drawingFaults(page)).to.deep.equal([]);
          expect(await smallTexts(page)).to.deep.equal([]);
          const widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]";
          const [content = 0, visible = 0] = (await page.evaluate(widths)) as number[];
          expect(visible).to.be.above(0);
          expect(content).to.be.at.most(visible);
          await page.close();
        });
      }
    }

    for (const scheme of ["light", "dark"]) {
      it(`${name}: axe finds nothing, ${scheme}; contrast is 4.5 at least`, async function () {
        this.timeout(60_000);
        const { page } = await open();
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        expect(await accessibilityFaults(page)).to.deep.equal([]);
        await page.close();
      });
    }

    it(`${name}: the Tab key comes to all that can be opened, chosen, followed or scrolled`, async () => {
      const { page } = await open();
      expect(await unreachableByKeys(page)).to.deep.equal([]);
      await page.close();
    });

    it(`${name}: printed on A4 it loses no column`, async () => {
      const { page } = await open();
      expect(await cutOffInPrint(page)).to.deep.equal([]);
      await page.close();
    });

    it(`${name}: every link leads to a file`, async () => {
      const { page } = await open();
      const links = (await page.evaluate("[...document.querySelectorAll('a')].map(({ href }) => href)")) as string[];
      expect(links.filter((link) => !link.includes("#"))).to.have.length(name === "history" ? 3 : 2);
      const missing = await page.evaluate(
        "[...document.querySelectorAll('a[href^=\\'#\\']')].filter(({ hash }) => !document.getElementById(hash.slice(1))).length",
      );
      expect(missing).to.equal(0);
      for (const link of links) expect(fs.existsSync(fileURLToPath(link.replace(/#.*/, ""))), link).to.be.true;
      await page.close();
    });
  }

  const shown = (name: string) => visit(browser, pathToFileURL(path.join(directory, name, "index.html")).href);

  for (const name of ["failing", "large"]) {
    it(`${name}: has verdict and first cause in the first screen, at both widths`, async () => {
      const { page } = await shown(name);
      for (const width of [1280, 390]) {
        await page.setViewport({ width, height: 800 });
        const bottom = await page.evaluate("document.querySelector('header .remedy').getBoundingClientRect().bottom");
        expect(bottom, `${width} px`).to.be.below(800);
      }
      await page.close();
    });
  }

  it("shows of many pairs a matrix first, whose cells lead to the pairs", async () => {
    const { page } = await shown("large");
    const cells = "document.querySelectorAll('.matrix tbody td a').length";
    expect(await page.evaluate(cells)).to.equal(100);
    expect(
      await page.evaluate("document.querySelector('main section').contains(document.querySelector('.matrix'))"),
    ).to.equal(true);
    expect(await page.evaluate("document.querySelector('header').innerText")).to.include(
      "100 pairs: 96 inspected, 4 bypassed",
    );
    // Ten destinations fit the page.
    await page.setViewport({ width: 1280, height: 900 });
    const [needed, room] = (await page.evaluate(
      "(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.querySelector('.matrix').parentElement)",
    )) as number[];
    expect(needed).to.equal(room);
    await page.evaluate("document.querySelector('.matrix a[href=\\'#pair-42\\']').click()");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await page.evaluate("document.getElementById('pair-42').checkVisibility()")).to.equal(true);
    await page.close();
  });

  it("shows the whole topology as large as was chosen", async () => {
    const { page } = await shown("inspected");
    await page.evaluate("document.querySelector('.topology details').open = true");
    const width = async () =>
      Number(await page.evaluate("document.querySelector('.topology svg').getBoundingClientRect().width"));
    const drawn = await width();
    await page.click("#size-double");
    expect(await width()).to.be.closeTo(2 * drawn, 2);
    await page.click("#size-width");
    const column = Number(await page.evaluate("document.querySelector('.topology figure').clientWidth"));
    expect(await width()).to.be.at.most(column);
    await page.close();
  });

  it("shows only pairs of the verdict, the AZ, the source and the destination that were chosen", async () => {
    const { page } = await shown("large");
    const visible = async () =>
      Number(
        await page.evaluate("[...document.querySelectorAll('.pair')].filter((pair) => pair.checkVisibility()).length"),
      );
    expect(await visible()).to.equal(100);
    await page.select("#only-source", "source-3");
    expect(await visible()).to.equal(10);
    await page.select("#only-destination", "destination-4");
    expect(await visible()).to.equal(1);
    for (const end of ["source", "destination"]) await page.select(`#only-${end}`, "all");
    await page.click("#only-verdict-is-bypassed");
    expect(await visible()).to.equal(4);
    await page.click("#only-az-az-0");
    expect(await visible()).to.be.within(1, 3);
    await page.close();
  });
});
