import { PathVerification } from "../components/pathVerification";
import { readSpokeStack, readTransitStack, type SpokeContract, type SpokeHost } from "./centralisedContract";
import { ConfigError, readProofConfig } from "./config/index";
import { overlaps, parseCidr } from "../path/net/cidr";
import { readSecurityStack, type SecurityStack } from "./contract";
import { measuredService, verificationRequest, type PairInput } from "./measurement";
import { reportFileOf } from "./reportFile";

/** The proof of a centralised path: every host of a spoke pings every host of the others. It makes nothing at AWS. */
export async function proof(name: string): Promise<Record<string, unknown>> {
  const config = readProofConfig();
  const security = await readSecurityStack(config.securityStack);
  const transit = await readTransitStack(config.transitStack);
  const spokes = await Promise.all(config.spokeStacks.map((each) => readSpokeStack(each)));
  const problems = [
    ...environmentProblems(config.securityStack, security, config.spokeStacks, spokes),
    ...overlapProblems(config.spokeStacks, spokes),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  const reportFile = reportFileOf(name, config);
  const request = verificationRequest(config.verification, security, [
    ...eastWestPairs(spokes),
    ...egressPairs(spokes),
  ]);
  const verification = new PathVerification(`${name}-path`, {
    request,
    path: {
      security: measuredService(security),
      transit: transit.path,
      spokes: spokes.map(({ path }) => path),
    },
    runId: config.verification.runId,
    reportFile,
  });
  return {
    verdict: verification.verdict,
    measuredAt: verification.measuredAt,
    reportFile,
    verification: request,
  };
}

/** From each host to each of the other spokes' hosts. */
function eastWestPairs(spokes: SpokeContract[]): PairInput[] {
  return spokes.flatMap((from) =>
    spokes
      .filter((to) => to !== from)
      .flatMap((to) =>
        from.hosts.flatMap((source) =>
          to.hosts.map(({ name, azId, address }) => ({
            source,
            destination: { name, azId, address },
            expectReply: true,
          })),
        ),
      ),
  );
}

/** From each host to what its spoke is to reach in the internet. */
function egressPairs(spokes: SpokeContract[]): PairInput[] {
  return spokes.flatMap(({ hosts, egressTo = [] }) =>
    hosts.flatMap((source) =>
      egressTo.map((address) => ({ source, destination: { name: address, address }, expectReply: true })),
    ),
  );
}

/** Of two hosts with one address packets reach one, and an answer does not tell which. */
function overlapProblems(stacks: string[], spokes: SpokeContract[]): string[] {
  const named = spokes.map(({ vpcCidr }, index) => ({ stack: stacks[index] ?? "", vpcCidr, cidr: parseCidr(vpcCidr) }));
  return named.flatMap((one, index) =>
    named
      .slice(index + 1)
      .filter((other) => overlaps(one.cidr, other.cidr))
      .map(
        (other) =>
          `spokeStacks: ${one.stack} has ${one.vpcCidr}, ${other.stack} ${other.vpcCidr}: expected spokes whose CIDRs do not overlap`,
      ),
  );
}

const fromEnvironment = ({ host }: SpokeHost): boolean =>
  "instanceId" in host && host.profile === undefined && host.assumeRole === undefined;

/** The environment has the credentials of one account: what is reached with them must be of one. */
function environmentProblems(
  securityStack: string,
  security: SecurityStack,
  spokeStacks: string[],
  spokes: SpokeContract[],
): string[] {
  const stacks = [
    ...(security.environmentCredentials ? [{ stack: securityStack, accountId: security.accountId }] : []),
    ...spokes.flatMap(({ accountId, hosts }, index) =>
      hosts.some(fromEnvironment) ? [{ stack: spokeStacks[index] ?? "", accountId }] : [],
    ),
  ];
  if (new Set(stacks.map(({ accountId }) => accountId)).size <= 1) return [];
  const named = stacks.map(({ stack, accountId }) => `${stack} of ${accountId}`).join(", ");
  return [
    `spokeStacks: hosts of several accounts are reached with the environment's credentials (${named}): expected profile or ` +
      "assumeRole in these stacks' settings",
  ];
}
