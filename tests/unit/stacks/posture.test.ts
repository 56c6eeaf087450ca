import { expect } from "chai";
import type { Properties } from "../../../lab/cloud/core/properties";
import { tokens } from "../../fixtures/aws";
import { isPrivateAddress } from "../../../path/net/cidr";
import { deployCentralised } from "./centralisedRun";
import { deployedSecurity, runStack } from "./run";

interface Planned {
  type: string;
  name: string;
  inputs: Properties;
}

/** What of a stack may be seen from outside because the settings say so. */
interface Said {
  /** Public CIDRs that may come in, and be gone to. */
  cidrs: string[];
  /** Whether an instance of this name has a public address. */
  isPublic: (name: string) => boolean;
  accountIds: string[];
}

type Statement = Record<string, unknown>;

/** What of planned resources lies open, one line each. */
function exposures(planned: Planned[], said: Said): string[] {
  return planned.flatMap(({ type, name, inputs }) =>
    problemsOf(type, name, inputs, said).map((each) => `${name}: ${each}`),
  );
}

function problemsOf(type: string, name: string, inputs: Properties, said: Said): string[] {
  const when = (wrong: boolean, what: string): string[] => (wrong ? [what] : []);
  switch (type) {
    case tokens.ingress:
    case tokens.egress: {
      const cidr = typeof inputs["cidrIpv4"] === "string" ? inputs["cidrIpv4"] : "";
      const open = cidr !== "" && !isPrivateAddress(cidr.split("/")[0] ?? "") && !said.cidrs.includes(cidr);
      return [...when(open, `open to ${cidr}`), ...when(inputs["ipProtocol"] === "-1", "all protocols")];
    }
    case tokens.instance: {
      const disk = inputs["rootBlockDevice"] as Properties | undefined;
      const metadata = inputs["metadataOptions"] as Properties | undefined;
      return [
        ...when(disk?.["encrypted"] !== true, "disk not encrypted"),
        ...when(metadata?.["httpTokens"] !== "required", "IMDSv1"),
        ...when(metadata?.["httpPutResponseHopLimit"] !== 1, "metadata beyond the host"),
        ...when(inputs["associatePublicIpAddress"] !== said.isPublic(name), "public address"),
      ];
    }
    case tokens.subnet:
      return when(inputs["mapPublicIpOnLaunch"] !== false, "public addresses by default");
    case tokens.endpoint:
      return inputs["vpcEndpointType"] === "GatewayLoadBalancer" ? [] : policyProblems(inputs["policy"], said);
    case tokens.principal: {
      const account = /^arn:aws:iam::(\d{12}):root$/.exec(String(inputs["principalArn"]))?.[1];
      return when(
        account === undefined || !said.accountIds.includes(account),
        `offered to ${String(inputs["principalArn"])}`,
      );
    }
    case tokens.loadBalancer:
      return when(inputs["loadBalancerType"] !== "gateway", "no gateway load balancer");
    default:
      return [];
  }
}

function policyProblems(policy: unknown, { accountIds }: Said): string[] {
  if (typeof policy !== "string") return ["full access"];
  const { Statement } = JSON.parse(policy) as { Statement: Statement[] };
  return Statement.flatMap(({ Action, Resource, Condition }) => {
    const actions = [Action].flat().map(String);
    const account = (Condition as Record<string, Properties> | undefined)?.["StringEquals"]?.["aws:PrincipalAccount"];
    const anything = [Resource].flat().includes("*");
    return [
      ...(actions.some((action) => action.includes("*")) ? [`allows ${actions.join(", ")}`] : []),
      ...(anything && !accountIds.includes(String(account)) ? ["of any account"] : []),
    ];
  });
}

const admin = "203.0.113.10/32";
const internet = { subnets: { "apne1-az4": "10.2.40.0/24" }, egressTo: ["192.0.2.10"], ingressFrom: "198.51.100.7" };
const ways: [what: string, config: Record<string, unknown>, cidrs: string[], isPublic: RegExp][] = [
  ["by ssm", { access: "ssm" }, [], /^$/],
  ["by ssh", { access: "ssh" }, [admin], /-bastion$/],
  [
    "with the internet inspected",
    { access: "ssm", internetInspection: internet },
    ["192.0.2.10/32", "198.51.100.7/32"],
    /-internet-/,
  ],
];

