import type { Command } from "commander";

/** Command lines that one would type, by the command that they show. */
export const examples: Record<string, string[]> = {
  deploy: ["deploy", "deploy system --parallel 20", "deploy --recover --json"],
  preview: ["preview", "preview system --refresh"],
  verify: [
    "verify system",
    "verify --live security system --source web --destination db",
    "verify --report report",
    "verify --format json >report.json",
    "verify --format junit >proof.xml",
    "verify --watch --interval 300 --report history",
    "verify --watch --metrics /var/lib/node_exporter/path.prom",
  ],
  destroy: ["destroy system", "destroy --remove"],
  cancel: ["cancel system"],
  status: ["status", "status system --json"],
  trace: [
    "trace system-source-apne1-az1 system-destination-apne1-az4",
    "trace 10.2.10.16 10.2.21.16 --protocol tcp:443 --plan",
    "trace 10.2.10.16 10.2.21.16 --state security.json system.json",
    "trace web 10.2.21.16 --live security system@ap-northeast-1",
    "trace web 10.2.21.16 --terraform hub.tfstate spokes.json",
  ],
  check: ["check", "check --live security system@ap-northeast-1 --json"],
  snapshot: ["snapshot before-the-change --live security system"],
  graph: ["graph", "graph --format svg --output topology.svg", "graph --format dot | dot -Tpdf > topology.pdf"],
  schema: ["schema report", "schema events"],
  explain: ["explain", "explain NOT_SENT_BACK"],
  completion: [
    "completion bash >~/.local/share/bash-completion/completions/gwlb-inspection",
    'completion zsh >"${fpath[1]}/_gwlb-inspection"',
    "completion fish >~/.config/fish/completions/gwlb-inspection.fish",
  ],
  "lab setup": ["lab setup"],
  "lab start": ["lab start", "lab start --keep --report report"],
  "lab up": ["lab up", "lab up --name second --access ssh"],
  "lab verify": ["lab verify", "lab verify --report report"],
  "lab graph": ["lab graph --format svg --output lab.svg"],
  "lab trace": ["lab trace system-source-apne1-az1 system-destination-apne1-az4"],
  "lab inspect": ["lab inspect", "lab inspect --format json"],
  "lab counters": ["lab counters"],
  "lab exec": ["lab exec security-target-apne1-az1 -- tcpdump -ni any port 6081"],
  "lab reboot": ["lab reboot security-target-apne1-az1"],
  "lab break": ["lab break", "lab break source-route-removed"],
  "lab repair": ["lab repair"],
  "lab down": ["lab down", "lab down --name second"],
  "lab wipe": ["lab wipe"],
  "lab capture": [
    "lab capture security-target-apne1-az1 --count 10",
    "lab capture system-source-apne1-az1 --write - | tshark -r -",
  ],
  "lab ssh": ["lab ssh system-source-apne1-az1", "lab ssh system-source-apne1-az1 -- ip route"],
  "lab shell": ["lab shell", "lab shell -- pulumi stack ls"],
  "lab failover": ["lab failover", "lab failover --event stop --cross-zone on --format markdown"],
  "lab impair": ["lab impair --delay 20 --loss 5", "lab impair --none"],
};

/** Commands that people see, by their names without the program's. */
export function visibleCommands(command: Command, above: string[] = []): [string, Command][] {
  const help = command.createHelp();
  return help
    .visibleCommands(command)
    .filter((each) => each.name() !== "help")
    .flatMap((each) => {
      const name = [...above, each.name()];
      return [[name.join(" "), each] as [string, Command], ...visibleCommands(each, name)];
    });
}

/** Every command's help ends with its examples. */
export function addExamples(program: Command): void {
  for (const [name, command] of visibleCommands(program)) {
    const lines = (examples[name] ?? []).map((line) => `  ${program.name()} ${line}`);
    if (lines.length > 0) command.addHelpText("after", ["", "Examples:", ...lines].join("\n"));
  }
}
