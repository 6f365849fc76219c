package ctl

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestTheReadmeShowsTheStory holds the README's transcript against the script that is run.
func TestTheReadmeShowsTheStory(t *testing.T) {
	const readme = "../../README.md"
	script, err := txtar.ParseFile("testdata/script/story.txtar")
	if err != nil {
		t.Fatal(err)
	}
	outputs := map[string]string{}
	for _, f := range script.Files {
		outputs[f.Name] = string(f.Data)
	}
	var want strings.Builder
	want.WriteString("<!-- story -->\n\n```\n")
	for _, m := range regexp.MustCompile(`(?m)^exec (notifyctl .*)\ncmp stdout (\S+)$`).FindAllStringSubmatch(string(script.Comment), -1) {
		want.WriteString("$ " + m[1] + "\n" + outputs[m[2]] + "\n")
	}
	want.WriteString("```\n\n<!-- /story -->")
	page, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile(`(?s)<!-- story -->.*<!-- /story -->`)
	if *update {
		page = block.ReplaceAllLiteral(page, []byte(want.String()))
		if err := os.WriteFile(readme, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := string(block.Find(page)); got != want.String() {
		t.Errorf("the README's transcript is not the script's: go test ./internal/ctl -run Readme -update")
	}
}
