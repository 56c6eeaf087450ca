import { Option } from "commander";
import { SettingsError } from "../automation/index";
import type { ReadAccount } from "../live/index";
import { azIdPrefixes, isRegion } from "../path/net/azId";
import type { AccountCredentials } from "../path/proof/request";
import type { Answers } from "../path/topology/index";
import { sayLive } from "../verification/terminal";

/** Loaded only when AWS is asked: its clients take longer to load than all else. */
const loadLive = () => import("../live/index");

/** Of the command line: `true` is without an account. */
export function liveOption(): Option {
  return new Option(
    "--live [accounts...]",
    "from AWS itself, whoever made it: a profile for each account, PROFILE or PROFILE@REGION (default: the environment's)",
  );
}

/**
 * What AWS itself tells of these accounts, and by which credentials.
 *
 * @param live - `PROFILE` or `PROFILE@REGION` each; `true`: the environment's credentials and Region
 * @throws SettingsError for a Region that is none, or when AWS cannot be asked
 */
export async function readLive(live: true | readonly string[]): Promise<ReadAccount[]> {
  const { LiveError, readAccounts } = await loadLive();
  const named = live === true ? [] : live;
  const accounts = await Promise.all(named.length === 0 ? [accountOf(undefined)] : named.map(accountOf));
  try {
    const all = await readAccounts({ accounts, onProgress: sayLive });
    return all.flatMap((answers, place) => {
      const credentials = accounts[place];
      return credentials === undefined ? [] : { answers, credentials };
    });
  } catch (error) {
    throw error instanceof LiveError ? new SettingsError(`--live: ${error.message}`) : error;
  }
}

/** The answers alone. @throws SettingsError as `readLive` */
export async function liveAnswers(live: true | readonly string[]): Promise<Answers[]> {
  return (await readLive(live)).map(({ answers }) => answers);
}

async function accountOf(text: string | undefined): Promise<AccountCredentials> {
  // A profile's name may hold an @ itself.
  const at = text?.lastIndexOf("@") ?? -1;
  const suffix = at < 0 ? undefined : text?.slice(at + 1);
  const named = suffix !== undefined && isRegion(suffix) ? suffix : undefined;
  const profile = named === undefined ? text : text?.slice(0, at);
  if (profile === "") throw new SettingsError(`--live "${text}": expected PROFILE or PROFILE@REGION`);
  const region = named ?? (await (await loadLive()).regionOf(profile));
  const expected = `expected a Region such as ${Object.keys(azIdPrefixes)[0] ?? ""}`;
  const where = `AWS_REGION, the profile or ${profile ?? "PROFILE"}@REGION`;
  if (region === undefined) throw new SettingsError(`--live: no Region, ${expected} by ${where}`);
  if (!isRegion(region)) throw new SettingsError(`--live: Region "${region}": ${expected} by ${where}`);
  return { region, ...(profile !== undefined && { profile }) };
}
