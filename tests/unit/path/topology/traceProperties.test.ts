import { expect } from "chai";
import * as fc from "fast-check";
import { verdicts } from "../../../../path/proof";
import {
  topologyFromStates,
  type Leg,
  type ResourceState,
  type RouteTable,
  type TraceResult,
} from "../../../../path/topology";
import { lookUp } from "../../../../path/topology/trace/routing";
import { TopologyIndex } from "../../../../path/topology/topologyIndex";
import { associate, centralised } from "./centralised";
import { deployedStates, Deployment } from "./deployment";

/** Around the system VPC's 10.2.0.0/16, so that routes meet. */
const block = fc
  .tuple(fc.constantFrom("10.2.10", "10.2.20", "10.2.21", "10.3.0"), fc.nat(255), fc.integer({ min: 8, max: 32 }))
  .map(([network, host, length]) => {
    const number = [...network.split("."), String(host)].reduce((sum, part) => sum * 256 + Number(part), 0);
    const size = 2 ** (32 - length);
    const first = Math.floor(number / size) * size;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${length}`;
  });

const bits = (address: string): string =>
  address
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");

describe("a trace of whatever route tables", () => {
  let states: readonly ResourceState[];
  before(async () => (states = await deployedStates()));

  it("takes of all routes that hold the destination the one with the longest prefix", () => {
    const index = new TopologyIndex(topologyFromStates([]));
    fc.assert(
      fc.property(fc.uniqueArray(block, { maxLength: 12 }), block, (destinations, other) => {
        const address = other.split("/")[0] ?? "";
        const table = {
          id: destinations.join(),
          routes: destinations.map((destination) => ({
            id: destination,
            name: "",
            destination,
            target: { kind: "local", id: "" },
            state: "active",
          })),
        } as unknown as RouteTable;
        // By the text of the bits, not by numbers as the code does.
        const holding = destinations
          .map((text) => ({ text, prefix: bits(text.split("/")[0] ?? "").slice(0, Number(text.split("/")[1])) }))
          .filter(({ prefix }) => bits(address).startsWith(prefix))
          .sort((one, another) => another.prefix.length - one.prefix.length);
        expect(lookUp(index, table, address)?.destination).to.equal(holding[0]?.text);
      }),
      { numRuns: 500 },
    );
  });

  it("ends, leaves no gap between two hops, and says where and why it stops", () => {
    const tables = [
      "system-source-apne1-az4",
      "system-destination-apne1-az1",
      "system-endpoint-apne1-az4",
      "system-endpoint-apne1-az1",
    ];
    const route = fc.record({
      table: fc.constantFrom(...tables),
      destination: fc.oneof(block, fc.constantFrom("10.2.10.0/24", "10.2.21.0/24", "0.0.0.0/0")),
      to: fc.constantFrom("az4", "az1", "gateway", "nothing"),
    });
    const unique = {
      maxLength: 8,
      selector: ({ table, destination }: { table: string; destination: string }) => table + destination,
    };
    fc.assert(
      fc.property(fc.uniqueArray(route, unique), fc.boolean(), fc.boolean(), (routes, crossZone, kept) => {
        const made = new Deployment(states);
        if (!kept) made.remove("route", /^system-(source|destination)-/);
        for (const { table, destination, to } of routes) {
          if (
            made.states.some(
              ({ outputs }) =>
                outputs?.["routeTableId"] === made.id("table", table) &&
                outputs["destinationCidrBlock"] === destination,
            )
          )
            continue;
          made.route(table, destination, {
            ...(to.startsWith("az") && { vpcEndpointId: made.id("endpoint", `system-apne1-${to}`) }),
            ...(to === "gateway" && { gatewayId: made.id("gateway", "system") }),
            ...(to === "nothing" && { gatewayId: "igw-gone", state: "blackhole" }),
          });
        }
        made.change("loadBalancer", "security", { enableCrossZoneLoadBalancing: crossZone });
        checkResult(made.trace());
      }),
      { numRuns: 100 },
    );
  });

  it("does so through transit gateways, and with appliance mode crosses the same endpoints both ways", () => {
    const names = ["a", "b", "inspection"] as const;
    const route = fc.record({
      table: fc.constantFrom("spokes", "inspected"),
      destination: fc.constantFrom("10.3.0.0/16", "10.4.0.0/16", "10.4.1.0/24", "10.0.0.0/8"),
      to: fc.constantFrom(...names, "blackhole"),
    });
    const unique = {
      maxLength: 4,
      selector: ({ table, destination }: { table: string; destination: string }) => table + destination,
    };
    const zones = fc.subarray(["apne1-az4", "apne1-az1"], { minLength: 1 });
    const attachment = fc.record({ zones, table: fc.constantFrom("spokes", "inspected", "none"), mode: fc.boolean() });
    const attachments = fc.option(fc.record({ a: attachment, b: attachment, inspection: attachment }));
    fc.assert(
      fc.property(fc.uniqueArray(route, unique), attachments, (routes, changed) => {
        const made = centralised(states);
        for (const { table, destination, to } of routes) {
          made.add("transitGatewayRoute", `${table} ${destination}`, `${table} ${destination}`, {
            destinationCidrBlock: destination,
            transitGatewayRouteTableId: `tgw-rtb-${table}`,
            ...(to === "blackhole" ? { blackhole: true } : { transitGatewayAttachmentId: `tgw-attach-${to}` }),
          });
        }
        for (const name of changed === null ? [] : names) {
          const { zones: own, table, mode } = changed![name];
          made.change("transitGatewayAttachment", name, {
            subnetIds: own.map((azId) => `subnet-${name}-attachment-${azId}`),
            applianceModeSupport: mode ? "enable" : "disable",
          });
          made.remove("transitGatewayAssociation", `${name}-association`);
          if (table !== "none") associate(made, name, table);
        }
        const result = made.trace({ source: "a", destination: "b" });
        checkResult(result);
        const isSticky = changed === null || changed.inspection.mode;
        for (const { request, reply } of isSticky ? result.paths : []) {
          const [there, back] = [request.endpointIds, reply?.endpointIds ?? []];
          if (there.length === 1 && back.length === 1) expect(back).to.deep.equal(there);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function checkResult({ paths, possibleVerdicts }: TraceResult): void {
  expect(paths).not.to.have.length(0);
  expect(verdicts).to.include.members(possibleVerdicts);
  for (const { request, reply, findings, verdict } of paths) {
    checkLeg(request);
    if (reply !== undefined) checkLeg(reply);
    expect(reply !== undefined).to.equal(request.outcome === "delivered");
    expect(findings.length === 0 || verdict !== "inspected").to.equal(true);
    if (verdict !== "inspected") expect(findings).not.to.have.length(0);
  }
}

function checkLeg({ hops, outcome, seenIn, seenOut }: Leg): void {
  expect(hops.length).to.be.lessThan(64 * 12);
  expect(seenOut).to.be.at.most(seenIn);
  for (const [place, hop] of hops.entries()) {
    if (place > 0) expect(hop.in).to.deep.equal(hops[place - 1]?.out);
    const isLast = place === hops.length - 1;
    expect(hop.out === undefined).to.equal(isLast);
    if (isLast && outcome !== "delivered") expect(hop.finding, hop.kind).not.to.equal(undefined);
    expect(hop.verdict).to.equal(
      isLast && outcome === "lost" ? "dropped" : isLast && outcome === "unknown" ? "unknown" : "passed",
    );
  }
}
