package imagelint

import (
	"context"
	"os"
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/opencontainers/go-digest"
)

// bare answers for base images without a registry.
type bare struct{}

func (bare) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return ref, "", []byte(`{"architecture":"amd64","os":"linux","config":{}}`), nil
}

// warnings are BuildKit's words about a Dockerfile.
func warnings(t *testing.T, dockerfile []byte) (found []string) {
	t.Helper()
	sources := llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", dockerfile)
	sources.Definition = &llb.Definition{}
	results, err := dockerfile2llb.DockerfileLint(t.Context(), dockerfile, dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{}, MetaResolver: bare{}, SourceMap: sources,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range results.Warnings {
		found = append(found, w.RuleName+": "+w.Detail)
	}
	return found
}

func TestDockerfile(t *testing.T) {
	b, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range warnings(t, b) {
		t.Error(w)
	}
}

// TestABadOneIsSeen: the checks check.
func TestABadOneIsSeen(t *testing.T) {
	if found := warnings(t, []byte("FROM scratch as build\nENV PASSWORD=x\nCMD run\n")); len(found) < 3 {
		t.Errorf("casing, a secret and a command in a shell: got %q", found)
	}
}
