//go:build composerun

package compose

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// nonroot is the user of the image, as its Dockerfile says.
const nonroot = 65532

// laptop runs the services of a project as processes in the namespaces of this one, which
// are its own: the ports are free, and what is mounted goes with it.
type laptop struct {
	*testing.T
	project *types.Project
	root    string // the image's file system
}

// resolve lets every service be found by its name, here and in the image.
func (l laptop) resolve() {
	l.Helper()
	hosts := "127.0.0.1 localhost " + strings.Join(l.project.ServiceNames(), " ") + "\n"
	file := filepath.Join(l.TempDir(), "hosts")
	must(l.T, os.WriteFile(file, []byte(hosts), 0o644))
	must(l.T, os.WriteFile(filepath.Join(l.root, "etc/hosts"), []byte(hosts), 0o644))
	must(l.T, syscall.Mount(file, "/etc/hosts", "", syscall.MS_BIND, ""))
}

// mount lays the image's root out as a container's: with /proc, and read-only where the
// service says so.
func (l laptop) mount(s types.ServiceConfig) {
	l.Helper()
	must(l.T, syscall.Mount(l.root, l.root, "", syscall.MS_BIND, ""))
	must(l.T, syscall.Mount("proc", filepath.Join(l.root, "proc"), "proc", 0, ""))
	if s.ReadOnly {
		must(l.T, syscall.Mount("", l.root, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	}
}

// inImage is a program of the image, run as the image's user with the service's environment
// and no other.
func (l laptop) inImage(s types.ServiceConfig, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(l.Context(), args[0], args[1:]...)
	cmd.Env = environment(s)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: l.root, Credential: &syscall.Credential{Uid: nonroot, Gid: nonroot}}
	return cmd
}

// redis is a server of this machine in a folder of its own, with the service's command.
func (l laptop) redis(s types.ServiceConfig) *exec.Cmd {
	cmd := exec.Command(s.Command[0], s.Command[1:]...)
	cmd.Env = append(environment(s), "PATH="+os.Getenv("PATH"))
	cmd.Dir = l.TempDir()
	return cmd
}

func environment(s types.ServiceConfig) (list []string) {
	for k, v := range s.Environment {
		list = append(list, k+"="+*v)
	}
	return list
}

// start runs a service's process until the test ends. What it said is shown if that failed.
func (l laptop) start(name string, cmd *exec.Cmd) {
	l.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	must(l.T, cmd.Start())
	l.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if l.Failed() {
			l.Logf("%s: %s", name, said.String())
		}
	})
}

// healthy waits until a service's own check passes.
func (l laptop) healthy(s types.ServiceConfig) {
	l.Helper()
	args := s.HealthCheck.Test
	if args[0] != "CMD" {
		l.Fatalf("%s: the check is no command: %q", s.Name, args)
	}
	l.await(s.Name+" is healthy", func() error {
		out, err := exec.CommandContext(l.Context(), args[1], args[2:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	})
}

// published: what a service shows on the laptop is there. The ports of the containers are
// those of the laptop, as nothing translates them here.
func (l laptop) published(s types.ServiceConfig) {
	l.Helper()
	for _, port := range s.Ports {
		if port.Published != fmt.Sprint(port.Target) {
			l.Errorf("%s publishes %d as %s", s.Name, port.Target, port.Published)
		}
		l.await(s.Name+" listens", func() error {
			c, err := net.DialTimeout("tcp", net.JoinHostPort(port.HostIP, port.Published), time.Second)
			if err == nil {
				_ = c.Close()
			}
			return err
		})
	}
}

// await asks until there is no error, for a minute.
func (l laptop) await(what string, try func() error) {
	l.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			l.Fatalf("%s: not in a minute: %v", what, err)
		}
	}
}
