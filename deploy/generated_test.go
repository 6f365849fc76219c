package deploy

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the generated files again")

const monitoring = "components/monitoring/"

func TestGeneratedFiles(t *testing.T) {
	dashboard, err := Dashboard()
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"dashboard.json":      string(dashboard),
		"prometheusrule.yaml": RuleManifest(text(t, monitoring+"alerts.yaml")),
	} {
		if *update {
			if err := os.WriteFile(monitoring+file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(want, text(t, monitoring+file)); d != "" {
			t.Errorf("%s is not what go generate ./deploy writes (-want +got):\n%s", file, d)
		}
	}
}

func text(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
