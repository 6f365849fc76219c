package jobs

import "runtime/debug"

// asynqVersion is the asynq whose scripts and keys this package knows by heart.
const asynqVersion = "v0.26.0"

// knownAsynq says whether the program was built with that asynq. With another one, servers
// poll instead of waiting for a bell that they might not recognise. A program without a
// list of its modules, such as a test, has what go.mod says, and a test looks at that.
func knownAsynq() bool {
	info, ok := debug.ReadBuildInfo()
	return !ok || known(info.Deps)
}

func known(modules []*debug.Module) bool {
	for _, m := range modules {
		if m.Path == "github.com/hibiken/asynq" {
			return m.Version == asynqVersion && m.Replace == nil
		}
	}
	return true
}
