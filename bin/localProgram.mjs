// Runs one of the package's programs, named by its path in the package without ending: `node localProgram.mjs verification/main`.
// In a checkout it is TypeScript.
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import process from "node:process";

const require = createRequire(import.meta.url);
const root = path.join(import.meta.dirname, "..");
const [name = ""] = process.argv.splice(2, 1);
const program = path.join(root, name);
if (fs.existsSync(`${program}.ts`)) require("../loader.cjs");
require(program);
