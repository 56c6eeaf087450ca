import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Answers } from "../path/topology/index";
import type { AccountCredentials } from "../path/proof/request";
import { clientSettings, describeCredentials } from "../verification/credentials";
import { Questions } from "./questions";
import { readLoadBalancing } from "./readLoadBalancing";
import { readNetwork } from "./readNetwork";
import { readTransitGateways } from "./readTransitGateways";

/** Which accounts are read, what ends it, and who hears of it. */
export interface LiveOptions {
  /** Whose credentials, and the Region; each account in each of its Regions once. */
  accounts: readonly AccountCredentials[];
  /** Ends it early: what was being asked fails with a LiveError. */
  signal?: AbortSignal;
  /** Hears one line when an account has been read in a Region: how many of how many are, and which it was. */
  onProgress?: (line: string) => void;
}

/** Tries of one call: the SDK waits longer after each that AWS throttled, with jitter. */
const maxAttempts = 8;

/**
 * What AWS tells of any number of accounts and Regions. All are asked at once, and nothing is changed. What an account was not
 * allowed to ask is absent, and named in `unread`.
 *
 * @throws LiveError when AWS cannot be asked: the message names credentials, Region, action and reason
 */
export async function readAccounts({ accounts, signal, onProgress }: LiveOptions): Promise<Answers[]> {
  let done = 0;
  return Promise.all(
    accounts.map(async (account) => {
      const source = `${describeCredentials(account)}, ${account.region}`;
      const questions = new Questions(source, signal === undefined ? {} : { abortSignal: signal });
      const settings = { ...clientSettings(account), maxAttempts };
      const ec2 = new EC2Client(settings);
      const elb = new ElasticLoadBalancingV2Client(settings);
      const readAt = new Date().toISOString();
      try {
        const [network, transitGateways, loadBalancing] = await Promise.all([
          readNetwork(ec2, questions),
          readTransitGateways(ec2, questions),
          readLoadBalancing(elb, questions),
        ]);
        onProgress?.(`read ${++done} of ${accounts.length}: ${source}`);
        const { region } = account;
        return { source, region, readAt, unread: questions.unread, ...network, ...transitGateways, ...loadBalancing };
      } finally {
        ec2.destroy();
        elb.destroy();
      }
    }),
  );
}
