import { expect } from "chai";
import * as path from "node:path";
import { runProgram } from "../commandLine";
import { commandLines, documentedCommands, places } from "./commands";

const root = path.resolve(__dirname, "../../..");
describe("the documents' commands", function () {
  this.timeout(60_000);

  it("are found in fenced and in indented code, without their comments, and in sentences", () => {
    const fence = "```";
    const text = [
      "npm ci",
      "do `pulumi up --yes` or `pulumi`",
      "    npm ci  # all",
      "",
      `${fence}sh`,
      "npx x --y",
      fence,
      `${fence}ts`,
      "npm no",
      fence,
    ];
    expect(commandLines(text.join("\n"))).to.deep.equal(["pulumi up --yes", "npm ci", "npx x --y"]);
  });

  it("each have their place in commands.ts, which has no others", () => {
    const commands = documentedCommands();
    const unknown = commands.filter(({ command }) => places[command] === undefined);
    expect(unknown, "say in tests/lab/docs/commands.ts where these are run").to.deep.equal([]);
    const documented = new Set(commands.map(({ command }) => command));
    expect(Object.keys(places).filter((command) => !documented.has(command))).to.deep.equal([]);
  });

  it("are run from the installed packages where they are Pulumi's or ours", () => {
    const elsewhere = Object.entries(places).filter(
      ([command, { where }]) =>
        /^(npx gwlb-inspection|pulumi) /.test(command) && !["lab", "project", "package"].includes(where),
    );
    expect(elsewhere).to.deep.equal([]);
  });

  for (const [command, place] of Object.entries(places)) {
    if (place.where !== "checkout") continue;
    it(command, async () => {
      const { exitCode, stdout, stderr } = await runProgram("sh", ["-c", command], { cwd: root });
      expect(exitCode, stdout + stderr).to.equal(0);
      expect(stdout).to.match(place.prints);
    });
  }
});
