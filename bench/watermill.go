package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// buildWatermill builds the contestant of bench/watermill, which is a module of its own: its
// dependencies are none of ours.
func buildWatermill(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "watermill")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	cmd.Dir = "bench/watermill"
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build bench/watermill: %w\n%s", err, out)
	}
	return program, nil
}

// runWatermill lets it publish n events, read them and enqueue three jobs for each. It
// answers how long reading and enqueueing took.
func runWatermill(ctx context.Context, program, addr string, n int) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, program, addr, strconv.Itoa(n))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("watermill: %w", err)
	}
	return time.ParseDuration(string(bytes.TrimSpace(out)))
}
