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
	must(t, err)
	templates, err := TemplateManifest(os.DirFS("../templates"))
	must(t, err)
	locales, err := LocaleManifest(os.DirFS("../locales"))
	must(t, err)
	for file, want := range map[string]string{
		monitoring + "dashboard.json":      string(dashboard),
		monitoring + "prometheusrule.yaml": RuleManifest(text(t, monitoring+"alerts.yaml")),
		"../templates/kustomization.yaml":  templates,
		"../locales/kustomization.yaml":    locales,
	} {
		if *update {
			must(t, os.WriteFile(file, []byte(want), 0o644))
		}
		if d := cmp.Diff(want, text(t, file)); d != "" {
			t.Errorf("%s is not what go generate ./deploy writes (-want +got):\n%s", file, d)
		}
	}
}

func text(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	return string(b)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
