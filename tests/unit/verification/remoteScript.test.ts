import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { commandFor, stdinFor } from "../../../verification/remoteScript";

/** Runs it as a host's shell would. */
function sh(script: string, args: string[] = [], stdin?: string) {
  return spawnSync("sh", ["-s", "--", ...args], { input: stdinFor(script, stdin), encoding: "utf8" });
}

describe("Script on a remote shell's standard input", () => {
  it("gets its arguments and keeps its exit code", () => {
    const { stdout, status } = sh('set -eu\necho "$# [$2]"\nexit 7', ["a", "it's  $HOME"]);
    expect(stdout).to.equal("2 [it's  $HOME]\n");
    expect(status).to.equal(7);
  });

  it("is not eaten by a command of its own that reads standard input", () => {
    expect(sh("cat\necho after").stdout).to.equal("after\n");
  });

  it("gets text on standard input, whatever is in it", () => {
    const text = "first\n$HOME `id` \\ 'quoted' }\nEOF\nlast";
    expect(sh("cat\necho after", [], text).stdout).to.equal(`${text}\nafter\n`);
    expect(sh("cat", [], "").stdout).to.equal("");
  });

  it("does not run when only its beginning arrived", () => {
    const whole = stdinFor("echo one\necho two");
    const { stdout, status } = spawnSync("sh", ["-s"], {
      input: whole.slice(0, whole.indexOf("two")),
      encoding: "utf8",
    });
    expect(stdout).to.equal("");
    expect(status).not.to.equal(0);
  });

  it("quotes arguments for the log-in shell", () => {
    const args = ["plain", "two words", "it's", "$HOME;`id`", "", "-n"];
    const command = commandFor(args, { timeout: 3, sudo: false }).replace(/^.* sh -s -- /, "printf '%s|' ");
    expect(spawnSync("sh", ["-c", command], { encoding: "utf8" }).stdout).to.equal(`${args.join("|")}|`);
  });
});
