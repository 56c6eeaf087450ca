import { Command } from "commander";
import { registerLab } from "./lab";

const program = new Command("gwlb-inspection").description(
  "an AWS Gateway Load Balancer path, and the proof that traffic goes through it",
);
registerLab(program);

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
