// Package redis holds the ACL files of the Redis servers. Its test runs the daemon, and
// what operators do, with exactly these rights. SECURITY.md explains them.
package redis
