import { expect } from "chai";
import { Impairer, impairerFor, type Impairment } from "../../../lab/gateway/impairment";

const lossy: Impairment = { delay: 0, loss: 0.3, seed: 42 };
const fates = (impairer: Impairer, packets: number): boolean[] =>
  Array.from({ length: packets }, () => impairer.drops(0));
const dropped = (impairer: Impairer, packets: number): number => fates(impairer, packets).filter(Boolean).length;

describe("gateway: impairment", () => {
  it("drops the share that it was told to", () => {
    expect(dropped(new Impairer(lossy), 10_000)).to.be.within(2_850, 3_150);
    expect(dropped(new Impairer({ ...lossy, loss: 0 }), 10_000)).to.equal(0);
    expect(dropped(new Impairer({ ...lossy, loss: 1 }), 10_000)).to.equal(10_000);
  });

  it("drops the same ones with the same seed, others with another", () => {
    expect(fates(new Impairer(lossy), 200)).to.deep.equal(fates(new Impairer(lossy), 200));
    expect(fates(new Impairer(lossy), 200)).not.to.deep.equal(fates(new Impairer({ ...lossy, seed: 43 }), 200));
  });

  it("drops what it has no room to hold", () => {
    const impairer = new Impairer({ delay: 50, loss: 0, seed: 1 });
    expect(impairer.drops(999)).to.be.false;
    expect(impairer.drops(1000)).to.be.true;
  });

  it("goes on with its sequence while nothing else is wanted", () => {
    const current = impairerFor(lossy, undefined);
    expect(impairerFor({ ...lossy }, current)).to.equal(current);
    for (const change of [{ delay: 1 }, { loss: 0.4 }, { seed: 1 }]) {
      expect(impairerFor({ ...lossy, ...change }, current)?.impairment).to.deep.equal({ ...lossy, ...change });
    }
    expect(impairerFor(undefined, current)).to.be.undefined;
  });
});
