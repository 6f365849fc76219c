// Package compose holds compose.yaml against the specification's own loader, and starts what
// it describes: processes in place of containers (scripts/image-test).
package compose
