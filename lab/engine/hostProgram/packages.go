package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// The plugins that the program's packages name: each package in a node_modules anywhere below the program's folder whose
// package.json says `"pulumi": { "resource": true }`. What cannot be read names none.
func (h *host) GetRequiredPackages(
	_ context.Context, req *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	directory, err := filepath.Abs(req.Info.ProgramDirectory)
	if err != nil {
		return nil, err
	}
	found := search{visited: map[string]bool{}}
	found.walk(directory, false)
	return &pulumirpc.GetRequiredPackagesResponse{Packages: found.packages}, nil
}

type search struct {
	visited  map[string]bool
	packages []*pulumirpc.PackageDependency
}

func (s *search) walk(directory string, inNodeModules bool) {
	if s.visited[directory] {
		return
	}
	s.visited[directory] = true
	entries, err := os.ReadDir(directory)
	if err != nil {
		return
	}
	for _, entry := range entries {
		path := filepath.Join(directory, entry.Name())
		isDirectory := entry.IsDir()
		if entry.Type()&os.ModeSymlink != 0 {
			target, err := filepath.EvalSymlinks(path)
			if err != nil {
				continue
			}
			info, err := os.Stat(target)
			if err != nil {
				continue
			}
			path, isDirectory = target, info.IsDir()
		}
		switch {
		case isDirectory:
			// A policy pack's plugins are not the program's.
			if pack, err := workspace.DetectPolicyPackPathAt(path); err == nil && pack == "" {
				s.walk(path, inNodeModules || filepath.Base(directory) == "node_modules")
			}
		case inNodeModules && entry.Name() == "package.json":
			if dependency := dependencyOf(path); dependency != nil {
				s.packages = append(s.packages, dependency)
			}
		}
	}
}

func dependencyOf(file string) *pulumirpc.PackageDependency {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var manifest struct {
		Name    string                  `json:"name"`
		Version string                  `json:"version"`
		Pulumi  plugin.PulumiPluginJSON `json:"pulumi"`
	}
	if json.Unmarshal(text, &manifest) != nil || !manifest.Pulumi.Resource {
		return nil
	}
	name := manifest.Pulumi.Name
	if name == "" {
		// A package of somebody else's must name its plugin.
		own, isOurs := strings.CutPrefix(manifest.Name, "@pulumi/")
		if !isOurs {
			return nil
		}
		name = own
	}
	version := manifest.Pulumi.Version
	if version == "" {
		version = manifest.Version
	}
	if version == "" {
		return nil
	}
	return &pulumirpc.PackageDependency{
		Name:             name,
		Kind:             "resource",
		Version:          "v" + strings.TrimPrefix(version, "v"),
		Server:           manifest.Pulumi.Server,
		Parameterization: parameterization(manifest.Pulumi.Parameterization),
		Extension:        parameterization(manifest.Pulumi.ExtensionParameterization),
	}
}

func parameterization(given *plugin.PulumiParameterizationJSON) *pulumirpc.PackageParameterization {
	if given == nil {
		return nil
	}
	return &pulumirpc.PackageParameterization{Name: given.Name, Version: given.Version, Value: given.Value}
}
