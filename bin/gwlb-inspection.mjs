#!/usr/bin/env node
// The command line is TypeScript; tsx compiles it as it is loaded.
import { createRequire } from "node:module";
import "tsx";

createRequire(import.meta.url)("../cli/main.ts");
