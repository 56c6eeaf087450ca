import { createRequire } from "node:module";
import process from "node:process";

// Errors that nobody sees, and Pulumi's promises, take stacks by the thousand, and source maps make every frame dear: three
// show a test's line.
Error.stackTraceLimit = 3;

// tsx looks through every module that is loaded after it, which doubles the time that the SDK takes; mocha's first process needs none.
if (process.env.MOCHA_WORKER_ID !== undefined) {
  const require = createRequire(import.meta.url);
  for (const name of ["@pulumi/pulumi", "@pulumi/aws", "@pulumi/command"]) require(name);
}
