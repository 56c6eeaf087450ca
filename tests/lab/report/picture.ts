import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { launchBrowser, visit } from "./browser";

/** The first screens of a report, as docs/report.png shows them: `npm run picture -- FOLDER`. */
async function picture(folder: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const { page } = await visit(browser, pathToFileURL(path.resolve(folder, "index.html")).href);
    await page.setViewport({ width: 1180, height: 1120 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
    await page.screenshot({ path: path.join(__dirname, "../../../docs/report.png"), optimizeForSpeed: false });
  } finally {
    await browser.close();
  }
}

const [, , folder] = process.argv;
if (folder === undefined) throw new Error("expected the folder that `verify --report` or `lab verify --report` wrote");
void picture(folder);
