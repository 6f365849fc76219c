// Sbom writes what is in a program as CycloneDX, read from the program itself: the modules
// that are linked in, with the checksums of go.sum and the licences of docs/licences.md.
//
//	go run . -version v1.2.3 -licences ../../docs/licences.md PROGRAM >PROGRAM.cdx.json
package main

import (
	"debug/buildinfo"
	"flag"
	"log"
	"os"
	"path/filepath"
	"regexp"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

func main() {
	log.SetFlags(0)
	version := flag.String("version", "dev", "of the program")
	page := flag.String("licences", "", "the page with the licence of each module")
	flag.Parse()
	if err := run(flag.Arg(0), *version, *page); err != nil {
		log.Fatalf("sbom: %v", err)
	}
}

func run(program, version, page string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	licences, err := read(page)
	if err != nil {
		return err
	}
	bom := describe(info, filepath.Base(program), version, licences)
	return cdx.NewBOMEncoder(os.Stdout, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cdx.SpecVersion1_6)
}

var row = regexp.MustCompile(`(?m)^\| (\S+) \| (\S+) \|$`)

// read knows the licence of each module by a page's table.
func read(page string) (map[string]string, error) {
	b, err := os.ReadFile(page)
	if err != nil {
		return nil, err
	}
	licences := map[string]string{"std": "BSD-3-Clause"}
	for _, m := range row.FindAllSubmatch(b, -1) {
		licences[string(m[1])] = string(m[2])
	}
	return licences, nil
}
