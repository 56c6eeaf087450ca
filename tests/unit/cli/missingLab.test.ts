import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { missingLab } from "../../../cli/missingLab";

const root = path.resolve(__dirname, "../../..");

function notFound(message: string, requireStack: string[] = []): Error {
  return Object.assign(new Error(message), { code: "MODULE_NOT_FOUND", requireStack });
}

describe("a lab that is not installed", () => {
  it("is told from other missing modules and other errors", () => {
    expect(missingLab(notFound("Cannot find module 'gwlb-inspection-lab/world'"))).to.match(/not installed.*npm ci/);
    expect(missingLab(notFound("Cannot find module 'koffi'", [path.join(root, "lab/gateway/tun.ts")]))).to.match(
      /its dependency koffi is not installed/,
    );
    expect(missingLab(notFound("Cannot find module 'zod'", [path.join(root, "stacks/config.ts")]))).to.equal(undefined);
    expect(missingLab(new Error("Cannot find module 'gwlb-inspection-lab/world'"))).to.equal(undefined);
  });

  it("is not asked for before one of its commands runs", () => {
    const without = `
      const Module = require("node:module");
      const resolve = Module._resolveFilename;
      Module._resolveFilename = function (name, ...rest) {
        if (!name.startsWith("gwlb-inspection-lab")) return resolve.call(this, name, ...rest);
        throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: "MODULE_NOT_FOUND" });
      };
      require("./cli/main.ts");`;
    const help = spawnSync(process.execPath, ["--require", "tsx/cjs", "--eval", without, "--", "--help"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(help.stderr).to.equal("");
    expect(help.stdout).to.match(/Usage: gwlb-inspection/);
  });
});
