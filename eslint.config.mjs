import js from "@eslint/js";
import tseslint from "typescript-eslint";

// Which folder may import which, .dependency-cruiser.cjs says. What it cannot see is not written.
const doors = [
  {
    selector:
      "CallExpression[callee.callee.name='createRequire']:not([arguments.0.value=/^(?!gwlb-inspection)@?[a-z]/])",
    message: "createRequire loads packages of others, named in place: imports of ours are to be seen.",
  },
  {
    selector: "CallExpression[callee.name='createRequire']:not(CallExpression > CallExpression.callee)",
    message: "createRequire is called in place, with the package's name.",
  },
  {
    selector:
      "MemberExpression[property.name='createRequire'], ImportSpecifier[imported.name='createRequire'][local.name!='createRequire']",
    message: "createRequire is imported by its name.",
  },
  {
    selector:
      "ImportExpression > :not(Literal).source, CallExpression[callee.name='require'] > :not(Literal).arguments",
    message: "A module is named where it is loaded.",
  },
];

const literals = {
  selector: "ObjectExpression > SpreadElement > ObjectExpression",
  message: "A literal is written out where it is, not spread.",
};

const partitions = [
  ...["Literal[value=/^arn:|com\\.amazonaws\\./]", "TemplateElement[value.raw=/^arn:|com\\.amazonaws\\./]"].map(
    (selector) => ({
      selector,
      message: "ARNs and names of AWS's services differ between partitions: path/net/partition.ts makes them.",
    }),
  ),
  { selector: "Literal[regex.pattern=/arn:|com.{0,2}amazonaws/]", message: "ARNs are read by path/net/partition.ts." },
];

const terminals = {
  selector: "MemberExpression[object.property.name=/^std(out|err)$/][property.name='write']",
  message: "Texts get to a terminal by verification/terminal.ts, which lets no control character through.",
};

export default tseslint.config(
  { ignores: ["node_modules", "lab/node_modules", "out", "tests/lab/fixtures/remoteComponents"] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    // One project for all files: each of the examples' own would load the types of every AWS service once more.
    languageOptions: { parserOptions: { project: "tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "no-restricted-syntax": ["error", ...doors, literals, ...partitions],
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
  {
    files: [
      "index.ts",
      "automation/**/*.ts",
      "cli/**/*.ts",
      "components/**/*.ts",
      "iam/**/*.ts",
      "live/**/*.ts",
      "path/**/*.ts",
      "plugin/**/*.ts",
      "stacks/**/*.ts",
      "verification/**/*.ts",
    ],
    rules: { "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }] },
  },
  { files: ["path/net/partition.ts"], rules: { "no-restricted-syntax": ["error", ...doors, literals] } },
  {
    files: [
      "cli/**/*.ts",
      "automation/**/*.ts",
      "stacks/**/*.ts",
      "components/**/*.ts",
      "live/**/*.ts",
      "verification/**/*.ts",
    ],
    ignores: ["verification/terminal.ts"],
    rules: { "no-restricted-syntax": ["error", ...doors, literals, ...partitions, terminals] },
  },
  { files: ["**/*.mjs", "**/*.cjs"], ...tseslint.configs.disableTypeChecked },
  // What starts the program finds it by its place.
  { files: ["bin/*.mjs", "tests/**/*.mjs"], rules: { "no-restricted-syntax": "off" } },
  { files: ["**/*.cjs"], rules: { "no-undef": "off", "@typescript-eslint/no-require-imports": "off" } },
);
