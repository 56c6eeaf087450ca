package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Exit code of cmd/run when the user has been told all there is to tell (sdk/nodejs/cmd/run/index.ts).
const exitedAfterMessage = 32

const outOfMemory = "Detected a possible out of memory error. Consider increasing the memory available to the nodejs process " +
	"by setting the `nodeargs` runtime option in Pulumi.yaml to `nodeargs: --max-old-space-size=<size>` where " +
	"`<size>` is the maximum memory in megabytes that can be allocated to nodejs. " +
	"See https://www.pulumi.com/docs/concepts/projects/project-file/#runtime-options"

// Path of a module as Node finds it from a folder.
func locate(node, module, directory, install string) (string, error) {
	script := fmt.Sprintf(`try { console.log(require.resolve('%s')); } catch (error) { `+
		`if (error.code === 'MODULE_NOT_FOUND') { `+
		`console.error("It looks like the Pulumi SDK has not been installed. Have you run %s?") `+
		`} else { console.error(error.message); } process.exit(1); }`, module, install)
	cmd := exec.Command(node, "-e", script)
	cmd.Dir = directory
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", errors.New(string(exit.Stderr))
	}
	return strings.TrimSpace(string(out)), err
}

// A command that is interrupted when its request, or the engine, is gone, and killed when that does not help.
func (h *host) command(ctx context.Context, name string, args []string) (*exec.Cmd, context.CancelFunc) {
	both, cancel := context.WithCancel(h.ctx)
	stop := context.AfterFunc(ctx, cancel)
	cmd := exec.CommandContext(both, name, args...)
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return cmd.Process.Kill()
		}
		return nil
	}
	cmd.WaitDelay = gracePeriod
	return cmd, func() { stop(); cancel() }
}

func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if h.engineAddress == "" {
		return nil, errors.New("when debugging or running explicitly, must call Handshake before Run")
	}
	h.programs.Add(1)
	defer h.programs.Done()
	bail, err := h.run(ctx, req)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	return &pulumirpc.RunResponse{Bail: bail}, nil
}

// Runs the program. The first result tells whether it has failed and said why.
func (h *host) run(ctx context.Context, req *pulumirpc.RunRequest) (bool, error) {
	if req.GetAttachDebugger() {
		return false, errors.New("this language host attaches no debugger; the vendor's does")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return false, fmt.Errorf("could not find node on the $PATH: %w", err)
	}
	module := os.Getenv("PULUMI_LANGUAGE_NODEJS_RUN_PATH")
	if module == "" {
		module = "@pulumi/pulumi/cmd/run"
	}
	program, err := locate(node, module, req.Info.ProgramDirectory, "pulumi install")
	if err != nil {
		return false, err
	}
	settings, err := settingsOf(req)
	if err != nil {
		return false, err
	}
	opts, err := optionsOf(req.Info)
	if err != nil {
		return false, err
	}
	args := append(append(opts.nodeargs, program), h.arguments(req)...)
	cmd, end := h.command(ctx, node, args)
	defer end()
	cmd.Env = append(append(os.Environ(), settings...), opts.environment()...)
	watch := &memoryWatch{out: os.Stderr}
	// Never our own descriptors: Node would make them non-blocking, and our writes fail.
	cmd.Stdout, cmd.Stderr = struct{ io.Writer }{os.Stdout}, watch
	err = cmd.Run()
	var exit *exec.ExitError
	if err == nil {
		return false, nil
	}
	if !errors.As(err, &exit) {
		return false, fmt.Errorf("Problem executing program (could not run language executor): %w", err)
	}
	code := exit.ExitCode()
	if code == exitedAfterMessage {
		return true, nil
	}
	if code == 0 {
		return false, fmt.Errorf("Program exited unexpectedly: %w", exit)
	}
	if watch.seen {
		return false, fmt.Errorf("Program exited with non-zero exit code: %d. %s", code, outOfMemory)
	}
	return false, fmt.Errorf("Program exited with non-zero exit code: %d", code)
}

