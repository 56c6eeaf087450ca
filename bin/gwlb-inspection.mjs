#!/usr/bin/env node
// In a checkout the command line is TypeScript, as a project of the user may be; the loader compiles it as it is loaded.
import { createRequire } from "node:module";
import "../loader.cjs";

createRequire(import.meta.url)("../cli/main");
