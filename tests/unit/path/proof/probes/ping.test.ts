import { expect } from "chai";
import { parsePing } from "../../../../../path/proof/probes/ping";

const head = "PATTERN: 0x0011\nPING 10.0.3.10 (10.0.3.10) 56(84) bytes of data.\n\n--- 10.0.3.10 ping statistics ---\n";

describe("ping's output", () => {
  it("is read when all was answered", () => {
    expect(
      parsePing(
        `${head}5 packets transmitted, 5 received, 0% packet loss, time 812ms\nrtt min/avg/max/mdev = 1.234/2.345/3.456/0.789 ms\n{"exit":0}\n`,
      ),
    ).to.deep.equal({ transmitted: 5, received: 5, loss: 0, rtt: { min: 1.234, avg: 2.345, max: 3.456, mdev: 0.789 } });
  });

  it("is read when nothing, some, or more than asked for was answered", () => {
    expect(parsePing(`${head}3 packets transmitted, 0 received, 100% packet loss, time 2039ms\n\n`)).to.deep.equal({
      transmitted: 3,
      received: 0,
      loss: 100,
    });
    expect(
      parsePing(
        `${head}3 packets transmitted, 2 received, +1 errors, 33.3333% packet loss, time 9ms\nrtt min/avg/max/mdev = 1/2/3/0 ms, pipe 2`,
      ),
    ).to.deep.equal({ transmitted: 3, received: 2, loss: 33.3333, rtt: { min: 1, avg: 2, max: 3, mdev: 0 } });
    expect(parsePing(`${head}2 packets transmitted, 2 received, +2 duplicates, 0% packet loss, time 9ms`)).to.include({
      received: 2,
    });
  });

  it("has no statistics when ping did not come to send", () => {
    expect(parsePing("")).to.equal(undefined);
    expect(parsePing("ping: connect: Network is unreachable\n")).to.equal(undefined);
  });
});
