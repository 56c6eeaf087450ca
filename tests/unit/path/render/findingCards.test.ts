import { expect } from "chai";
import { finding, findingKinds } from "../../../../path/proof/findings";
import { escaped } from "../../../../path/render/html/escape";
import { cardHtml, firstCardHtml } from "../../../../path/render/html/findings";

describe("A finding's card", () => {
  const card = (code: string): string => {
    const one = { ...finding("NOT_SENT_BACK", "target", "5 requests in, 0 out"), code };
    return cardHtml({ ...one, places: [{ text: "at target", pairs: [1] }] }, 1, 3);
  };

  it("says what its code means, as `explain` does", () => {
    const { meaning } = findingKinds.NOT_SENT_BACK;
    expect(card("NOT_SENT_BACK")).to.include(
      `<summary>What it means</summary><p>${escaped(meaning).replace(/`([^`]+)`/g, "<code>$1</code>")}</p>`,
    );
  });

  it("shows what is to be typed as such, and nothing of it as markup", () => {
    const remedy = "run `deploy --refresh` or `<b>`";
    const html = cardHtml({ ...finding("NOT_SENT_BACK", "target", "seen"), remedy, places: [] }, 1, 3);
    expect(html).to.include("run <code>deploy --refresh</code> or <code>&lt;b&gt;</code></dd>");
  });

  it("names at the head of the page two places of many, and leads to the others", () => {
    const at = (count: number): string => {
      const places = Array.from({ length: count }, (_, index) => ({ text: `at ${index + 1}.`, pairs: [index + 1] }));
      return firstCardHtml({ ...finding("NOT_SENT_BACK", "target", "seen"), places }, count);
    };
    expect(at(5).match(/at \d\./g)).to.deep.equal(["at 1.", "at 2."]);
    expect(at(5)).to.include('<a href="#findings">3 more places</a>');
    expect(at(3).match(/at \d\./g)).to.have.length(3);
    expect(at(3)).not.to.include("#findings");
  });

  it("says nothing of a code that this version does not know", () => {
    expect(card("OF_ANOTHER_VERSION")).not.to.include("What it means");
  });
});
