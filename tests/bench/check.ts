import Table from "cli-table3";
import { check, topologyFromStates } from "../../path/topology";
import { deployedConsumers } from "./trace";

/** Subnets by consumers of nine each. */
const consumers = [1, 11, 111];

/** How the time of a check grows with the subnets: consumers of one service, one of which has lost a route. */
export async function benchCheck(): Promise<string> {
  const { security, consumer } = await deployedConsumers();
  const table = new Table({
    head: ["subnets", "kinds", "flows traced", "findings", "check, CPU time", "a subnet"],
    style: { head: [], border: [] },
  });
  for (const count of consumers) {
    const states = [...security, ...Array.from({ length: count }, (_, number) => consumer(number)).flat()];
    const broken = states.filter(
      ({ urn }) => !urn.startsWith("urn:pulumi:system-0::") || !urn.endsWith("::system-source-apne1-az4-to-apne1-az1"),
    );
    if (broken.length !== states.length - 1) throw new Error("no route was taken away");
    const topology = topologyFromStates(broken);
    // Of the processor: others may share it.
    const begin = process.cpuUsage();
    const { looked, findings } = check(topology);
    const { user, system } = process.cpuUsage(begin);
    const time = (user + system) / 1000;
    if (!findings.some(({ code }) => code === "ONE_WAY_ROUTES")) throw new Error(`not found among ${count} consumers`);
    const { subnets, kinds, flows } = looked;
    table.push([subnets, kinds, flows, findings.length, `${time.toFixed(0)} ms`, `${(time / subnets).toFixed(2)} ms`]);
  }
  return table.toString();
}

if (require.main === module) void benchCheck().then((text) => process.stdout.write(`${text}\n`));
