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
