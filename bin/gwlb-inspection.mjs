#!/usr/bin/env node
// In a checkout the command line is TypeScript, as a project of the user may be; tsx compiles it as it is loaded.
import { createRequire } from "node:module";
import "tsx";

createRequire(import.meta.url)("../cli/main");
