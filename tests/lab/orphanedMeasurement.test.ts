import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import * as path from "node:path";
import { until } from "../../lab/world/world";
import { Leftovers, variable } from "./exit/leftovers";
import { NamedLab } from "./namedLab";

const root = path.resolve(__dirname, "../..");
const target = "security-target-apne1-az4";

/** Milliseconds after which nothing may be left, by the way to the hosts: its lease, and what ending takes. */
const endsWithin = { ssh: 8_000 + 5_000, ssm: 15_000 + 5_000 } as const;

for (const access of ["ssm", "ssh"] as const) {
  describe(`a measurement by ${access} whose program is gone`, function () {
    this.timeout(300_000);
    const lab = new NamedLab(`orphan-${access}-${process.pid}`);
    let running: ChildProcess | undefined;

    before(() => lab.succeed("up", "--access", access));
    after(() => lab.run("down"));
    afterEach(() => running?.kill("SIGKILL"));

    /** Starts a measurement. @returns the program that measures, with what has brought it into the lab's world */
    async function measuring(leftovers: Leftovers): Promise<number[]> {
      const main = ["--import", "tsx", path.join(root, "cli/main.ts"), "lab", "verify", "--name", lab.name];
      running = spawn(process.execPath, main, {
        cwd: root,
        stdio: "ignore",
        env: { ...process.env, [variable]: lab.name },
      });
      expect(await leftovers.seenMeasuring(60_000)).to.include.members(["capture", "ping", "tcpdump"]);
      const pids = leftovers.findAll((command) => / lab inside verify/.test(command));
      expect(pids, "processes that measure").to.not.be.empty;
      return pids;
    }

    const signal = (pids: number[], name: NodeJS.Signals): void => pids.forEach((pid) => void process.kill(pid, name));

    const nothingLeft = (leftovers: Leftovers): Promise<void> =>
      until(() => leftovers.measuring().length === 0, endsWithin[access], "the end of all that was measuring").catch(
        (error: unknown) => {
          throw new Error(`${String(error)}\n${leftovers.measuring().join("\n")}`);
        },
      );

    it("leaves no process and no folder on the hosts within seconds of SIGKILL", async () => {
      const leftovers = new Leftovers(lab.name);
      signal(await measuring(leftovers), "SIGKILL");
      expect(leftovers.measuring()).to.not.be.empty;
      await nothingLeft(leftovers);
    });

    it("leaves nothing either when it stops to answer while its connections stay", async () => {
      const leftovers = new Leftovers(lab.name);
      const pids = await measuring(leftovers);
      signal(pids, "SIGSTOP");
      expect(leftovers.measuring()).to.not.be.empty;
      try {
        await nothingLeft(leftovers);
      } finally {
        signal(pids, "SIGKILL");
      }
    });

    it("is swept by the next one where nothing is alive to end it, and one beside it is not", async () => {
      const leftovers = new Leftovers(lab.name);
      const orphan = "/run/gwlb-inspection-capture-orphan";
      const alive = "/run/gwlb-inspection-capture-alive";
      const plant = (folder: string, seconds: number): string =>
        `mkdir -m 700 ${folder} && read -r now _ </proc/uptime && echo $((\${now%%.*} + ${seconds})) >${folder}/until && ` +
        `{ setsid tcpdump -i any -Z root -w ${folder}/capture.pcap udp port 6081 </dev/null >/dev/null 2>&1 & } && ` +
        `until [ -e ${folder}/capture.pcap ]; do sleep 0.1; done`;
      const left = "mkdir /run/gwlb-inspection-capture-stale.stopping /dev/shm/gwlb-inspection-lease-stale-000000";
      await lab.succeed("exec", target, "--", "sh", "-c", `${plant(orphan, 0)} && ${plant(alive, 600)} && ${left}`);
      expect((await lab.verify()).report.verdict).to.equal("inspected");
      const looked = await lab.succeed(
        "exec",
        target,
        "--",
        "sh",
        "-c",
        "ls -d /run/gwlb-* /dev/shm/gwlb-*; pgrep -a tcpdump",
      );
      expect(looked.stdout.split("\n").filter((line) => line !== "" && !line.includes(alive))).to.deep.equal([]);
      expect(looked.stdout)
        .to.match(new RegExp(`tcpdump .*${alive}/capture.pcap`))
        .and.include(`${alive}\n`);
      await lab.succeed("exec", target, "--", "sh", "-c", `pkill tcpdump; rm -r ${alive}`);
      await nothingLeft(leftovers);
    });
  });
}
