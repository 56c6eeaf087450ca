import { Command } from "commander";
import { expect } from "chai";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { completionScript, completionWords, shells, type Words } from "../../../cli/completion";
import { addExamples, examples, visibleCommands } from "../../../cli/examples";
import { commandLine } from "../../../cli/program";
import { wrongName } from "../../../cli/wrongName";
import { lookedUp } from "../../../lab/commands/names";
import { SettingsError } from "../../../automation";
import { capturePoint } from "../../../lab/capture";
import { registerLab } from "../../../lab/commands";
import { inspectFabric } from "../../../lab/fabric/inspect";
import { findInstance } from "../../../lab/node";
import { twoVpcs } from "../../fixtures/fabricSnapshot";

/** Words of a command line, without what the shell does with them. */
const wordsOf = (line: string): string[] => line.replace(/ [|>].*$/, "").split(" ");

describe("help", () => {
  let commands: Map<string, Command>;
  before(async () => (commands = new Map(visibleCommands(await commandLine(registerLab)))));

  it("has examples for every command that does something, and for no other", () => {
    const doing = [...commands].filter(([, command]) => visibleCommands(command).length === 0).map(([name]) => name);
    expect(Object.keys(examples)).to.have.members(doing);
    for (const [name, command] of commands) {
      let help = "";
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      for (const line of examples[name] ?? []) expect(help, name).to.include(`\n  gwlb-inspection ${line}\n`);
    }
  });

  it("has nothing that docs/automation.md leaves out: each command, and each option of the stacks' commands", () => {
    const text = fs.readFileSync(path.resolve(__dirname, "../../../docs/automation.md"), "utf8");
    const [table = ""] = /^## Commands$(.*?)^## /ms.exec(text)?.slice(1) ?? [];
    const firstCells = [...table.matchAll(/^\| (`.+?) +\|/gm)].map(([, cell]) => cell ?? "");
    for (const [name, command] of commands) {
      if (name.includes(" ")) continue;
      expect(
        firstCells.some((cell) => cell.split(/[`, ]+/).includes(name)),
        name,
      ).to.equal(true);
      if (!["deploy", "destroy", "preview", "verify", "status", "cancel"].includes(name)) continue;
      for (const { long } of command.options) {
        const known = ["--program", "--settings", "--backend", "--engine"].includes(long ?? "");
        if (!known) expect(table, name).to.match(new RegExp(`${long ?? ""}[\` ]`));
      }
    }
  });

  it("fits 80 columns, but for examples that are to be copied", async () => {
    const program = await commandLine(registerLab);
    for (const [name, command] of [["", program] as const, ...visibleCommands(program)]) {
      let help = "";
      const writeOut = (text: string): string => (help += text);
      command.configureOutput({ writeOut, getOutHelpWidth: () => 80 }).outputHelp();
      const long = help.split("\n").filter((line) => line.length > 80 && !line.startsWith("  gwlb-inspection "));
      // Where a checkout is is no text of ours.
      expect(
        long.filter((line) => !line.includes(process.cwd())),
        name,
      ).to.deep.equal([]);
    }
  });

  it("has examples that the command line takes", async () => {
    for (const [name, lines] of Object.entries(examples)) {
      for (const line of lines) {
        const asked = await commandLine(registerLab);
        const ran: string[] = [];
        for (const [each, command] of visibleCommands(asked)) {
          command.configureOutput({ writeErr: () => undefined });
          command.action(() => void ran.push(each));
          // What the lab asks of this machine first.
          (command as unknown as { _lifeCycleHooks: object })._lifeCycleHooks = {};
        }
        await asked.parseAsync(wordsOf(line), { from: "user" });
        expect(ran, line).to.deep.equal([name]);
      }
    }
  });

  it("says by which variable each flag that repeats can be given", () => {
    const variables = {
      "--name": "LAB",
      "--program": "PROGRAM",
      "--backend": "BACKEND",
      "--engine": "ENGINE",
      "--settings": "SETTINGS",
    };
    for (const [name, command] of commands) {
      for (const { long, envVar } of command.options) {
        const variable = variables[long as keyof typeof variables];
        if (variable !== undefined) expect(envVar, `${name} ${long}`).to.equal(`GWLB_INSPECTION_${variable}`);
      }
    }
  });
});

