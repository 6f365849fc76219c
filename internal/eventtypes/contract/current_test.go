package contract_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vondi-global/notifications/internal/eventtypes"
	"github.com/vondi-global/notifications/internal/eventtypes/contract"
)

var (
	update  = flag.Bool("update", false, "write docs/events.md anew")
	release = flag.Bool("release", false, "make the schemas of today the released ones")
)

const (
	docs     = "../../../docs/events.md"
	released = "../../../schemas/released"
)

func TestEventsPageIsCurrent(t *testing.T) {
	want := contract.Markdown()
	if *update {
		if err := os.WriteFile(docs, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/events.md is not current: run go test ./internal/eventtypes/contract -update")
	}
}

func TestEventsPageTellsEverything(t *testing.T) {
	page := string(contract.Markdown())
	for _, typ := range contract.All() {
		if !strings.Contains(page, "`"+string(typ.Name)+"`") && !strings.Contains(page, "### "+string(typ.Name)+"\n") {
			t.Errorf("the page has no %s", typ.Name)
		}
		for _, f := range typ.Payload.Fields() {
			if !strings.Contains(page, "| `"+f.Name+"` | ") {
				t.Errorf("the page has no field %s", f.Name)
			}
		}
	}
}

func schemaFile(typ *eventtypes.Type) string {
	return filepath.Join(released, string(typ.Name)+".json")
}

func write(t *testing.T, typ *eventtypes.Type) {
	t.Helper()
	b, err := contract.Document(typ)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(schemaFile(typ), append(b, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSchemasOnlyGrow holds today's schemas against the released ones. A new type has none
// before the next release.
func TestSchemasOnlyGrow(t *testing.T) {
	now := map[string]*eventtypes.Type{}
	for _, typ := range contract.All() {
		now[filepath.Base(schemaFile(typ))] = typ
		if *release {
			write(t, typ)
		}
	}
	files, err := filepath.Glob(filepath.Join(released, "*.json"))
	if err != nil || len(files) < 69 {
		t.Fatalf("%d released schemas (%v)", len(files), err)
	}
	for _, file := range files {
		old, typ := readSchema(t, file), now[filepath.Base(file)]
		breaks := contract.Breaks
		if old.Properties.Find("timestamp") != nil { // a flat entry: one of ours
			breaks = contract.BreaksReaders
		}
		var today *contract.Schema
		if typ != nil {
			today = contract.ForType(typ)
		}
		for _, bad := range breaks(old, today) {
			t.Errorf("%s: %s", strings.TrimSuffix(filepath.Base(file), ".json"), bad)
		}
	}
}

func readSchema(t *testing.T, file string) *contract.Schema {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var s contract.Schema
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return &s
}
