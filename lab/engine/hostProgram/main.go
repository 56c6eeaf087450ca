// A Node language host for machines where the vendor's cannot be had: the Go module proxy has the engine and the SDK, but
// not sdk/nodejs/cmd/pulumi-language-nodejs. It does what that program does (main.go of v3.259.0, from where the order of
// arguments, the environment and the messages are taken): it starts the SDK's own cmd/run or cmd/run-plugin from the
// program's node_modules, and everything from there on is the real thing. What makes code (Link, Pack, Generate...) and the
// debugger are left out; the program talks to the engine's monitor itself, since SDK 3.259 makes no synchronous invokes.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// What the vendor waits for a program that was interrupted, before it is killed.
const gracePeriod = 5 * time.Second

// Hash of what this was built from, set by the build.
var sources = "unknown"

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	engineAddress string
	// Done when the engine cancels, or is gone.
	ctx      context.Context
	cancel   context.CancelFunc
	programs sync.WaitGroup
}

func main() {
	flag.String("tracing", "", "taken from the engine and not used")
	runtimeName := flag.String("runtime", "nodejs", "nodejs")
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *showVersion {
		fmt.Printf("%s gwlb-inspection-lab %s\n", version.Version, sources)
		return
	}
	if *runtimeName != "nodejs" {
		cmdutil.Exit(fmt.Errorf("unsupported runtime: %s", *runtimeName))
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	h := &host{ctx: ctx, cancel: cancel, engineAddress: flag.Arg(0)}
	if h.engineAddress != "" {
		if err := h.watchEngine(); err != nil {
			cmdutil.Exit(err)
		}
	}
	stop := make(chan bool)
	go func() {
		<-ctx.Done()
		// The programs end before we do: nobody else would end them.
		waited := make(chan struct{})
		go func() { h.programs.Wait(); close(waited) }()
		select {
		case <-waited:
		case <-time.After(gracePeriod + time.Second):
		}
		close(stop)
	}()
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(srv *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(srv, h)
			return nil
		},
	})
	if err != nil {
		cmdutil.Exit(fmt.Errorf("could not start language host RPC server: %w", err))
	}
	// The engine reads the port from here.
	fmt.Printf("%d\n", handle.Port)
	if err := <-handle.Done; err != nil {
		cmdutil.Exit(fmt.Errorf("language host RPC stopped serving: %w", err))
	}
}

// Cancels everything as soon as the engine does not answer any more.
func (h *host) watchEngine() error {
	if err := rpcutil.Healthcheck(h.ctx, h.engineAddress, 5*time.Minute, h.cancel); err != nil {
		return fmt.Errorf("could not start health check host RPC server: %w", err)
	}
	return nil
}

func (h *host) Handshake(
	_ context.Context, req *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.engineAddress = req.EngineAddress
	return &pulumirpc.LanguageHandshakeResponse{}, h.watchEngine()
}

func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.cancel()
	return &emptypb.Empty{}, nil
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}
