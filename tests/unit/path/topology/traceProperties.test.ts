import { expect } from "chai";
import * as fc from "fast-check";
import { verdicts } from "../../../../path/proof";
import { topologyFromStates, type Leg, type ResourceState, type RouteTable } from "../../../../path/topology";
import { lookUp } from "../../../../path/topology/trace/routing";
import { TopologyIndex } from "../../../../path/topology/topologyIndex";
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
        const result = made.trace();
        expect(result.paths).not.to.have.length(0);
        expect(verdicts).to.include.members(result.possibleVerdicts);
        for (const { request, reply, findings, verdict } of result.paths) {
          checkLeg(request);
          if (reply !== undefined) checkLeg(reply);
          expect(reply !== undefined).to.equal(request.outcome === "delivered");
          expect(findings.length === 0 || verdict !== "inspected").to.equal(true);
          if (verdict !== "inspected") expect(findings).not.to.have.length(0);
        }
      }),
      { numRuns: 100 },
    );
  });
});

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
