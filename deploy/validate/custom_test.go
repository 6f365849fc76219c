package validate

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Where the schemas of the custom resources come from: their projects' own releases.
const (
	keda     = "github.com/kedacore/keda/v2@v2.21.0"
	operator = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
)

// definitions are the files of the kinds that we use.
func definitions() map[string][2]string {
	return map[string][2]string{
		"ScaledObject":          {keda, "config/crd/bases/keda.sh_scaledobjects.yaml"},
		"TriggerAuthentication": {keda, "config/crd/bases/keda.sh_triggerauthentications.yaml"},
		"ServiceMonitor":        {operator, "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"},
		"PrometheusRule":        {operator, "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"},
	}
}

// customProblems is what an API server with the CRDs would say.
func customProblems(t *testing.T, doc []byte) []string {
	t.Helper()
	var u unstructured.Unstructured
	must(t, yaml.Unmarshal(doc, &u.Object))
	file, ok := definitions()[u.GetKind()]
	if !ok {
		return []string{"unknown kind " + u.GetKind()}
	}
	where := u.GetKind() + " " + u.GetName() + ": "
	props := version(t, filepath.Join(module(t, file[0]), file[1]), u.GroupVersionKind().Version)
	validator, _, err := validation.NewSchemaValidator(props)
	must(t, err)
	var list []string
	for _, e := range validation.ValidateCustomResource(field.NewPath(""), u.Object, validator) {
		list = append(list, where+e.Error())
	}
	structural, err := schema.NewStructural(props)
	must(t, err)
	unknown := pruning.PruneWithOptions(u.Object, structural, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	for _, path := range unknown {
		list = append(list, where+"unknown field "+path)
	}
	return append(list, triggerProblems(t, u)...)
}

// version reads a CRD's schema of one version.
func version(t *testing.T, file, name string) *apiextensions.JSONSchemaProps {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	var crd apiextensionsv1.CustomResourceDefinition
	must(t, yaml.Unmarshal(b, &crd))
	i := slices.IndexFunc(crd.Spec.Versions, func(v apiextensionsv1.CustomResourceDefinitionVersion) bool { return v.Name == name })
	if i < 0 {
		t.Fatalf("%s has no version %s", file, name)
	}
	var props apiextensions.JSONSchemaProps
	must(t, apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(crd.Spec.Versions[i].Schema.OpenAPIV3Schema, &props, nil))
	return &props
}

// triggerProblems finds settings that KEDA's scalers don't know: they would be ignored.
func triggerProblems(t *testing.T, u unstructured.Unstructured) []string {
	t.Helper()
	triggers, _, err := unstructured.NestedSlice(u.Object, "spec", "triggers")
	must(t, err)
	if len(triggers) == 0 {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(module(t, keda), "schema/generated/scalers-schema.json"))
	must(t, err)
	var known struct {
		Scalers []struct {
			Type       string
			Parameters []struct{ Name string }
		}
	}
	must(t, json.Unmarshal(b, &known))
	settings := map[string]bool{}
	for _, s := range known.Scalers {
		for _, p := range s.Parameters {
			settings[s.Type+" "+p.Name] = true
		}
	}
	var list []string
	for _, trigger := range triggers {
		tr := trigger.(map[string]any)
		for name := range tr["metadata"].(map[string]any) {
			if key := fmt.Sprintf("%s %s", tr["type"], name); !settings[key] {
				list = append(list, "KEDA knows no setting "+key)
			}
		}
	}
	return list
}

var downloads sync.Map

// module downloads a Go module and returns its folder.
func module(t *testing.T, at string) string {
	t.Helper()
	if dir, ok := downloads.Load(at); ok {
		return dir.(string)
	}
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", at)
	cmd.Dir = t.TempDir() // outside of any module
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go mod download %s: %v: %s", at, err, out)
	}
	var m struct{ Dir string }
	must(t, json.Unmarshal(out, &m))
	downloads.Store(at, m.Dir)
	return m.Dir
}
