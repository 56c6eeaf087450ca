"use strict";
// What Pulumi's language host loads of this folder as a component package, without a loader for TypeScript.
require("../loader.cjs");
require("./provider");
