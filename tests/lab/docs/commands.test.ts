import { expect } from "chai";
import * as path from "node:path";
import { runProgram } from "../commandLine";
import { commandLines, documentedCommands, filledIn, places } from "./commands";

const root = path.resolve(__dirname, "../../..");
const lab = "documents";

async function shell(command: string): Promise<{ exitCode: number | null; output: string }> {
  const { exitCode, stdout, stderr } = await runProgram("sh", ["-c", command], { cwd: root });
  return { exitCode, output: stdout + stderr };
}

/** As it is run here: capitals filled in, and in our own lab. */
function runnable(command: string, values: Record<string, string> = {}): string {
  return filledIn(command, values).replace(/(gwlb-inspection lab [a-z]+)/, `$1 --name ${lab}`);
}

describe("the documents' commands", function () {
  this.timeout(300_000);

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

  describe("that the lab can run", () => {
    before(async () => {
      const { exitCode, output } = await shell(`npm start -- --keep --name ${lab}`);
      expect(exitCode, output).to.equal(0);
    });
    after(() => shell(`npx gwlb-inspection lab down --name ${lab}`));

    for (const [command, place] of Object.entries(places)) {
      if (place.where !== "lab") continue;
      it(command, async () => {
        const { exitCode, output } = await shell(runnable(command, place.with));
        expect(exitCode, output).to.equal(place.exitCode ?? 0);
        expect(output).to.match(place.prints);
      });
    }
  });
});
