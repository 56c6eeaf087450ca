import * as fs from "node:fs";
import * as path from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { chromium } from "../tools";

/** Debian's Chromium, headless. Its profile goes away with it. */
export async function launchBrowser(): Promise<Browser> {
  // Chromium's own sandbox refuses root.
  return puppeteer.launch({
    executablePath: chromium,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

export interface Visit {
  page: Page;
  /** Console errors (violations of the page's policy are such), exceptions and failed requests. */
  complaints: string[];
  /** Everything that the page asked for. */
  requests: string[];
}

export async function visit(browser: Browser, url: string): Promise<Visit> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url, { waitUntil: "load" });
  return { page, complaints, requests };
}

const drawingFaultsScript = fs.readFileSync(path.join(__dirname, "drawingFaults.mjs"), "utf8");

/** Texts of the drawings that stick out of their boxes, boxes that overlap, and drawings without a size. Opens what is folded. */
export async function drawingFaults(page: Page): Promise<string[]> {
  return (await page.evaluate(drawingFaultsScript)) as string[];
}

const axeScript = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds, colour contrast by WCAG 2.2 AA among it. Opens what is folded. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
  await page.evaluate(axeScript);
  return (await page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ": " + html.slice(0, 200) + " " + failureSummary)))`)) as string[];
}

/** Texts that are rendered smaller than 12 px, drawings included. Opens what is folded. */
export async function smallTexts(page: Page): Promise<string[]> {
  return (await page.evaluate(`(() => {
    for (const each of document.querySelectorAll("details")) each.open = true;
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (node.data.trim() === "" || element.closest("style, title, desc")) continue;
      const svg = element.closest("svg");
      const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
      const size = parseFloat(getComputedStyle(element).fontSize) * scale;
      if (size < 11.99) found.push(size + " px: " + node.data.trim().slice(0, 60));
    }
    return found;
  })()`)) as string[];
}

/** What could be used and does not get the focus by the Tab key, seen as such. */
export async function unreachableByKeys(page: Page): Promise<string[]> {
  const usable = "a[href], summary, input, [tabindex='0']";
  await page.evaluate(`for (const each of document.querySelectorAll("details")) each.open = true;
    document.querySelectorAll("${usable}").forEach((each, index) => each.dataset.order = index);`);
  const count = Number(await page.evaluate(`document.querySelectorAll("${usable}").length`));
  // Of a long page the beginning: the others are of the same kinds.
  const tabs = Math.min(count, 60);
  const reached = new Set<string>();
  for (let tab = 0; tab < tabs; tab++) {
    await page.keyboard.press("Tab");
    const found = (await page.evaluate(`(() => {
      const { dataset, type, name } = document.activeElement;
      const isSeen = getComputedStyle(document.activeElement).outlineStyle !== "none";
      return isSeen ? [dataset.order, type === "radio" ? name : ""] : ["", ""];
    })()`)) as [string, string];
    reached.add(found[0] ?? "");
    if (found[1] !== "") reached.add(`radio ${found[1]}`);
  }
  return (await page.evaluate(
    `(() => {
      const reached = new Set(${JSON.stringify([...reached])});
      const last = Math.max(0, ...[...reached].map(Number).filter((order) => !Number.isNaN(order)));
      return [...document.querySelectorAll("${usable}")].filter((each) => {
        if (Number(each.dataset.order) > last) return ${String(count <= tabs)};
        // Of one group the Tab key comes to the chosen one, the arrows to the others.
        return each.type === "radio" ? !reached.has("radio " + each.name) : !reached.has(each.dataset.order);
      }).map((each) => each.outerHTML.slice(0, 100));
    })()`,
  )) as string[];
}

/** What on paper of A4, with its margins, lies beyond the right edge. */
export async function cutOffInPrint(page: Page): Promise<string[]> {
  await page.emulateMediaType("print");
  // 210 mm without two margins of 12 mm, by 96 dots an inch.
  const width = Math.floor(((210 - 24) / 25.4) * 96);
  await page.setViewport({ width, height: 1000 });
  return (await page.evaluate(`[...document.querySelectorAll("th, td, dd, .station, .edge, figure svg")]
    .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > ${width} + 1)
    .map((each) => each.getBoundingClientRect().right + ": " + each.textContent.slice(0, 60))`)) as string[];
}
