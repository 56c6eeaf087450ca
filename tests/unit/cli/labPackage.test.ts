import { expect } from "chai";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { missingLab } from "../../../cli/labPackage";

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
    expect(missingLab(notFound("Cannot find module 'zod'", [path.join(root, "stacks/config/index.ts")]))).to.equal(
      undefined,
    );
    expect(missingLab(new Error("Cannot find module 'gwlb-inspection-lab/world'"))).to.equal(undefined);
  });

  it("is not missed by what works without it, and said by its commands", () => {
    const without = `
      const Module = require("node:module");
      const resolve = Module._resolveFilename;
      Module._resolveFilename = function (name, ...rest) {
        if (!name.startsWith("gwlb-inspection-lab")) return resolve.call(this, name, ...rest);
        throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: "MODULE_NOT_FOUND" });
      };
      require("./cli/main.ts");`;
    const run = (...words: string[]) =>
      spawnSync(process.execPath, ["--require", "./loader.cjs", "--eval", without, "--", ...words], {
        cwd: root,
        encoding: "utf8",
      });
    const help = run("--help");
    expect(help.stderr).to.equal("");
    expect(help.stdout).to.match(/Usage: gwlb-inspection/);
    const lab = run("lab", "inspect", "--name", "x");
    expect(lab.stderr).to.match(/^error: The lab is a package of its own and is not installed\./);
    expect(lab.status).to.equal(1);
  });
});
