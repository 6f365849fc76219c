package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const dist = "../../dist/" // filled by scripts/sbom

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// output is what a command prints.
func output(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).Output()
	must(t, err)
	return strings.TrimSpace(string(out))
}

// schema is CycloneDX 1.6's own, which comes with its library.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	folder := filepath.Join(output(t, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go"), "schema")
	c := jsonschema.NewCompiler()
	for name, file := range map[string]string{"bom-1.6": "bom-1.6.schema.json", "spdx": "spdx.schema.json", "jsf-0.82": "jsf-0.82.schemax.json"} {
		b, err := os.ReadFile(filepath.Join(folder, file))
		must(t, err)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		must(t, err)
		must(t, c.AddResource("http://cyclonedx.org/schema/"+name+".schema.json", doc))
	}
	s, err := c.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	must(t, err)
	return s
}

// TestBills: those in dist/ hold to the schema, and list what "go version -m" lists, each
// with a licence.
func TestBills(t *testing.T) {
	s := schema(t)
	for _, program := range []string{"notifyd", "notifyctl"} {
		t.Run(program, func(t *testing.T) {
			b, err := os.ReadFile(dist + program + ".cdx.json")
			must(t, err)
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
			must(t, err)
			must(t, s.Validate(doc))
			var bom cdx.BOM
			must(t, cdx.NewBOMDecoder(bytes.NewReader(b), cdx.BOMFileFormatJSON).Decode(&bom))
			var got []string
			for _, c := range *bom.Components {
				got = append(got, c.Name+" "+c.Version)
				if c.Licenses == nil {
					t.Errorf("%s has no licence", c.Name)
				}
			}
			if want := linked(t, dist+program); !slices.Equal(got, want) {
				t.Errorf("the bill lists %q, go version -m %q", got, want)
			}
		})
	}
}

// linked are the Go release and the modules of a program, in the words of go version -m.
func linked(t *testing.T, program string) (list []string) {
	t.Helper()
	for i, line := range strings.Split(output(t, "go", "version", "-m", program), "\n") {
		f := strings.Fields(line)
		switch {
		case i == 0:
			list = append(list, "std "+strings.TrimPrefix(f[1], "go"))
		case len(f) > 2 && f[0] == "dep":
			list = append(list, f[1]+" "+f[2])
		}
	}
	return list
}

// TestABadBillIsSeen: the schema checks.
func TestABadBillIsSeen(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library"}]}`))
	must(t, err)
	if schema(t).Validate(doc) == nil {
		t.Error("a component without a name passes")
	}
}
