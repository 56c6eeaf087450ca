import { Argument, type Command } from "commander";
import { findingCodes } from "../path/proof/index";
import { printOwn } from "../verification/terminal";
import { visibleCommands } from "./examples";
import { missingLab } from "./labPackage";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** What may follow. */
export interface Words {
  /** Behind a command, by its names: further commands, its flags, and what else is known to stand there. */
  afterCommand: Record<string, string[]>;
  /** Behind a flag that takes one of these values, by command and flag. */
  afterFlag: Record<string, string[]>;
  /** Flags whose value is something else, most often a file. */
  valued: string[];
}

/** @param operands what stands behind a command and only the program knows, by its names */
export function completionWords(program: Command, operands: Record<string, string[]> = {}): Words {
  const everywhere = program.options.flatMap(({ long }) => (long == null || long === "--version" ? [] : [long]));
  const all: [string, Command][] = [["", program], ...visibleCommands(program)];
  const help = program.createHelp();
  const afterCommand = all.map(([name, command]) => [
    name,
    [
      ...help.visibleCommands(command).map((each) => each.name()),
      ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
      ...(operands[name] ?? []),
      ...help.visibleOptions(command).flatMap(({ long }) => long ?? []),
      ...(command === program ? [] : everywhere),
    ],
  ]);
  const afterFlag = all.flatMap(([name, command]) =>
    [...command.options, ...(command === program ? [] : program.options)].flatMap(({ long, argChoices }) =>
      long == null || argChoices === undefined ? [] : [[`${name} ${long}`.trim(), argChoices]],
    ),
  );
  const valued = all.flatMap(([, { options }]) =>
    options.flatMap(({ long, required, argChoices }) => (long != null && required && !argChoices ? [long] : [])),
  );
  return {
    valued: [...new Set(valued)],
    afterCommand: Object.fromEntries(afterCommand) as Words["afterCommand"],
    afterFlag: Object.fromEntries(afterFlag) as Words["afterFlag"],
  };
}

/** The shell's own script. All words are this program's: names of commands, flags, codes and faults. */
export function completionScript(shell: Shell, name: string, words: Words): string {
  return { bash: posixScript(bashFrame), zsh: posixScript(zshFrame), fish: fishScript }[shell](name, words);
}

interface Frame {
  words: string;
  current: string;
  suggest: string;
  head: string[];
  tail: (name: string) => string[];
}

const bashFrame: Frame = {
  head: ["_gwlb_inspection() {"],
  words: '"${COMP_WORDS[@]:1:COMP_CWORD-1}"',
  current: "${COMP_WORDS[COMP_CWORD-1]}",
  suggest: 'COMPREPLY=($(compgen -W "$next" -- "${COMP_WORDS[COMP_CWORD]}"))',
  // Where nothing of ours fits, files do.
  tail: (name) => ["}", `complete -o default -F _gwlb_inspection ${name}`],
};

/** Zsh's files in `fpath` are functions of their own name, run at the first Tab: there it defines itself anew and answers. */
const zshFrame: Frame = {
  head: ["#compdef gwlb-inspection", "_gwlb-inspection() {"],
  words: '"${(@)words[2,CURRENT-1]}"',
  current: "${words[CURRENT-1]}",
  // As in bash.
  suggest: '{ [[ -n "$next" ]] && compadd -- ${=next} } || _files',
  tail: (name) => [
    "}",
    `if [[ "$funcstack[1]" == _gwlb-inspection ]]; then _gwlb-inspection; else compdef _gwlb-inspection ${name}; fi`,
  ],
};

function posixScript(frame: Frame): (name: string, words: Words) => string {
  return (name, { afterCommand, afterFlag }) => {
    const paths = Object.keys(afterCommand).filter((each) => each !== "");
    return [
      ...frame.head,
      "  local at= next= word",
      `  for word in ${frame.words}; do`,
      '    case "${at:+$at }$word" in',
      `      ${paths.map(quoted).join("|")}) at="\${at:+$at }$word" ;;`,
      "    esac",
      "  done",
      `  case "\${at:+$at }${frame.current}" in`,
      ...Object.entries(afterFlag).map(([flag, values]) => `    ${quoted(flag)}) next=${quoted(values.join(" "))} ;;`),
      '    *) case "$at" in',
      ...Object.entries(afterCommand).map(
        ([command, values]) => `      ${quoted(command)}) next=${quoted(values.join(" "))} ;;`,
      ),
      "    esac ;;",
      "  esac",
      `  ${frame.suggest}`,
      ...frame.tail(name),
      "",
    ].join("\n");
  };
}

function fishScript(name: string, { afterCommand, afterFlag, valued }: Words): string {
  const paths = Object.keys(afterCommand).filter((each) => each !== "");
  return [
    "function __gwlb_inspection_words",
    "  set -l tokens (commandline -opc)",
    "  set -l at ''",
    "  for word in $tokens[2..-1]",
    '    switch (string trim -- "$at $word")',
    `      case ${paths.map(quoted).join(" ")}`,
    '        set at (string trim -- "$at $word")',
    "    end",
    "  end",
    '  switch "$tokens[-1]"',
    `    case ${valued.map(quoted).join(" ")}`,
    "      __fish_complete_path (commandline -ct)",
    "      return",
    "  end",
    '  switch (string trim -- "$at $tokens[-1]")',
    ...Object.entries(afterFlag).flatMap(([flag, values]) => [
      `    case ${quoted(flag)}`,
      `      printf '%s\\n' ${values.join(" ")}`,
      "      return",
    ]),
    "  end",
    '  switch "$at"',
    ...Object.entries(afterCommand).flatMap(([command, values]) => [
      `    case ${quoted(command)}`,
      `      printf '%s\\n' ${values.join(" ")}`,
    ]),
    "  end",
    "end",
    `complete -c ${name} -f -a '(__gwlb_inspection_words)'`,
    "",
  ].join("\n");
}

function quoted(text: string): string {
  return `'${text}'`;
}

/** None where the lab, a package of its own, is not installed. */
async function faults(): Promise<string[]> {
  try {
    return await (await import("gwlb-inspection-lab/commands")).faultNames();
  } catch (error) {
    if (missingLab(error) === undefined) throw error;
    return [];
  }
}

export function registerCompletion(program: Command): void {
  program
    .command("completion")
    .description("print the completion script of a shell: commands, flags, codes and faults")
    .addArgument(new Argument("<shell>", "its shell").choices(shells))
    .action(async (shell: Shell) => {
      const operands = { explain: findingCodes(), "lab break": await faults() };
      printOwn(completionScript(shell, program.name(), completionWords(program, operands)));
    });
}
