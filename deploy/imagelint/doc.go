// Package imagelint holds the Dockerfile against BuildKit's own checks ("docker build
// --check"). It is a module of its own: the programs need none of BuildKit.
package imagelint
