import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/**
 * Reads what every process of this machine has for arguments and environment, over and over, until its standard input ends; prints
 * each that holds a line of a secret. Arguments: the files of the secrets, which need not exist yet.
 */
const watching = `
const fs = require("node:fs");
const files = process.argv.slice(1);
const found = new Set();
let looks = 0;
// The first lines of a private key are alike in all keys.
const secrets = () => files.filter((file) => fs.existsSync(file)).flatMap((file) =>
  fs.readFileSync(file, "utf8").split("\\n").slice(2).filter((line) => line.length > 20 && !line.startsWith("-----")));
function look() {
  const lines = secrets();
  if (lines.length > 0) looks++;
  for (const pid of fs.readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)))
    for (const what of ["cmdline", "environ"])
      try {
        const text = fs.readFileSync("/proc/" + pid + "/" + what, "latin1");
        if (lines.some((line) => text.includes(line)))
          found.add(what + " of " + fs.readFileSync("/proc/" + pid + "/cmdline", "utf8").split("\\0").slice(0, 4).join(" "));
      } catch {}
}
const timer = setInterval(look, 100);
process.stdin.on("end", () => {
  clearInterval(timer);
  console.log(JSON.stringify({ looks, found: [...found] }));
});
process.stdin.resume();
`;

/** What was seen of secrets in processes. */
export interface SecretSight {
  /** How often all processes were looked at while there was a secret. */
  looks: number;
  /** `cmdline` or `environ`, and of what. */
  found: string[];
}

/** Looks for secrets in all processes of this machine for as long as it runs. */
export class SecretWatch {
  private readonly child: ChildProcess;
  private output = "";

  /** @param files of private keys, one line of which no process may show; they need not exist yet */
  constructor(files: readonly string[]) {
    this.child = spawn(process.execPath, ["--eval", watching, "--", ...files], { stdio: ["pipe", "pipe", "inherit"] });
    this.child.stdout?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
  }

  stop(): void {
    this.child.kill();
  }

  async end(): Promise<SecretSight> {
    this.child.stdin?.end();
    await once(this.child, "close");
    return JSON.parse(this.output) as SecretSight;
  }
}