async function plannedOf(config: Record<string, unknown>): Promise<{ security: Planned[]; system: Planned[] }> {
  const { cloud, stacks, run } = await deployedSecurity({ access: config["access"] });
  const system = await runStack("system", { cloud, stacks, config });
  return { security: run.mocks.registrations, system: system.mocks.registrations };
}

describe("what lies open of the stacks", () => {
  for (const [what, config, cidrs, isPublic] of ways) {
    it(`is what the settings say, and nothing else, ${what}`, async () => {
      for (const [stack, planned] of Object.entries(await plannedOf(config))) {
        const accountIds = ["111111111111", "222222222222"];
        const said = { cidrs, isPublic: (name: string) => isPublic.test(name), accountIds };
        expect(exposures(planned, said), stack).to.deep.equal([]);
        expect(
          planned.filter(({ name, type }) => type === tokens.instance && isPublic.test(name)).length > 0,
          stack,
        ).to.equal(config["access"] === "ssh" || (stack === "system" && config["internetInspection"] !== undefined));
      }
    });
  }

  it("is nothing, of the centralised design", async () => {
    const { runs } = await deployCentralised();
    const said: Said = {
      cidrs: [],
      isPublic: () => false,
      accountIds: ["111111111111", "222222222222", "333333333333"],
    };
    for (const [stack, { mocks }] of Object.entries(runs)) {
      expect(exposures(mocks.registrations, said), stack).to.deep.equal([]);
    }
  });

  describe("is found when the program makes it:", () => {
    let planned: Planned[];
    before(async () => {
      const { security, system } = await plannedOf({ access: "ssm" });
      planned = [...security, ...system];
    });

    const allowAll = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }] });
    const mutations: [type: string, change: Properties, problem: string][] = [
      [tokens.ingress, { cidrIpv4: "0.0.0.0/0" }, "open to 0.0.0.0/0"],
      [tokens.ingress, { cidrIpv4: "8.8.8.0/24" }, "open to 8.8.8.0/24"],
      [tokens.egress, { cidrIpv4: "0.0.0.0/0" }, "open to 0.0.0.0/0"],
      [tokens.egress, { ipProtocol: "-1" }, "all protocols"],
      [tokens.instance, { rootBlockDevice: undefined }, "disk not encrypted"],
      [tokens.instance, { metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 1 } }, "IMDSv1"],
      [
        tokens.instance,
        { metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 2 } },
        "metadata beyond the host",
      ],
      [tokens.instance, { associatePublicIpAddress: true }, "public address"],
      [tokens.subnet, { mapPublicIpOnLaunch: true }, "public addresses by default"],
      [tokens.endpoint, { policy: undefined }, "full access"],
      [tokens.endpoint, { policy: allowAll }, "allows *"],
      [
        tokens.endpoint,
        { policy: allowAll.replace('"*","Resource"', '"ssm:GetDocument","Resource"') },
        "of any account",
      ],
      [tokens.principal, { principalArn: "*" }, "offered to *"],
      [
        tokens.principal,
        { principalArn: "arn:aws:iam::333333333333:root" },
        "offered to arn:aws:iam::333333333333:root",
      ],
      [tokens.loadBalancer, { loadBalancerType: "application" }, "no gateway load balancer"],
    ];
    for (const [type, change, problem] of mutations) {
      it(`${type.split(":").at(-1)} ${JSON.stringify(change)}`, () => {
        const said: Said = { cidrs: [], isPublic: () => false, accountIds: ["111111111111", "222222222222"] };
        const isOne = (each: Planned): boolean =>
          each.type === type && each.inputs["vpcEndpointType"] !== "GatewayLoadBalancer";
        const index = planned.findIndex(isOne);
        const mutated = planned.map((each, at) =>
          at === index ? { ...each, inputs: { ...each.inputs, ...change } } : each,
        );
        expect(exposures(mutated, said)).to.include(`${planned[index]?.name}: ${problem}`);
      });
    }
  });
});
