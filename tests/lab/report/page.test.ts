import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser } from "puppeteer-core";
import { writeReport } from "../../../cli/reportFolder";
import { topologyFromStates } from "../../../path/topology";
import { failingReport, inspectedReport } from "../../fixtures/pathReports";
import { deployedStates } from "../../unit/path/topology/deployment";
import { drawingFaults, launchBrowser, visit } from "./browser";

describe("report in a browser", () => {
  let browser: Browser;
  let directory: string;
  before(async function () {
    this.timeout(240_000);
    browser = await launchBrowser();
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "report-"));
    const topology = topologyFromStates(await deployedStates());
    for (const [name, report] of Object.entries({ inspected: inspectedReport, failing: failingReport })) {
      const captures = new Map([["security-target-apne1-az4", Buffer.from("pcap")]]);
      await writeReport(path.join(directory, name), { stack: "system", report, captures }, () =>
        Promise.resolve(topology),
      );
    }
  });
  after(async () => {
    await browser.close();
    fs.rmSync(directory, { recursive: true });
  });

  for (const name of ["inspected", "failing"]) {
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
          const widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]";
          const [content = 0, visible = 0] = (await page.evaluate(widths)) as number[];
          expect(visible).to.be.above(0);
          expect(content).to.be.at.most(visible);
          await page.close();
        });
      }
    }

    it(`${name}: every link leads to a file`, async () => {
      const { page } = await open();
      const links = (await page.evaluate("[...document.querySelectorAll('a')].map(({ href }) => href)")) as string[];
      expect(links).to.have.length(2);
      for (const link of links) expect(fs.existsSync(fileURLToPath(link)), link).to.be.true;
      await page.close();
    });
  }
});
