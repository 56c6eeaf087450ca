import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

const executablePath = "/usr/bin/chromium";

/** Debian's Chromium, headless, installed if it is missing. Its profile goes away with it. */
export async function launchBrowser(): Promise<Browser> {
  if (!fs.existsSync(executablePath)) {
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    execFileSync("apt-get", ["update", "-qq"], { stdio: "pipe" });
    const install = ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"];
    execFileSync("apt-get", install, { stdio: "pipe", env: environment });
  }
  // Chromium's own sandbox refuses root.
  return puppeteer.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
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
