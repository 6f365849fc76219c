package app

import "runtime/debug"

// version is stamped by the linker: -X …/internal/app.version=v1.2.3.
var version string

// Version is what this program was built from.
type Version struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
}

// ReadVersion returns the stamp, or what the toolchain recorded where there is none.
func ReadVersion() Version {
	v := Version{Version: version}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Go = info.GoVersion
	if v.Version == "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.Commit = s.Value
		}
	}
	return v
}
