import { expect } from "chai";
import { byNature, finding, hostFindings, type HostEvidence } from "../../../../path/proof";
import { healthyEvidence } from "../../verification/fakeHosts";

const gatewayAddresses = ["10.1.1.27", "10.1.2.119"];
const expected = { address: "10.1.1.10", gatewayAddresses, healthPort: 80 };
const good = healthyEvidence("10.1.1.10", gatewayAddresses);

function found(change: Partial<HostEvidence>): { code: string; seen: string; gateway: string | undefined }[] {
  return hostFindings("target-1", { ...good, ...change }, { ...expected, hairpin: true }).map(
    ({ finding: { code, seen }, gatewayAddress }) => ({ code, seen, gateway: gatewayAddress }),
  );
}

const replaced = (from: string | RegExp, to: string): string[] =>
  (good.rules ?? []).map((rule) => rule.replace(from, to));

describe("Evidence of a target", () => {
  it("has nothing to find on a target that is set up", () => {
    expect(found({})).to.deep.equal([]);
  });

  it("finds forwarding off, now and after a reboot", () => {
    expect(found({ ipForward: 0 })).to.deep.equal([
      { code: "IP_FORWARDING_OFF", seen: "net.ipv4.ip_forward is 0", gateway: undefined },
    ]);
    expect(found({ ipForwardAtBoot: null }).map(({ code }) => code)).to.deep.equal(["FORWARDING_NOT_PERSISTENT"]);
    expect(found({ ipForwardAtBoot: 0 }).map(({ code }) => code)).to.deep.equal(["FORWARDING_NOT_PERSISTENT"]);
  });

  it("names the rule and the GWLB address that a rule is missing for", () => {
    const rules = (good.rules ?? []).filter((rule) => !(rule.includes("MASQUERADE") && rule.includes("10.1.2.119")));
    expect(found({ rules })).to.deep.equal([
      { code: "HAIRPIN_RULE_MISSING", seen: "no MASQUERADE rule for 10.1.2.119", gateway: "10.1.2.119" },
    ]);
    expect(found({ rules: [] })).to.have.length(4);
  });

  it("tells a rule for another interface or another host's address from none", () => {
    const codes = (rules: string[]): string[] => [...new Set(found({ rules }).map(({ code }) => code))];
    expect(codes(replaced("-i ens5", "-i eth0"))).to.deep.equal(["HAIRPIN_RULE_MISMATCH"]);
    expect(codes(replaced("-o ens5", "-o eth0"))).to.deep.equal(["HAIRPIN_RULE_MISMATCH"]);
    expect(codes(replaced("-d 10.1.1.10/32", "-d 10.1.1.11/32"))).to.deep.equal(["HAIRPIN_RULE_MISMATCH"]);
    expect(codes(replaced(" -i ens5", ""))).to.deep.equal([]);
    expect(found({ rules: replaced("-i ens5", "-i eth0") })[0]?.seen)
      .to.include("-i eth0")
      .and.include("(3 packets)");
  });

  it("takes no rule for the hairpin's that sends back from another port, and names it before the one that does not", () => {
    const [masquerade = ""] = (good.rules ?? []).filter((rule) => rule.includes("MASQUERADE"));
    for (const option of ["--random", "--random-fully", "--to-ports 40000-50000"]) {
      const other = masquerade.replace("-j MASQUERADE", `-j MASQUERADE ${option}`);
      const [first] = found({ rules: [other, ...(good.rules ?? [])] });
      expect(first?.code).to.equal("HAIRPIN_RULE_OVERRIDDEN");
      expect(first?.seen).to.include(`MASQUERADE ${option} comes before`);
    }
  });

  it("takes rules of the other iptables for the hairpin's, which are as much in force, and finds what comes before them", () => {
    const legacy = (good.rules ?? []).map((rule) => rule.replace(/^nat /, "legacy-nat "));
    expect(found({ rules: legacy })).to.deep.equal([]);
    const before = "legacy-nat [0:0] -A PREROUTING -p udp -j ACCEPT";
    expect(found({ rules: [before, ...legacy] }).map(({ code }) => code)).to.include("HAIRPIN_RULE_OVERRIDDEN");
  });

  for (const further of [
    "-m statistic --mode random --probability 0.9",
    "-m udp --sport 1:40000",
    "-m mark --mark 0x1",
    "-m udp ! --dport 6081",
    "-m udp --dport 6082",
    "-m rpfilter",
  ]) {
    it(`takes no rule for the hairpin's that takes some packets alone: ${further}`, () => {
      const rules = replaced("-p udp -j DNAT", `-p udp ${further} -j DNAT`);
      expect([...new Set(found({ rules }).map(({ code }) => code))]).to.deep.equal(["HAIRPIN_RULE_MISMATCH"]);
      expect(found({ rules: [...rules, ...(good.rules ?? [])] }), "the whole rule is there, too").to.deep.equal([]);
    });
  }

  it("reads no match out of a comment", () => {
    const commented = (text: string): string[] =>
      replaced("-p udp -j DNAT", `-p udp -m comment --comment "${text}" -j DNAT`);
    expect(found({ rules: commented("ours -m statistic") })).to.deep.equal([]);
    const other = commented("-s 10.1.1.27/32").map((rule) => rule.replace("-s 10.1.1.27/32 -d", "-s 10.9.9.9/32 -d"));
    expect(found({ rules: other }).map(({ code }) => code)).to.include("HAIRPIN_RULE_MISSING");
  });

  it("finds that the kernel may track no further connection, and filters of traffic control", () => {
    expect(found({ connections: { known: 9, most: 10 } })).to.deep.equal([]);
    expect(found({ connections: { known: 10, most: 10 } })).to.deep.equal([
      { code: "CONNECTIONS_FULL", seen: "10 connections tracked of 10", gateway: undefined },
    ]);
    expect(found({ trafficControl: ["ingress filter u32"] }).map(({ code }) => code)).to.deep.equal([
      "TRAFFIC_CONTROL",
    ]);
  });

  it("tells rules that go by what the kernel knows of a flow", () => {
    const codes = (rule: string): string[] => found({ rules: [...(good.rules ?? []), rule] }).map(({ code }) => code);
    expect(codes("filter [0:0] -A FORWARD -m conntrack --ctstate NEW -j DROP")).to.include("RULES_FOR_NEW_FLOWS");
    expect(codes("filter [0:0] -A INPUT -m state --state ESTABLISHED -j ACCEPT")).not.to.include("RULES_FOR_NEW_FLOWS");
    expect(codes("filter [0:0] -A FORWARD -s 10.9.0.0/16 -j DROP")).not.to.include("RULES_FOR_NEW_FLOWS");
  });

  it("does not take a negated match for the rule", () => {
    expect(found({ rules: replaced("-s 10.1.1.27/32", "! -s 10.1.1.27/32") }).map(({ code }) => code)).to.include(
      "HAIRPIN_RULE_MISSING",
    );
  });

  const overriding = [
    "-A PREROUTING -p udp -m udp --dport 6081 -j ACCEPT",
    "-A PREROUTING -j ACCEPT",
    "-A PREROUTING -s 10.1.0.0/16 -j RETURN",
    "-A PREROUTING -i ens+ -p udp -j REDIRECT --to-ports 53",
    "-A PREROUTING ! -s 10.9.0.0/16 -p udp -m udp --dport 6000:7000 -j DNAT --to-destination 10.1.1.99",
    "-A PREROUTING -s 10.1.0.27/255.255.0.255 -j ACCEPT",
    "-A PREROUTING ! -s nonsense -j ACCEPT",
    "-A PREROUTING -m statistic --mode random --probability 0.5 -j ACCEPT",
  ];
  for (const rule of overriding) {
    it(`finds that a rule before the hairpin's takes its packets: ${rule}`, () => {
      const first = found({ rules: [`nat [0:0] ${rule}`, ...(good.rules ?? [])] });
      const codes = first.map(({ code, gateway }) => [code, gateway]);
      for (const gateway of gatewayAddresses) expect(codes).to.deep.include(["HAIRPIN_RULE_OVERRIDDEN", gateway]);
      expect(
        codes.map(([code]) => code),
        "named once",
      ).not.to.include("OTHER_RULES_IN_FORCE");
      const last = found({ rules: [...(good.rules ?? []), `nat [0:0] ${rule}`] }).map(({ code }) => code);
      expect(last, "behind it").not.to.include("HAIRPIN_RULE_OVERRIDDEN");
    });
  }

  const harmless = [
    "-A PREROUTING -p tcp -m tcp --dport 80 -j ACCEPT",
    "-A PREROUTING -p udp -m udp --dport 53 -j ACCEPT",
    "-A PREROUTING -s 10.9.0.0/16 -j ACCEPT",
    "-A PREROUTING ! -s 10.1.0.0/16 -j ACCEPT",
    "-A PREROUTING -d 10.1.1.99/32 -j ACCEPT",
    "-A PREROUTING -i eth1 -j ACCEPT",
    "-A PREROUTING -j LOG",
    "-A OUTPUT -j ACCEPT",
  ];
  for (const rule of harmless) {
    it(`knows that a rule before the hairpin's leaves its packets alone: ${rule}`, () => {
      const codes = found({ rules: [`nat [0:0] ${rule}`, ...(good.rules ?? [])] }).map(({ code }) => code);
      expect(codes).not.to.include("HAIRPIN_RULE_OVERRIDDEN");
    });
  }

  it("follows jumps into chains before the hairpin's rules, and back out of them", () => {
    const codes = (...inside: string[]): string[] =>
      found({
        rules: ["nat :OTHERS - [0:0]", "nat [0:0] -A PREROUTING -j OTHERS", ...(good.rules ?? []), ...inside],
      }).map(({ code }) => code);
    expect(codes("nat [0:0] -A OTHERS -p tcp -j ACCEPT")).not.to.include("HAIRPIN_RULE_OVERRIDDEN");
    expect(codes("nat [0:0] -A OTHERS -p udp -j ACCEPT")).to.include("HAIRPIN_RULE_OVERRIDDEN");
    expect(codes("nat [0:0] -A OTHERS -j RETURN", "nat [0:0] -A OTHERS -j ACCEPT")).not.to.include(
      "HAIRPIN_RULE_OVERRIDDEN",
    );
    expect(codes("nat [0:0] -A OTHERS -j OTHERS"), "a loop").to.include("HAIRPIN_RULE_OVERRIDDEN");
  });

  it("says so where a target that was set up does not tell its rules", () => {
    expect(found({ rules: null }).map(({ code }) => code)).to.include("HAIRPIN_RULES_UNKNOWN");
  });

  const appliance = (change: Partial<HostEvidence>): string[] =>
    hostFindings("target-1", { ...good, ...change }, { ...expected, hairpin: false }).map(
      ({ finding: { code } }) => code,
    );

  it("does not look for the hairpin's rules on an appliance", () => {
    expect(appliance({ rules: [], savedRules: null })).to.deep.equal([]);
    expect(appliance({ rules: null })).to.deep.equal([]);
  });

  it("says that no way leads back to a GWLB address, or one from elsewhere", () => {
    const [first, second] = good.routes;
    const way = (change: object): { code: string; seen: string; gateway: string | undefined }[] =>
      found({ routes: [{ ...first!, ...change }, second!] });
    const [code, gateway] = ["NO_WAY_BACK_TO_GATEWAY", "10.1.1.27"];
    expect(way({ interface: null, address: null })).to.deep.equal([
      { code, gateway, seen: "10.1.1.27: no route leads there" },
    ]);
    expect(way({ interface: "ens6", address: "10.9.0.10" })).to.deep.equal([
      { code, gateway, seen: "10.1.1.27: packets leave by ens6 from 10.9.0.10, not by ens5 from 10.1.1.10" },
    ]);
    expect(way({ address: "10.1.1.11" })).to.have.length(1);
    // The way of what is turned round is not that of what the target itself sends.
    expect(way({ forwarded: "ens6" })).to.deep.equal([
      { code, gateway, seen: "10.1.1.27: packets that are turned round leave by ens6, not by ens5" },
    ]);
    expect(way({ forwarded: false })[0]?.seen).to.match(
      /^10\.1\.1\.27: the kernel drops packets that are turned round/,
    );
    expect(way({ forwarded: null }), "not known").to.deep.equal([]);
    const dropping = good.routes.map((each) => ({ ...each, forwarded: false as const }));
    expect(found({ ipForward: 0, routes: dropping }).map((each) => each.code)).to.deep.equal(["IP_FORWARDING_OFF"]);
    expect(appliance({ routes: dropping }), "it takes packets itself").to.deep.equal([]);
  });

  it("says what it did not see: rules, and packets where no capture sees them", () => {
    expect(found({ foreignTables: null }).map(({ code }) => code)).to.deep.equal(["RULES_NOT_SEEN"]);
    const unread = found({ unreadTables: ["nat"], rules: [] });
    expect(unread.map(({ code }) => code)).to.deep.equal(["HAIRPIN_RULES_UNKNOWN", "RULES_NOT_SEEN"]);
    expect(found({ xdp: ["ens5"] })[0]).to.deep.include({
      code: "INTERFACE_OUT_OF_SIGHT",
      seen: "an XDP program on ens5",
    });
    expect(appliance({ address: null })).to.deep.equal(["INTERFACE_OUT_OF_SIGHT"]);
  });

  it("names rules, policies and nftables tables of others", () => {
    const drop = "raw [7:980] -A PREROUTING -p udp -m udp --dport 6081 -j DROP";
    const [other] = found({ rules: [...(good.rules ?? []), drop, "filter :FORWARD DROP [0:0]"] });
    expect(other?.code).to.equal("OTHER_RULES_IN_FORCE");
    expect(other?.seen).to.equal("raw -A PREROUTING -p udp -m udp --dport 6081 -j DROP; filter :FORWARD DROP");
    const guard = ["inet guard", "inet guard in: payload lookup drop"];
    expect(found({ foreignTables: guard })[0]?.seen).to.equal("nftables table inet guard in: payload lookup drop");
    // Without a rule, or with those for IPv6 alone, a table does nothing to the GWLB's packets.
    expect(found({ foreignTables: ["inet guard", "ip6 guard", "ip6 guard in: drop"] })).to.deep.equal([]);
    const many = Array.from({ length: 9 }, (_, index) => `filter [0:0] -A INPUT -p tcp --sport ${index} -j DROP`);
    expect(found({ rules: [...(good.rules ?? []), ...many] })[0]?.seen).to.match(/; and 5 more$/);
  });

  const noConcern = [
    "filter [0:0] -A FORWARD -i eth1 -j DROP",
    "filter [0:0] -A FORWARD -i ens5 -o docker0 -j DROP",
    "filter [0:0] -A FORWARD -s 172.17.0.0/16 -j DROP",
    "filter [0:0] -A FORWARD -p tcp -m tcp --dport 22 -j DROP",
    "raw [0:0] -A PREROUTING -p udp -m udp --dport 53 -j DROP",
    "filter [0:0] -A INPUT -p udp -m udp --dport 6081 -j DROP",
    "filter [0:0] -A INPUT -p tcp -m tcp --dport 22 -j DROP",
    "filter [0:0] -A FORWARD -p udp -m udp --dport 6081 -j ACCEPT",
    "filter [0:0] -A FORWARD -j LOG",
    "nat [0:0] -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
  ];
  for (const rule of noConcern) {
    it(`leaves out a rule that does nothing to the GWLB's packets: ${rule}`, () => {
      expect(found({ rules: [...(good.rules ?? []), rule] })).to.deep.equal([]);
    });
  }

  it("names rules first that do something, whatever chain they are in, and jumps there beside them alone", () => {
    const [jump, drop] = ["-A FORWARD -j EDGE", "-A EDGE -s 10.0.0.0/8 -p udp -m udp --dport 6081 -j DROP"];
    const rules = [...(good.rules ?? []), "filter :EDGE - [0:0]", `filter [0:0] ${jump}`];
    expect(found({ rules })).to.deep.equal([]);
    expect(found({ rules: [...rules, `filter [0:0] ${drop}`] })[0]?.seen).to.equal(`filter ${drop}; filter ${jump}`);
  });

  for (const rule of [
    "mangle [0:0] -A POSTROUTING -p udp -j DROP",
    "filter [0:0] -A FORWARD -i ens5 -o ens5 -m limit --limit 1/sec -j DROP",
    "mangle [0:0] -A PREROUTING -m ttl --ttl-lt 65 -j DROP",
    "mangle [0:0] -A PREROUTING -p udp -j MARK --set-xmark 0x7/0xffffffff",
    "filter [0:0] -A INPUT -p tcp -m tcp --dport 80 -j DROP",
    "filter [0:0] -A INPUT -j REJECT --reject-with icmp-host-prohibited",
    "filter [0:0] -A OUTPUT -p tcp -m tcp --sport 80 -j DROP",
  ]) {
    it(`names a rule that may keep the GWLB's packets or health checks: ${rule}`, () => {
      expect(found({ rules: [...(good.rules ?? []), rule] })[0]?.code).to.equal("OTHER_RULES_IN_FORCE");
    });
  }

  it("finds the health check's port closed, an interface too narrow, and rules that were not saved", () => {
    expect(found({ listening: [22] })).to.deep.equal([
      { code: "HEALTH_CHECK_PORT_CLOSED", seen: "listening TCP ports: 22", gateway: undefined },
    ]);
    expect(found({ mtu: 1500 })[0]).to.deep.include({ code: "INTERFACE_MTU_TOO_SMALL", seen: "ens5 has MTU 1500" });
    expect(found({ savedRules: null })[0]?.code).to.equal("RULES_NOT_SAVED");
    expect(found({ savedRules: (good.savedRules ?? []).slice(0, 2) })[0]?.seen).to.equal(
      "no saved rules for 10.1.2.119",
    );
  });

  it("finds an HTTP health check that the target does not answer itself, where something listens", () => {
    const answering = (healthAnswer: string | null, listening = [80]): string[] =>
      hostFindings(
        "target-1",
        { ...good, healthAnswer, listening },
        { ...expected, hairpin: true, healthQuestion: { port: 80, path: "/healthz", timeout: 5 } },
      ).map(({ finding: { code, seen } }) => `${code} ${seen}`);
    for (const well of ["HTTP/1.1 200 OK", "HTTP/1.0 302 Found", "HTTP/2 399", null]) {
      expect(answering(well), `${well}`).to.deep.equal([]);
    }
    const wrong = "HEALTH_CHECK_ANSWER_WRONG GET /healthz on port 80, asked on the target: ";
    expect(answering("HTTP/1.1 404 Not Found")).to.deep.equal([`${wrong}HTTP/1.1 404 Not Found`]);
    expect(answering("")).to.deep.equal([`${wrong}no answer by HTTP within 5 s`]);
    expect(answering("SSH-2.0-OpenSSH 200 ")).to.have.length(1);
    expect(answering("", [22])).to.deep.equal(["HEALTH_CHECK_PORT_CLOSED listening TCP ports: 22"]);
  });

  it("puts causes before symptoms, and those before risks", () => {
    const codes = [
      "RULES_NOT_SAVED",
      "NOT_SENT_BACK",
      "IP_FORWARDING_OFF",
      "TARGET_UNHEALTHY",
      "HOST_UNREACHABLE",
    ] as const;
    expect(byNature(codes.map((code) => finding(code, "hop", "seen"))).map(({ code }) => code)).to.deep.equal([
      ...["IP_FORWARDING_OFF", "NOT_SENT_BACK", "TARGET_UNHEALTHY", "HOST_UNREACHABLE", "RULES_NOT_SAVED"],
    ]);
  });
});
