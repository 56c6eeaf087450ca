import type { Command } from "commander";
import { SettingsError } from "../automation/index";
import { print } from "../verification/terminal";
import { explanation, findingCodes, isFindingCode, similarNames } from "../path/proof/index";

/** @throws SettingsError for a code that there is none of, with those that come near */
function textOf(code: string | undefined): string {
  if (code === undefined) return findingCodes().join("\n");
  const wanted = code.toUpperCase();
  if (isFindingCode(wanted)) return explanation(wanted);
  const similar = similarNames(wanted, findingCodes());
  const near = similar.length > 0 ? ` such as ${similar.join(", ")}` : "; without one, all of them are listed";
  throw new SettingsError(`code "${code}": expected the code of a finding${near}`);
}

export function registerExplain(program: Command): void {
  program
    .command("explain [code]")
    .description("explain the code of a finding and how to mend it; without a code, list all codes")
    .action((code: string | undefined) => {
      print(textOf(code));
    });
}
