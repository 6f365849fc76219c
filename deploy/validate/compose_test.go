package validate

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// TestCompose: the compose file by the specification's own loader and schema, as docker
// compose reads it, and what its services refer to.
func TestCompose(t *testing.T) {
	files := types.ToConfigFiles([]string{"../../compose.yaml"})
	p, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{WorkingDir: "../..", ConfigFiles: files})
	if err != nil {
		t.Fatal(err)
	}
	daemon, err := p.GetService("notifyd")
	if err != nil {
		t.Fatal(err)
	}
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
