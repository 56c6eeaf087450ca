/** What other tools import as `gwlb-inspection/report`: reports, their verdicts and findings, and ways to show them. */
export * from "./proof/index";
export * from "./render/index";
