package jobs

import "runtime/debug"

// asynqVersion is the asynq whose scripts and keys this package knows by heart.
const asynqVersion = "v0.26.0"

// knownAsynq says whether the program was built with that asynq. With another one, servers
// poll instead of waiting for a bell that they might not recognise.
func knownAsynq() bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/hibiken/asynq" {
			return m.Version == asynqVersion && m.Replace == nil
		}
	}
	return false
}
