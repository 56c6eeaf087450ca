/** AZ IDs, Regions and account IDs: the shapes that AWS gives them. Pure. */

/** A value that has not the shape of an AWS identifier. The message names the value and the expectation. */
export class AwsIdError extends Error {
  override readonly name = "AwsIdError";
}

/** What every AZ ID of a Region begins with (EC2 DescribeAvailabilityZones, `ZoneId`). Regions may be newer than this list. */
export const azIdPrefixes: Readonly<Record<string, string>> = {
  "af-south-1": "afs1",
  "ap-east-1": "ape1",
  "ap-east-2": "ape2",
  "ap-northeast-1": "apne1",
  "ap-northeast-2": "apne2",
  "ap-northeast-3": "apne3",
  "ap-south-1": "aps1",
  "ap-south-2": "aps2",
  "ap-southeast-1": "apse1",
  "ap-southeast-2": "apse2",
  "ap-southeast-3": "apse3",
  "ap-southeast-4": "apse4",
  "ap-southeast-5": "apse5",
  "ap-southeast-6": "apse6",
  "ap-southeast-7": "apse7",
  "ca-central-1": "cac1",
  "ca-west-1": "caw1",
  "cn-north-1": "cnn1",
  "cn-northwest-1": "cnnw1",
  "eu-central-1": "euc1",
  "eu-central-2": "euc2",
  "eu-north-1": "eun1",
  "eu-south-1": "eus1",
  "eu-south-2": "eus2",
  "eu-west-1": "euw1",
  "eu-west-2": "euw2",
  "eu-west-3": "euw3",
  "il-central-1": "ilc1",
  "me-central-1": "mec1",
  "me-south-1": "mes1",
  "mx-central-1": "mxc1",
  "sa-east-1": "sae1",
  "us-east-1": "use1",
  "us-east-2": "use2",
  "us-gov-east-1": "usge1",
  "us-gov-west-1": "usgw1",
  "us-west-1": "usw1",
  "us-west-2": "usw2",
};

const regionsByPrefix = new Map(Object.entries(azIdPrefixes).map(([region, prefix]) => [prefix, region]));
/** Local Zones (`usw2-lax1-az1`) and Wavelength Zones have longer IDs; a GWLB cannot be in them. */
const azIdShape = /^([a-z]{2,}[0-9]+)-az[1-9][0-9]*$/;
const regionShape = /^[a-z]{2,4}(-[a-z]+){1,2}-[1-9][0-9]*$/;

export function isAzId(text: string): boolean {
  return azIdShape.test(text);
}

/**
 * @param what names the value in the error, e.g. the config key
 * @returns what stands before `-az`, e.g. `apne1`
 * @throws AwsIdError
 */
export function azIdPrefix(azId: string, what = "AZ ID"): string {
  const prefix = azIdShape.exec(azId)?.[1];
  if (prefix === undefined) {
    const hint = regionShape.test(azId.slice(0, -1)) ? "; AZ names differ between accounts, AZ IDs do not" : "";
    throw new AwsIdError(`${what} "${azId}" is not an AZ ID, expected one as apne1-az4${hint}`);
  }
  return prefix;
}

/** The Region whose AZs have this prefix; undefined when the Region is not in our list. */
export function regionOfAzId(azId: string): string | undefined {
  return regionsByPrefix.get(azIdPrefix(azId));
}

/** Whether a text has the shape of a Region's name. */
export const isRegion = (text: string): boolean => regionShape.test(text);

/** @throws AwsIdError when the text has not the shape of a Region's name */
export function checkRegion(region: string, what = "Region"): void {
  if (!regionShape.test(region)) {
    throw new AwsIdError(`${what} "${region}" is not the name of a Region, expected one as ap-northeast-1`);
  }
}

/**
 * For a Region that is not in our list only this is checked: that the AZ ID is not one of a Region that is.
 * @throws AwsIdError naming both when the AZ is not one of the Region's
 */
export function checkAzIdInRegion(azId: string, region: string, what = "AZ ID"): void {
  checkRegion(region);
  const prefix = azIdPrefix(azId, what);
  const expected = azIdPrefixes[region];
  const actual = regionsByPrefix.get(prefix);
  if (expected === undefined ? actual !== undefined : prefix !== expected) {
    const belongs = actual === undefined ? "" : ` (it belongs to ${actual})`;
    const pattern = expected === undefined ? "" : `, expected one as ${expected}-az1`;
    throw new AwsIdError(`${what} "${azId}" is not in Region ${region}${belongs}${pattern}`);
  }
}

/** @throws AwsIdError unless the text is 12 digits */
export function checkAccountId(accountId: string, what = "account ID"): void {
  if (!/^[0-9]{12}$/.test(accountId)) {
    throw new AwsIdError(`${what} "${accountId}" is not an AWS account ID, expected 12 digits`);
  }
}
