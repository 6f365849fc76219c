package main

import (
	"math"
	"runtime/debug"
)

// The daemon's live heap is about 20 MB: at Go's usual pace it would be collected again each
// time that 20 MB more were allocated, many times a second under load. It may grow further,
// up to a soft limit that keeps a pod below 150 MB, the program's own pages included.
const (
	gcPercent   = 400
	memoryLimit = 96 << 20
)

// setMemory lets the garbage wait longer. What the operator said by GOGC or GOMEMLIMIT holds.
func setMemory() {
	if was := debug.SetGCPercent(gcPercent); was != 100 {
		debug.SetGCPercent(was)
	}
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(memoryLimit)
	}
}
