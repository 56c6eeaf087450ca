import js from "@eslint/js";
import tseslint from "typescript-eslint";

// Imports go one way: cli -> automation -> topology, stacks -> components -> verification -> report -> net.
// topology -> report. lab -> report, net. Only cli and tests import lab.
const layers = {
  net: ["report", "verification", "components", "stacks", "topology", "automation", "cli", "lab", "tests"],
  report: ["verification", "components", "stacks", "topology", "automation", "cli", "lab", "tests"],
  verification: ["components", "stacks", "topology", "automation", "cli", "lab", "tests"],
  components: ["stacks", "topology", "automation", "cli", "lab", "tests"],
  stacks: ["topology", "automation", "cli", "lab", "tests"],
  plugin: ["stacks", "topology", "automation", "cli", "lab", "tests"],
  topology: ["verification", "components", "stacks", "automation", "cli", "lab", "tests"],
  automation: ["cli", "lab", "tests"],
  // The lab is a package of its own: the command line asks for it by that name.
  cli: ["lab", "tests"],
  lab: ["verification", "components", "stacks", "topology", "automation", "cli", "tests"],
};

const importRules = Object.entries(layers).map(([folder, forbidden]) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${forbidden.join("|")})(/|$)`,
            message: `${folder}/ may not import this layer (docs/architecture.md, "Layers").`,
          },
          ...(folder === "cli"
            ? []
            : [{ regex: "^gwlb-inspection-lab(/|$)", message: "Only cli and tests import lab." }]),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["node_modules", "lab/node_modules", "out", "tests/lab/fixtures/remoteComponents"] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "no-restricted-syntax": [
        "error",
        ...["Literal[value=/^arn:|com\\.amazonaws\\./]", "TemplateElement[value.raw=/^arn:|com\\.amazonaws\\./]"].map(
          (selector) => ({
            selector,
            message: "ARNs and names of AWS's services differ between partitions: net/partition.ts makes them.",
          }),
        ),
        {
          selector: "Literal[regex.pattern=/arn:|com.{0,2}amazonaws/]",
          message: "ARNs are read by net/partition.ts.",
        },
      ],
      "max-lines": ["error", { max: 350, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["tests/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "no-restricted-syntax": "off",
      "max-lines": "off",
    },
  },
  { files: ["net/partition.ts"], rules: { "no-restricted-syntax": "off" } },
  { files: ["**/*.mjs", "**/*.cjs"], ...tseslint.configs.disableTypeChecked },
  { files: ["**/*.cjs"], rules: { "no-undef": "off", "@typescript-eslint/no-require-imports": "off" } },
  ...importRules,
);
