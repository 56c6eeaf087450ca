import { expect } from "chai";
import { finding, findingKinds } from "../../../../path/proof/findings";
import { escaped } from "../../../../path/render/html/escape";
import { cardHtml } from "../../../../path/render/html/findings";

describe("A finding's card", () => {
  const card = (code: string): string => {
    const one = { ...finding("NOT_SENT_BACK", "target", "5 requests in, 0 out"), code };
    return cardHtml({ ...one, places: [{ text: "at target", pairs: [1] }] }, 1, 3);
  };

  it("says what its code means, as `explain` does", () => {
    const { meaning } = findingKinds.NOT_SENT_BACK;
    expect(card("NOT_SENT_BACK")).to.include(`<summary>What it means</summary><p>${escaped(meaning)}</p>`);
  });

  it("says nothing of a code that this version does not know", () => {
    expect(card("OF_ANOTHER_VERSION")).not.to.include("What it means");
  });
});
