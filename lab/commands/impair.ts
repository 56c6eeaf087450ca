import type { Command } from "commander";
import { nameOption, runningLab, type NameOptions } from "./options";
import { numberOption, say } from "gwlb-inspection/cli";

interface ImpairOptions extends NameOptions {
  delay?: number;
  loss?: number;
  seed?: number;
  none?: boolean;
}

const largestSeed = 2 ** 32 - 1;
const isSeed = (seed: number): boolean => Number.isInteger(seed) && seed >= 0 && seed <= largestSeed;

async function impair({ name, delay = 0, loss = 0, seed, none }: ImpairOptions): Promise<void> {
  const lab = await runningLab(name);
  if (none === true) {
    await lab.ask({ kind: "impair" });
    say("Packets are no longer delayed or dropped.");
    return;
  }
  const chosen = seed ?? Math.floor(Math.random() * (largestSeed + 1));
  await lab.ask({ kind: "impair", impairment: { delay, loss: loss / 100, seed: chosen } });
  say(
    `Each packet on its way to a target is delayed by ${delay} ms and dropped by a chance of ${loss} % (seed ${chosen}).`,
  );
}

export function registerImpair(lab: Command): void {
  const delay = numberOption("milliseconds, 0 to 10000", (number) => number >= 0 && number <= 10_000);
  const loss = numberOption("percent, 0 to 100", (number) => number >= 0 && number <= 100);
  lab
    .command("impair")
    .description("delay and drop packets in the gateways, until --none or `lab repair`")
    .addOption(nameOption())
    .option("--delay <ms>", "hold every packet on its way to a target", delay)
    .option("--loss <percent>", "drop that share of them", loss)
    .option("--seed <n>", "of what chance drops (default: any)", numberOption("a whole number below 2^32", isSeed))
    .option("--none", "stop it")
    .action(async (options: ImpairOptions, command: Command) => {
      const asked = options.delay !== undefined || options.loss !== undefined;
      if (asked === (options.none === true)) {
        command.error("error: expected --delay, --loss or both, or --none alone");
      }
      await impair(options);
    });
}
