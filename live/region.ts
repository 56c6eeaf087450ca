import { EC2Client } from "@aws-sdk/client-ec2";

/** The Region of a profile, else the environment's, as the SDK finds it. @returns undefined when neither names one */
export async function regionOf(profile: string | undefined): Promise<string | undefined> {
  const client = new EC2Client({ ...(profile !== undefined && { profile }) });
  try {
    return await client.config.region();
  } catch {
    // `Region is missing`, however it is told.
    return undefined;
  } finally {
    client.destroy();
  }
}