// Arguments of cmd/run; the entry point and what follows it come last.
func (h *host) arguments(req *pulumirpc.RunRequest) []string {
	var args []string
	add := func(name, value string) {
		if value != "" {
			args = append(args, "--"+name, value)
		}
	}
	add("monitor", req.GetMonitorAddress())
	add("engine", h.engineAddress)
	add("organization", req.GetOrganization())
	add("project", req.GetProject())
	add("root-directory", req.GetInfo().RootDirectory)
	add("stack", req.GetStack())
	add("pwd", req.Info.ProgramDirectory)
	if req.GetDryRun() {
		args = append(args, "--dry-run")
	}
	add("parallel", strconv.Itoa(int(req.GetParallel())))
	args = append(args, req.Info.EntryPoint)
	return append(args, req.GetArgs()...)
}

// The stack's settings as cmd/run reads them: in the environment, never in arguments, which everybody can read.
func settingsOf(req *pulumirpc.RunRequest) ([]string, error) {
	values := make(map[string]string, len(req.GetConfig()))
	for key, value := range req.GetConfig() {
		parsed, err := config.ParseKey(key)
		if err != nil {
			return nil, fmt.Errorf("failed to serialize configuration: %w", err)
		}
		values[parsed.Namespace()+":config:"+parsed.Name()] = value
	}
	secret := req.GetConfigSecretKeys()
	if secret == nil {
		secret = []string{}
	}
	valuesJSON, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	secretJSON, err := json.Marshal(secret)
	if err != nil {
		return nil, err
	}
	return []string{"PULUMI_CONFIG=" + string(valuesJSON), "PULUMI_CONFIG_SECRET_KEYS=" + string(secretJSON)}, nil
}

// Passes on what is written and notices V8's report of a full heap.
type memoryWatch struct {
	out  io.Writer
	tail []byte
	seen bool
}

var heapReport = []byte("<--- Last few GCs --->")

func (w *memoryWatch) Write(written []byte) (int, error) {
	if !w.seen {
		w.tail = append(w.tail, written...)
		w.seen = bytes.Contains(w.tail, heapReport)
		w.tail = w.tail[max(0, len(w.tail)-len(heapReport)):]
	}
	return w.out.Write(written)
}

// A component package or provider in TypeScript (PulumiPlugin.yaml).
func (h *host) RunPlugin(req *pulumirpc.RunPluginRequest, server grpc.ServerStreamingServer[pulumirpc.RunPluginResponse]) error {
	h.programs.Add(1)
	defer h.programs.Done()
	if req.Kind == string(apitype.AnalyzerPlugin) {
		return status.Error(codes.Unimplemented, "this language host runs no policy packs; the vendor's does")
	}
	if req.GetAttachDebugger() {
		return errors.New("this language host attaches no debugger; the vendor's does")
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()
	node, err := exec.LookPath("node")
	if err != nil {
		return err
	}
	opts, err := optionsOf(req.Info)
	if err != nil {
		return err
	}
	module := os.Getenv("PULUMI_LANGUAGE_NODEJS_RUN_PATH")
	if module == "" {
		module = "@pulumi/pulumi/cmd/run-plugin"
	}
	directory := req.Info.ProgramDirectory
	program, err := locate(node, module, directory, "npm install in "+directory)
	if err != nil {
		return err
	}
	// The vendor gives `nodeargs` to the script, not to Node; so here.
	args := append(append([]string{program}, opts.nodeargs...), directory)
	cmd, end := h.command(server.Context(), node, append(args, req.Args...))
	defer end()
	cmd.Dir = req.Pwd
	cmd.Env = append(req.Env, opts.environment()...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("Program exited with non-zero exit code: %d", exit.ExitCode())
	}
	if err != nil {
		return fmt.Errorf("Problem executing plugin program (could not run language executor): %w", err)
	}
	return closer.Close()
}
