import { Argument, type Command } from "commander";
import { reportJsonSchema } from "../path/proof/index";
import { printJson } from "../verification/terminal";

export function registerSchema(program: Command): void {
  program
    .command("schema")
    .description("print the JSON Schema of what this program writes as JSON")
    .addArgument(new Argument("<what>", "what is described").choices(["report"]))
    .action(() => {
      printJson(reportJsonSchema(), 2);
    });
}
