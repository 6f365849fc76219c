package main

import (
	"encoding/base64"
	"encoding/hex"
	"runtime/debug"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// describe is the bill of a program: the application, and what it is linked of.
func describe(info *debug.BuildInfo, program, version string, licences map[string]string) *cdx.BOM {
	application := cdx.Component{
		Type: cdx.ComponentTypeApplication, Name: program, Version: version,
		PackageURL: purl(info.Main.Path, version) + "#cmd/" + program, Licenses: licence("Apache-2.0"),
	}
	application.BOMRef = application.PackageURL
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Component: &application}
	components := []cdx.Component{library("std", strings.TrimPrefix(info.GoVersion, "go"), licences)}
	for _, m := range info.Deps {
		components = append(components, module(m, info.Main.Path, version, licences))
	}
	refs := make([]string, len(components))
	for i := range components {
		refs[i] = components[i].BOMRef
	}
	bom.Components = &components
	bom.Dependencies = &[]cdx.Dependency{{Ref: application.BOMRef, Dependencies: &refs}}
	return bom
}

// module is a linked module. One that a folder of ours replaces bears the name under which it
// is imported, but isn't that module: its package is ours, so that no scanner takes the
// original's vulnerabilities for ours.
func module(m *debug.Module, ours, version string, licences map[string]string) cdx.Component {
	if m.Replace == nil {
		return sealed(library(m.Path, m.Version, licences), m.Sum)
	}
	folder, local := strings.CutPrefix(m.Replace.Path, "./")
	if !local {
		return sealed(library(m.Replace.Path, m.Replace.Version, licences), m.Replace.Sum)
	}
	c := library(m.Path, m.Version, licences)
	c.Description = "replaced by " + folder + " of this repository"
	c.PackageURL = purl(ours, version) + "#" + folder
	c.BOMRef = c.PackageURL
	return c
}

func library(path, version string, licences map[string]string) cdx.Component {
	ref := purl(path, version)
	return cdx.Component{
		BOMRef: ref, Type: cdx.ComponentTypeLibrary, Name: path, Version: version, PackageURL: ref,
		Scope: cdx.ScopeRequired, Licenses: licence(licences[path]),
	}
}

// sealed adds a checksum as in go.sum: "h1:", and a SHA-256 in base64.
func sealed(c cdx.Component, sum string) cdx.Component {
	if b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sum, "h1:")); err == nil && len(b) > 0 {
		c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(b)}}
	}
	return c
}

func licence(id string) *cdx.Licenses {
	if id == "" {
		return nil
	}
	return &cdx.Licenses{{License: &cdx.License{ID: id}}}
}

// purl names a Go module as the package-url specification does.
func purl(path, version string) string {
	return "pkg:golang/" + path + "@" + strings.ReplaceAll(version, "+", "%2B")
}
