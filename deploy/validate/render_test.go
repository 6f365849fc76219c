package validate

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// folders are those that one may apply.
func folders() []string {
	return []string{"../overlays/dev", "../overlays/prod", "../examples/asynqmon-ingress"}
}

// render does what kubectl kustomize does: it returns the objects as YAML documents.
func render(t *testing.T, folder string) [][]byte {
	t.Helper()
	objects, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	must(t, err)
	all, err := objects.AsYaml()
	must(t, err)
	var docs [][]byte
	r := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(all)))
	for {
		b := make([]byte, 4<<20)
		n, err := r.Read(b)
		if errors.Is(err, io.EOF) {
			return docs
		}
		must(t, err)
		docs = append(docs, b[:n])
	}
}

// find returns a rendered object.
func find(t *testing.T, docs [][]byte, kind, name string) unstructured.Unstructured {
	t.Helper()
	for _, doc := range docs {
		var u unstructured.Unstructured
		must(t, yaml.Unmarshal(doc, &u.Object))
		if u.GetKind() == kind && u.GetName() == name {
			return u
		}
	}
	t.Fatalf("no %s %s", kind, name)
	return unstructured.Unstructured{}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