describe("completion", () => {
  let words: Words;
  before(async () => {
    words = completionWords(await commandLine(registerLab), {
      "lab break": ["route-removed"],
      explain: ["NOT_SENT_BACK"],
    });
  });

  it("knows every command, flag and choice that people see", () => {
    expect(words.afterCommand[""]).to.include.members(["verify", "lab", "completion", "--color"]);
    expect(words.afterCommand["lab"]).to.include("break").and.not.include("inside");
    expect(words.afterCommand["lab break"]).to.include.members(["route-removed", "--name", "--color"]);
    expect(words.afterCommand["completion"]).to.include.members([...shells]);
    expect(words.afterFlag["lab verify --format"]).to.deep.equal(words.afterFlag["verify --format"]);
    expect(words.afterFlag["verify --format"]).to.include.members(["table", "json"]);
  });

  /** What a shell suggests for the last of these words. */
  function suggested(...typed: string[]): string[] {
    const script = completionScript("bash", "gwlb-inspection", words);
    const line = ["gwlb-inspection", ...typed].map((word) => `'${word}'`).join(" ");
    const asked = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${typed.length}; _gwlb_inspection; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", asked], { encoding: "utf8" })
      .split("\n")
      .filter((word) => word !== "");
  }

  it("is what bash suggests, wherever flags stand", () => {
    expect(suggested("ver")).to.deep.equal(["verify"]);
    expect(suggested("lab", "bre")).to.deep.equal(["break"]);
    expect(suggested("lab", "--name", "x", "break", "r")).to.deep.equal(["route-removed"]);
    expect(suggested("explain", "N")).to.deep.equal(["NOT_SENT_BACK"]);
    expect(suggested("verify", "--format", "js")).to.deep.equal(["json"]);
    expect(suggested("verify", "--color", "")).to.deep.equal(["auto", "always", "never"]);
    expect(suggested("nothing", "v")).to.deep.equal(suggested("v"));
  });

  for (const shell of ["zsh", "fish"] as const) {
    it(`is what ${shell} suggests, where that is installed`, function () {
      if (spawnSync(shell, ["--version"]).error !== undefined) this.skip();
      const script = completionScript(shell, "gwlb-inspection", words);
      const ask = {
        zsh: 'words=(gwlb-inspection lab break ""); CURRENT=4; _gwlb-inspection; words=(gwlb-inspection verify --format ""); _gwlb-inspection',
        fish: 'complete -C "gwlb-inspection lab break "; complete -C "gwlb-inspection verify --format "',
      }[shell];
      const before = shell === "zsh" ? "compdef() { : }; compadd() { shift; print -l -- $@ }" : "";
      const { stdout, stderr } = spawnSync(shell, ["-c", [before, script, ask].join("\n")], { encoding: "utf8" });
      expect(stderr).to.equal("");
      expect(stdout.trim().split("\n")).to.have.members([
        ...words.afterCommand["lab break"]!,
        ...words.afterFlag["verify --format"]!,
      ]);
    });
  }

  it("answers zsh's very first Tab from a file in fpath, where that is installed", function () {
    if (spawnSync("zsh", ["--version"]).error !== undefined) this.skip();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "completion-"));
    fs.writeFileSync(path.join(folder, "_gwlb-inspection"), completionScript("zsh", "gwlb-inspection", words));
    const first = "autoload -Uz _gwlb-inspection; words=(gwlb-inspection lab bre); CURRENT=3; _gwlb-inspection";
    const asked = `fpath=(${folder}); compadd() { shift; print -l -- $@ }; ${first}`;
    const { stdout, stderr } = spawnSync("zsh", ["-f", "-c", asked], { encoding: "utf8" });
    fs.rmSync(folder, { recursive: true });
    expect(stderr).to.equal("");
    expect(stdout.trim().split("\n")).to.have.members(words.afterCommand["lab"]!);
  });

  it("holds no word that a shell would take for something else", () => {
    const all = (of: Words): string[] => [...Object.entries(of.afterCommand), ...Object.entries(of.afterFlag)].flat(2);
    for (const word of all(words)) expect(word).to.match(/^[\w-]*( [\w-]+)*$/);
  });
});

describe("a wrong name", () => {
  const refused = (work: () => unknown): Error => {
    try {
      work();
    } catch (error) {
      return error as Error;
    }
    throw new Error("it was taken");
  };
  const many = Array.from({ length: 60 }, (_, index) => `fault-number-${index}`);

  it("is told with those that come near, not with all of many", () => {
    const error = wrongName("fault", "fault-nmber-7", many, "lab break");
    expect(error).to.be.instanceOf(SettingsError);
    expect(error.message).to.match(/^fault "fault-nmber-7": did you mean fault-number-7, .*\? `lab break` lists all$/);
    expect(error.message.length).to.be.below(200);
    expect(wrongName("fault", "zzz", many, "lab break").message).to.equal(
      'fault "zzz": `lab break` lists what there is',
    );
    expect(wrongName("fault", "zzz", ["a", "b"], "lab break").message).to.equal('fault "zzz": expected one of a, b');
  });

  it("of an instance or a node is a usage error, and what several have names them", () => {
    const entries = inspectFabric(twoVpcs());
    const [instance] = entries.filter(({ kind }) => kind === "instance");
    for (const find of [findInstance, capturePoint]) {
      const error = refused(() => lookedUp(() => find(entries, "nothing")));
      expect(error).to.be.instanceOf(SettingsError);
      expect(error.message.length).to.be.below(300);
      const twins = ["i-1", "i-2"].map((id) => ({
        ...instance!,
        id,
        name: "twin",
        networkInterfaceId: id,
        namespace: id,
      }));
      const several = refused(() => lookedUp(() => find(twins, "twin")));
      expect(several).to.be.instanceOf(SettingsError);
      expect(several.message).to.include("twin (i-1)").and.include("twin (i-2)");
    }
    const other = new Error("of another kind");
    expect(
      refused(() =>
        lookedUp(() => {
          throw other;
        }),
      ),
    ).to.equal(other);
  });
});

describe("a command without examples", () => {
  it("has none in its help", () => {
    const program = new Command("gwlb-inspection");
    const command = program.command("new");
    addExamples(program);
    expect(command.helpInformation()).not.to.include("Examples");
  });
});
