package main

import (
	"fmt"

	"github.com/google/shlex"

	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// `runtime.options` of Pulumi.yaml, as parseOptions of the vendor's main.go has them.
type options struct {
	// Whether cmd/run compiles TypeScript by itself.
	typescript bool
	tsconfig   string
	nodeargs   []string
	manager    npm.PackageManagerType
	production bool
}

var managers = map[string]npm.PackageManagerType{
	"auto": npm.AutoPackageManager,
	"npm":  npm.NpmPackageManager,
	"yarn": npm.YarnPackageManager,
	"pnpm": npm.PnpmPackageManager,
	"bun":  npm.BunPackageManager,
}

func optionsOf(info *pulumirpc.ProgramInfo) (options, error) {
	given := info.GetOptions().AsMap()
	parsed := options{typescript: true, manager: npm.AutoPackageManager}
	var nodeargs, manager string
	if err := read(given, "typescript", "typescript option must be a boolean", &parsed.typescript); err != nil {
		return parsed, err
	}
	if err := read(given, "tsconfig", "tsconfigpath option must be a string", &parsed.tsconfig); err != nil {
		return parsed, err
	}
	if err := read(given, "nodeargs", "nodeargs option must be a string", &nodeargs); err != nil {
		return parsed, err
	}
	if err := read(given, "production", "production option must be a boolean", &parsed.production); err != nil {
		return parsed, err
	}
	if err := read(given, "packagemanager", "packagemanager option must be a string", &manager); err != nil {
		return parsed, err
	}
	if _, named := given["packagemanager"]; named {
		known, ok := managers[manager]
		if !ok {
			return parsed, fmt.Errorf("packagemanager option must be one of auto, npm, yarn, pnpm or bun, got %q", manager)
		}
		parsed.manager = known
	}
	args, err := shlex.Split(nodeargs)
	parsed.nodeargs = args
	return parsed, err
}

func read[T any](given map[string]any, key, otherwise string, into *T) error {
	value, named := given[key]
	if !named {
		return nil
	}
	typed, ok := value.(T)
	if !ok {
		return fmt.Errorf("%s", otherwise)
	}
	*into = typed
	return nil
}

// What cmd/run and cmd/run-plugin read of them.
func (o options) environment() []string {
	var environment []string
	if o.typescript {
		environment = append(environment, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if o.tsconfig != "" {
		environment = append(environment, "PULUMI_NODEJS_TSCONFIG_PATH="+o.tsconfig)
	}
	return environment
}
