import * as fs from "node:fs";
import process from "node:process";
import { makeTemporaryFolder } from "../../automation/engine/temporaryFolder";

// Required by mocha before all tests. They make their folders in one of this run, which it removes, or, when it was killed, the next one.
if (process.env["MOCHA_WORKER_ID"] === undefined) {
  const folder = makeTemporaryFolder();
  process.env["TMPDIR"] = folder;
  process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
}
