import { security, tokens, type Made, type Path } from "../topology";
import { changingNothing, creating, deleting, type Refusal } from "./refusal";

const interfaceOf = ({ target }: Path): unknown => target.outputs["primaryNetworkInterfaceId"];

/** Filter, target and session; the model does not look whose interface both are. */
async function mirror(path: Path): Promise<Record<"filter" | "target" | "session", Made>> {
  const create = path.builder.create.bind(path.builder, security);
  const filter = await create(tokens.mirrorFilter, {});
  const target = await create(tokens.mirrorTarget, { networkInterfaceId: interfaceOf(path) });
  return { filter, target, session: await create(tokens.mirrorSession, session(path, filter, target)) };
}

const session = (path: Path, filter: Pick<Made, "id">, target: Pick<Made, "id">) => ({
  networkInterfaceId: interfaceOf(path),
  sessionNumber: 1,
  trafficMirrorFilterId: filter.id,
  trafficMirrorTargetId: target.id,
});

const rule = {
  ruleNumber: 1,
  ruleAction: "accept",
  trafficDirection: "ingress",
  sourceCidrBlock: "0.0.0.0/0",
  destinationCidrBlock: "0.0.0.0/0",
};

export const trafficMirrors: Refusal[] = [
  {
    rule: "a rule of no filter",
    code: "InvalidTrafficMirrorFilterId.NotFound",
    text: "tmf-00000000000000000",
    attempt: creating(security, tokens.mirrorFilterRule, () => ({
      ...rule,
      trafficMirrorFilterId: "tmf-00000000000000000",
    })),
  },
  {
    rule: "to mirror to no interface",
    code: "InvalidNetworkInterfaceID.NotFound",
    text: "eni-00000000000000000",
    attempt: creating(security, tokens.mirrorTarget, () => ({ networkInterfaceId: "eni-00000000000000000" })),
  },
  {
    rule: "a session to no target",
    code: "InvalidTrafficMirrorTargetId.NotFound",
    text: "tmt-00000000000000000",
    given: async (path) => (await mirror(path)).filter,
    attempt: creating(security, tokens.mirrorSession, (path, filter) =>
      session(path, filter, { id: "tmt-00000000000000000" }),
    ),
  },
  {
    rule: "a fourth session of one interface",
    code: "TrafficMirrorSessionsPerInterfaceLimitExceeded",
    text: "has 3 sessions",
    given: async (path) => {
      const { filter, target, session: first } = await mirror(path);
      for (const sessionNumber of [2, 3]) {
        const inputs = { ...session(path, filter, target), sessionNumber };
        await path.builder.create(security, tokens.mirrorSession, inputs);
      }
      return first;
    },
    attempt: creating(security, tokens.mirrorSession, (_, first) => ({ ...first.inputs, sessionNumber: 4 })),
  },
  {
    rule: "to change a session that has gone",
    code: "InvalidTrafficMirrorSessionId.NotFound",
    text: "tms-00000000000000000",
    attempt: changingNothing(
      ({ target }) => ({
        ...target,
        type: tokens.mirrorSession,
        inputs: {
          networkInterfaceId: "eni-1",
          sessionNumber: 1,
          trafficMirrorFilterId: "tmf-1",
          trafficMirrorTargetId: "tmt-1",
        },
      }),
      "tms-00000000000000000",
    ),
  },
  {
    rule: "to delete a filter that a session has",
    code: "TrafficMirrorFilterInUse",
    text: "is in use",
    given: async (path) => (await mirror(path)).filter,
    attempt: deleting((_, filter) => filter),
  },
  {
    rule: "to delete a target that a session has",
    code: "TrafficMirrorTargetInUse",
    text: "is in use",
    given: async (path) => (await mirror(path)).target,
    attempt: deleting((_, target) => target),
  },
];
