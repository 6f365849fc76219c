package compose

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// load reads compose.yaml with the specification's own loader and schema, as docker compose
// does.
func load(t *testing.T) *types.Project {
	t.Helper()
	const root = "../../.."
	files := types.ToConfigFiles([]string{root + "/compose.yaml"})
	p, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{WorkingDir: root, ConfigFiles: files})
	must(t, err)
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestCompose: what the services of compose.yaml refer to is there.
func TestCompose(t *testing.T) {
	p := load(t)
	daemon, err := p.GetService("notifyd")
	must(t, err)
	if daemon.Build == nil || !daemon.ReadOnly {
		t.Errorf("notifyd is built here and writes nothing: %+v, %v", daemon.Build, daemon.ReadOnly)
	}
	published := map[string]string{}
	for name, s := range p.Services {
		for _, port := range s.Ports {
			if other, taken := published[port.Published]; taken {
				t.Errorf("%s and %s both publish %s", name, other, port.Published)
			}
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes %s on %q: a laptop isn't alone in its network", name, port.Published, port.HostIP)
			}
			published[port.Published] = name
		}
	}
	for name, dep := range daemon.DependsOn {
		other, err := p.GetService(name)
		if err != nil || dep.Condition == types.ServiceConditionHealthy && other.HealthCheck == nil {
			t.Errorf("notifyd waits until %s is healthy, which nobody checks: %v", name, err)
		}
	}
}
