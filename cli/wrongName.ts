import { SettingsError } from "../automation/index";
import { similarNames } from "../path/proof/index";

/** Characters of a list that is read at a glance. */
const shortList = 160;

/**
 * A name on the command line that nothing has, with what was expected: all names where they are few, else those that come near.
 *
 * @param all the command that lists them
 */
export function wrongName(what: string, wanted: string, names: string[], all: string): SettingsError {
  const list = names.join(", ");
  const near = similarNames(wanted, names);
  const expected =
    list.length <= shortList
      ? `expected one of ${list || "none: there is nothing"}`
      : near.length > 0
        ? `did you mean ${near.join(", ")}? \`${all}\` lists all`
        : `\`${all}\` lists what there is`;
  return new SettingsError(`${what} "${wanted}": ${expected}`);
}
